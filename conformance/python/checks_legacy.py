"""legacy.json: other systems' formats."""

import keyfold_legacy as legacy
from tally import outcome

unhex = bytes.fromhex


def only(key, wrapped):
    """Stands for a KMS that knows one wrapped key."""

    def unwrap(asked):
        if asked != wrapped:
            raise legacy.LegacyRefused("key_unwrap_failed")
        return key

    return unwrap


def open_iv_prefixed(case, stored, encoding):
    return legacy.open_iv_prefixed(stored, unhex(case["key"]), encoding, unhex(case.get("aad", "")))


def open_fernet(case, stored, _encoding):
    return legacy.open_fernet(stored, unhex(case["key"]))


def open_salted_fernet(case, stored, encoding):
    data = unhex(stored) if case["layout"] == "binary" else stored
    options = {name: case[name] for name in ("layout", "separator", "iterations") if name in case}
    return legacy.open_salted_fernet(data, unhex(case["masterKey"]), encoding=encoding, **options)


def open_json_payload(case, stored, encoding):
    derivation = case.get("derivation")
    return legacy.open_json_payload(
        stored,
        {case["keyVersion"]: unhex(case["key"])},
        encoding,
        unhex(case.get("aad", "")),
        derivation and (unhex(derivation["salt"]), unhex(derivation["info"])),
    )


def open_envelope(case, stored, encoding):
    unwrap = only(unhex(case["key"]), unhex(case["encryptedKey"]))
    aad = unhex(case.get("aad", ""))
    return legacy.open_envelope(stored, unwrap, encoding, case["layout"], case["algorithms"], aad)


# The format's name, and its cases in the file.
FORMATS = {
    "iv-prefixed": ("ivPrefixed", open_iv_prefixed),
    "fernet": ("fernet", open_fernet),
    "salted-fernet": ("saltedFernet", open_salted_fernet),
    "json-payload": ("jsonPayload", open_json_payload),
    "envelope-record": ("envelopeRecord", open_envelope),
}


def check_legacy(tally, vectors):
    for name, (member, open_stored) in FORMATS.items():
        for i, case in enumerate(vectors[member]):
            plaintext = unhex(case["plaintext"])
            expected = (case["timeSeconds"], plaintext) if "timeSeconds" in case else plaintext
            found = outcome(open_stored, case, case["stored"], case.get("encoding"))
            tally.note("{} {}".format(name, i), expected, found)
    for case in vectors["refused"]:
        member, open_stored = FORMATS[case["codec"]]
        first = vectors[member][0]  # whose key the refused cases are under
        encoding = case.get("options", first).get("encoding")
        found = outcome(open_stored, first, case["stored"], encoding)
        tally.note("{}: {}".format(case["codec"], case["name"]), case["code"], found)
