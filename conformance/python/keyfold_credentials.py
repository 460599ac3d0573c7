"""Stored hashes of API keys, backup codes and passwords, verified from docs/formats/credentials.md alone."""

import hashlib
import hmac
import re
import unicodedata

from keyfold_derivation import ParametersRefused, derive_from_password, read_parameters
from strict_text import from_base64, from_hex

BCRYPT = re.compile(r"\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}", re.ASCII)
PASSWORD_HASH = re.compile(r"(\$(?:scrypt|pbkdf2-sha256)\$[^$]*\$[^$]*)\$([^$]*)")


class CredentialRefused(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


def is_secret(secret, salt, stored):
    assert len(from_hex(salt)) == 16  # hashed as its text, all the same
    digest = hashlib.sha256((secret + salt).encode("utf-8")).digest()
    return hmac.compare_digest(digest, from_hex(stored))


def is_backup_code(entered, salt, stored):
    code = re.sub(r"[\s-]", "", entered).upper().translate(str.maketrans("OIL", "011"))
    return is_secret(code, salt, stored)


def is_password(password, stored):
    parameters, expected = read_password_hash(stored)
    derived = derive_from_password(unicodedata.normalize("NFC", password).encode("utf-8"), parameters)
    return hmac.compare_digest(derived, expected)


def read_password_hash(stored):
    """The text of the parameters, and the hash."""
    if BCRYPT.fullmatch(stored):
        raise CredentialRefused("credential_verifier_missing")
    match = PASSWORD_HASH.fullmatch(stored)
    if match is None:
        raise CredentialRefused("credential_hash_invalid")
    try:
        expected = from_base64(match[2], padded=False)
    except ValueError:
        raise CredentialRefused("kdf_parameters_refused")
    try:
        read_parameters(match[1])
    except ParametersRefused as refused:
        raise CredentialRefused(refused.code)
    if len(expected) != 32:
        raise CredentialRefused("credential_hash_invalid")
    return match[1], expected
