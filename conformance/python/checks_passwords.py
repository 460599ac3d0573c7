"""derivation.json and credentials.json: derived keys, parameters as text, stored hashes."""

import keyfold_credentials as credentials
import keyfold_derivation as derivation
from tally import outcome

unhex = bytes.fromhex


def check_derivation(tally, vectors):
    for case in vectors["splitKey"]:
        secrets = unhex(case["keyingSecret"]), unhex(case["saltSecret"])
        root = derivation.split_key_root(*secrets, case["label"])
        tally.note("split key: " + case["label"], case["root"], root.hex())
    for case in vectors["userKey"]:
        key = derivation.user_key(unhex(case["parent"]), unhex(case["salt"]), case["userId"])
        tally.note("user key: " + case["userId"], case["key"], key.hex())
    for case in vectors["hkdf"]:
        key = unhex(case["key"])
        inputs = (unhex(case[name]) for name in ("secret", "salt", "info"))
        tally.note("HKDF-" + case["hash"], key, derivation.hkdf(case["hash"], *inputs, len(key)))
    for case in vectors["password"]:
        key = outcome(derivation.derive_from_password, case["password"].encode(), case["parameters"])
        tally.note("password: " + case["parameters"], unhex(case["key"]), key)
    for case in vectors["refused"]:
        found = outcome(derivation.read_parameters, case["parameters"])
        tally.note("parameters: " + case["name"], "kdf_parameters_refused", found)


def check_credentials(tally, vectors):
    for name, verify in (("secrets", credentials.is_secret), ("backupCodes", credentials.is_backup_code)):
        for case in vectors[name]:
            given = case.get("secret", case.get("entered"))
            title = "credential: " + given
            tally.note(title, True, outcome(verify, given, case["salt"], case["hash"]))
            tally.note(title + ", another", False, outcome(verify, "Z" + given[1:], case["salt"], case["hash"]))
    for case in vectors["passwords"]:
        title = "password hash: " + case["stored"]
        tally.note(title, True, outcome(credentials.is_password, case["password"], case["stored"]))
        tally.note(title + ", another", False, outcome(credentials.is_password, case["password"] + "x", case["stored"]))
    for case in vectors["refused"]:
        found = outcome(credentials.is_password, "any", case["stored"])
        tally.note("password hash: " + case["name"], case["code"], found)
