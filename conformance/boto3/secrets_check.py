"""The main path of AWS Secrets Manager through boto3, and its service model's constraints, against the emulator.

Usage: python3 secrets_check.py http://127.0.0.1:5390

Prints one line for each check and ends with "N passed, N failed".
"""

import datetime
import json

from checks import connect, error_of, run

ACCOUNT = "666677778888"
TOKEN = "0123456789abcdef0123456789abcdef"
LAMBDA = "arn:aws:lambda:eu-central-1:666677778888:function:rotate"
NOT_FOUND = "ResourceNotFoundException: Secrets Manager can't find the specified secret."


def new_secret(secrets, value="value", **arguments):
    """A secret with a name of its own."""
    new_secret.count = getattr(new_secret, "count", 0) + 1
    # What an earlier run has left is in nobody's way.
    name = "boto3/{}/{}".format(datetime.datetime.now().timestamp(), new_secret.count)
    return secrets.create_secret(Name=name, SecretString=value, **arguments)


def secrets_are_created_read_and_described(secrets, _):
    made = new_secret(secrets, "p\u00e4ssword", Description="from boto3", Tags=[{"Key": "a", "Value": "b"}])
    assert made["ARN"].startswith("arn:aws:secretsmanager:eu-central-1:666677778888:secret:" + made["Name"] + "-")
    read = secrets.get_secret_value(SecretId=made["ARN"])
    assert read["SecretString"] == "p\u00e4ssword"
    assert read["VersionId"] == made["VersionId"]
    assert read["VersionStages"] == ["AWSCURRENT"]
    assert secrets.get_secret_value(SecretId=made["ARN"][:-7])["ARN"] == made["ARN"]
    described = secrets.describe_secret(SecretId=made["Name"])
    assert described["Description"] == "from boto3"
    assert described["Tags"] == [{"Key": "a", "Value": "b"}]
    assert described["VersionIdsToStages"] == {made["VersionId"]: ["AWSCURRENT"]}
    assert isinstance(described["CreatedDate"], datetime.datetime)


def bytes_stay_bytes(secrets, _):
    made = new_secret(secrets)
    secrets.put_secret_value(SecretId=made["ARN"], SecretBinary=b"\x00\xff\x80")
    read = secrets.get_secret_value(SecretId=made["ARN"])
    assert read["SecretBinary"] == b"\x00\xff\x80"
    assert "SecretString" not in read


def versions_have_their_stages(secrets, _):
    made = new_secret(secrets, "one")
    second = secrets.put_secret_value(SecretId=made["ARN"], SecretString="two")
    assert secrets.get_secret_value(SecretId=made["ARN"])["SecretString"] == "two"
    previous = secrets.get_secret_value(SecretId=made["ARN"], VersionStage="AWSPREVIOUS")
    assert (previous["SecretString"], previous["VersionId"]) == ("one", made["VersionId"])
    move = {
        "SecretId": made["ARN"],
        "VersionStage": "AWSCURRENT",
        "MoveToVersionId": made["VersionId"],
    }
    assert error_of(secrets.update_secret_version_stage, **move) == (
        "InvalidParameterException: The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is "
        "currently attached to version {}, so you must explicitly reference that version in "
        "RemoveFromVersionId.".format(second["VersionId"])
    )
    secrets.update_secret_version_stage(**move, RemoveFromVersionId=second["VersionId"])
    assert secrets.get_secret_value(SecretId=made["ARN"])["SecretString"] == "one"
    versions = secrets.list_secret_version_ids(SecretId=made["ARN"])["Versions"]
    assert {entry["VersionId"]: entry["VersionStages"] for entry in versions} == {
        made["VersionId"]: ["AWSCURRENT"],
        second["VersionId"]: ["AWSPREVIOUS"],
    }


def tokens_make_requests_repeatable(secrets, _):
    made = new_secret(secrets)
    put = {"SecretId": made["ARN"], "SecretString": "once", "ClientRequestToken": TOKEN}
    first = secrets.put_secret_value(**put)
    again = secrets.put_secret_value(**put)
    assert first["VersionId"] == again["VersionId"] == TOKEN
    assert error_of(secrets.put_secret_value, **{**put, "SecretString": "twice"}).startswith(
        "ResourceExistsException: You can't use ClientRequestToken " + TOKEN
    )


def secrets_are_listed_page_by_page(secrets, _):
    made = [new_secret(secrets, Tags=[{"Key": "listed", "Value": "yes"}])["ARN"] for _ in range(3)]
    pages = secrets.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "tag-key", "Values": ["listed"]}], PaginationConfig={"PageSize": 2}
    )
    listed = [entry["ARN"] for page in pages for entry in page["SecretList"]]
    assert [arn for arn in listed if arn in made] == made


def deletion_waits_and_is_taken_back(secrets, _):
    made = new_secret(secrets)
    deleted = secrets.delete_secret(SecretId=made["ARN"], RecoveryWindowInDays=7)
    now = datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(days=6) < deleted["DeletionDate"] - now < datetime.timedelta(days=8)
    assert error_of(secrets.get_secret_value, SecretId=made["ARN"]) == (
        "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion."
    )
    secrets.restore_secret(SecretId=made["ARN"])
    assert secrets.get_secret_value(SecretId=made["ARN"])["SecretString"] == "value"
    secrets.delete_secret(SecretId=made["ARN"], ForceDeleteWithoutRecovery=True)
    assert error_of(secrets.describe_secret, SecretId=made["ARN"]) == NOT_FOUND


def rotation_is_begun_and_finished_by_hand(secrets, _):
    made = new_secret(secrets, "old")
    begun = secrets.rotate_secret(
        SecretId=made["ARN"], RotationLambdaARN=LAMBDA, RotationRules={"AutomaticallyAfterDays": 30}
    )
    pending = begun["VersionId"]
    stages = secrets.describe_secret(SecretId=made["ARN"])["VersionIdsToStages"]
    assert stages[pending] == ["AWSPENDING"]
    secrets.put_secret_value(
        SecretId=made["ARN"], ClientRequestToken=pending, SecretString="new", VersionStages=["AWSPENDING"]
    )
    secrets.update_secret_version_stage(
        SecretId=made["ARN"],
        VersionStage="AWSCURRENT",
        MoveToVersionId=pending,
        RemoveFromVersionId=made["VersionId"],
    )
    assert secrets.get_secret_value(SecretId=made["ARN"])["SecretString"] == "new"
    assert secrets.describe_secret(SecretId=made["ARN"])["RotationEnabled"] is True


def policies_are_kept(secrets, _):
    made = new_secret(secrets)
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "111122223333"},
                    "Action": "secretsmanager:GetSecretValue",
                    "Resource": "*",
                }
            ],
        }
    )
    secrets.put_resource_policy(SecretId=made["ARN"], ResourcePolicy=policy)
    assert secrets.get_resource_policy(SecretId=made["ARN"])["ResourcePolicy"] == policy
    assert error_of(secrets.put_resource_policy, SecretId=made["ARN"], ResourcePolicy="{").startswith(
        "MalformedPolicyDocumentException: "
    )


def passwords_keep_to_their_rules(secrets, _):
    made = secrets.get_random_password(PasswordLength=24, ExcludePunctuation=True, ExcludeCharacters="aeiou")
    password = made["RandomPassword"]
    assert len(password) == 24 and password.isalnum() and not set(password) & set("aeiou")


def values_are_under_keys_of_the_kms(secrets, endpoint_url):
    kms = connect(endpoint_url, "kms", ACCOUNT)
    key = kms.create_key()["KeyMetadata"]
    made = new_secret(secrets, KmsKeyId=key["KeyId"])
    kms.disable_key(KeyId=key["KeyId"])
    assert error_of(secrets.get_secret_value, SecretId=made["ARN"]).startswith(
        "DecryptionFailure: Secrets Manager can't decrypt the secret value: {} is disabled. (Service: AWSKMS; "
        "Status Code: 400; Error Code: DisabledException;".format(key["Arn"])
    )
    kms.enable_key(KeyId=key["KeyId"])
    assert secrets.get_secret_value(SecretId=made["ARN"])["SecretString"] == "value"


def accounts_and_regions_are_apart(secrets, endpoint_url):
    made = new_secret(secrets)
    for account, region in (("999900001111", "eu-central-1"), (ACCOUNT, "us-west-2")):
        other = connect(endpoint_url, "secretsmanager", account, region)
        assert error_of(other.get_secret_value, SecretId=made["Name"]) == NOT_FOUND


# AWS itself lets an empty value in, and then says that there is none.
MAY_BE_EMPTY = ("SecretString", "SecretBinary")


def breaches(shape, path=""):
    """For each limit of a shape's members: a value beyond it, and what the refusal says."""
    for name, member in shape.members.items():
        where = path + name[0].lower() + name[1:]
        limits = member.metadata
        if member.type_name == "structure":
            for value, text in breaches(member, where + "."):
                yield {name: value}, text
            continue
        if member.type_name == "string" and "enum" in limits:
            value, text = "no such value", "Member must satisfy enum value set: ["
            yield {name: value}, "'{}' failed to satisfy constraint: {}".format(where, text)
        # An empty value is what the limit 0 allows.
        if limits.get("min", 0) > 0 and name not in MAY_BE_EMPTY:
            low = {
                "string": "x" * (limits["min"] - 1),
                "blob": b"x" * (limits["min"] - 1),
                "list": [],
            }.get(member.type_name, limits["min"] - 1)
            what = "value" if isinstance(low, int) else "length"
            yield {name: low}, (
                "'{}' failed to satisfy constraint: Member must have {} greater than or equal to {}".format(
                    where, what, limits["min"]
                )
            )
        if "max" in limits:
            element = {} if member.type_name != "list" or member.member.type_name == "structure" else "x" * 32
            high = {
                "string": "x" * (limits["max"] + 1),
                "blob": b"x" * (limits["max"] + 1),
                "list": [element] * (limits["max"] + 1),
            }.get(member.type_name, limits["max"] + 1)
            what = "value" if isinstance(high, int) else "length"
            yield {name: high}, (
                "'{}' failed to satisfy constraint: Member must have {} less than or equal to {}".format(
                    where, what, limits["max"]
                )
            )
        if "pattern" in limits:
            # Patterns have changed from one version of the model to another: that there is one has not.
            yield {name: "\u00a7" * max(2, limits.get("min", 0))}, (
                "'{}' failed to satisfy constraint: Member must satisfy regular expression pattern: ".format(where)
            )


def constraints_are_those_of_the_service_model(secrets, _):
    checked = 0
    for name, method in secrets.meta.method_to_api_mapping.items():
        shape = secrets.meta.service_model.operation_model(method).input_shape
        call = getattr(secrets, name)
        for member in shape.required_members:
            text = "Value null at '{}' failed to satisfy constraint: Member must not be null"
            error = error_of(call)
            assert error.startswith("ValidationException: "), (method, error)
            assert text.format(member[0].lower() + member[1:]) in error, (method, error)
            checked += 1
        for arguments, text in breaches(shape):
            error = error_of(call, **arguments)
            assert error.startswith("ValidationException: "), (method, list(arguments), error[:300])
            assert text in error, (method, text, error[-300:])
            checked += 1
    assert checked > 120, checked


CHECKS = (
    secrets_are_created_read_and_described,
    bytes_stay_bytes,
    versions_have_their_stages,
    tokens_make_requests_repeatable,
    secrets_are_listed_page_by_page,
    deletion_waits_and_is_taken_back,
    rotation_is_begun_and_finished_by_hand,
    policies_are_kept,
    passwords_keep_to_their_rules,
    values_are_under_keys_of_the_kms,
    accounts_and_regions_are_apart,
    constraints_are_those_of_the_service_model,
)


if __name__ == "__main__":
    run(__doc__, "secretsmanager", ACCOUNT, CHECKS)
