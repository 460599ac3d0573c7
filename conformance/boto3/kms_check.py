"""The main path of AWS KMS through boto3, against the emulator.

Usage: python3 kms_check.py http://127.0.0.1:5390

Prints one line for each check and ends with "N passed, N failed".
"""

from checks import connect, error_of, run

ACCOUNT = "444455556666"
CONTEXT = {"tenant": "acme", "purpose": "=&\u00fc"}
MISSING_KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"


def create_key(kms):
    return kms.create_key(Description="from boto3")["KeyMetadata"]


def keys_are_created_and_described(kms, _):
    key = create_key(kms)
    assert key["Description"] == "from boto3"
    assert key["KeyState"] == "Enabled"
    assert key["Arn"] == "arn:aws:kms:eu-central-1:444455556666:key/" + key["KeyId"]
    assert kms.describe_key(KeyId=key["Arn"])["KeyMetadata"] == key


def keys_are_listed_page_by_page(kms, _):
    created = {create_key(kms)["KeyId"] for _ in range(3)}
    pages = list(kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))
    assert len(pages) > 1
    assert all(len(page["Keys"]) <= 2 for page in pages)
    assert created <= {key["KeyId"] for page in pages for key in page["Keys"]}


def plaintext_comes_back_under_its_context(kms, _):
    key = create_key(kms)
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"plaintext", EncryptionContext=CONTEXT)
    assert b"plaintext" not in sealed["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert opened["Plaintext"] == b"plaintext"
    assert opened["KeyId"] == key["Arn"]


def another_context_or_a_changed_bit_does_not_open(kms, _):
    key = create_key(kms)
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=CONTEXT)["CiphertextBlob"]
    changed = blob[:-1] + bytes([blob[-1] ^ 1])
    for arguments in (
        {"CiphertextBlob": blob},
        {"CiphertextBlob": blob, "EncryptionContext": {**CONTEXT, "tenant": "other"}},
        {"CiphertextBlob": changed, "EncryptionContext": CONTEXT},
    ):
        assert error_of(kms.decrypt, **arguments).startswith("InvalidCiphertextException")


def another_key_does_not_open(kms, _):
    blob = kms.encrypt(KeyId=create_key(kms)["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    error = error_of(kms.decrypt, KeyId=create_key(kms)["KeyId"], CiphertextBlob=blob)
    assert error.startswith("IncorrectKeyException: The key ID in the request")


def data_keys_are_made(kms, _):
    key = create_key(kms)
    made = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256", EncryptionContext=CONTEXT)
    assert len(made["Plaintext"]) == 32
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert opened["Plaintext"] == made["Plaintext"]


def a_disabled_key_refuses_until_it_is_enabled(kms, _):
    key = create_key(kms)
    kms.disable_key(KeyId=key["KeyId"])
    error = error_of(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x")
    assert error == "DisabledException: {} is disabled.".format(key["Arn"])
    kms.enable_key(KeyId=key["KeyId"])
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")


def accounts_and_regions_are_apart(kms, endpoint_url):
    key = create_key(kms)
    for account, region in (("999900001111", "eu-central-1"), (ACCOUNT, "us-west-2")):
        other = connect(endpoint_url, "kms", account, region)
        assert error_of(other.describe_key, KeyId=key["KeyId"]).startswith("NotFoundException")


def errors_have_the_words_of_aws(kms, _):
    assert error_of(kms.describe_key, KeyId=MISSING_KEY_ID) == (
        "NotFoundException: Key 'arn:aws:kms:eu-central-1:444455556666:key/" + MISSING_KEY_ID + "' does not exist"
    )
    assert error_of(kms.describe_key) == (
        "ValidationException: 1 validation error detected: Value null at 'keyId' failed to satisfy constraint: "
        "Member must not be null"
    )
    assert error_of(kms.generate_data_key, KeyId=create_key(kms)["KeyId"]) == (
        "ValidationException: Please specify either number of bytes or key spec."
    )


CHECKS = (
    keys_are_created_and_described,
    keys_are_listed_page_by_page,
    plaintext_comes_back_under_its_context,
    another_context_or_a_changed_bit_does_not_open,
    another_key_does_not_open,
    data_keys_are_made,
    a_disabled_key_refuses_until_it_is_enabled,
    accounts_and_regions_are_apart,
    errors_have_the_words_of_aws,
)


if __name__ == "__main__":
    run(__doc__, "kms", ACCOUNT, CHECKS)
