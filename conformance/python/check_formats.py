"""Opens every format with readers that were written from docs/formats alone.

Usage: python3 check_formats.py [<file that make-ciphertexts.ts wrote> …]

Runs over all files of docs/formats/vectors, each case of each, and over ciphertexts that Keyfold has just made where they are
given. Prints what fails and ends with "N passed, N failed". Needs Debian's python3-cryptography.
"""

import json
import pathlib
import sys

import checks_ciphertexts as ciphertexts
from checks_index import check_blind_index
from checks_legacy import check_legacy
from checks_passwords import check_credentials, check_derivation
from checks_shares import check_shamir
from checks_tokens import check_tokens
from tally import Tally

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "formats" / "vectors"

CHECKS = {
    "aad.json": ciphertexts.check_aad,
    "blind-index.json": check_blind_index,
    "content.json": ciphertexts.check_content,
    "credentials.json": check_credentials,
    "data-key.json": ciphertexts.check_data_key,
    "derivation.json": check_derivation,
    "key-wrapping.json": ciphertexts.check_key_wrapping,
    "legacy.json": check_legacy,
    "record.json": ciphertexts.check_record,
    "shamir.json": check_shamir,
    "stream.json": ciphertexts.check_stream,
    "text-form.json": ciphertexts.check_text_form,
    "tokens.json": check_tokens,
    "value.json": ciphertexts.check_value,
}


def cases_in(vectors):
    """How many cases a file has: the members of its lists, also of those one level further down."""
    lists = [member for member in vectors.values() if isinstance(member, list)]
    groups = [member for member in vectors.values() if isinstance(member, dict)]
    lists += [member for group in groups for member in group.values() if isinstance(member, list)]
    return sum(len(cases) for cases in lists)


def check_file(tally, name, check, vectors, cases):
    before, failed_before = tally.made, tally.failed
    check(tally, vectors)
    made = tally.made - before
    failed = tally.failed - failed_before
    print("{}: {} passed, {} failed, {} cases".format(name, made - failed, failed, cases))
    if made < cases:
        tally.note(name + ", checks", "at least one for each case", made)


def main():
    tally = Tally()
    for path in sorted(VECTORS.iterdir()):
        check = CHECKS.get(path.name)
        if check is None:
            tally.note(path.name, "a reader of it", None)
            continue
        vectors = json.loads(path.read_text("utf-8"))
        check_file(tally, path.name, check, vectors, cases_in(vectors))
    for name in CHECKS:
        tally.note(name + " is there", True, (VECTORS / name).exists())
    for path in map(pathlib.Path, sys.argv[1:]):
        fresh = json.loads(path.read_text("utf-8"))
        title = "fresh ciphertexts of the backend " + fresh["backend"]
        check_file(tally, title, ciphertexts.check_fresh, fresh, len(fresh["cases"]))
    print("{} passed, {} failed".format(tally.passed, tally.failed))
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
