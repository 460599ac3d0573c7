"""Keys from keys, from two secrets, and from passwords, from docs/formats/derivation.md alone."""

import re
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from strict_text import from_base64

HASHES = {"SHA-256": hashes.SHA256(), "SHA-384": hashes.SHA384(), "SHA-512": hashes.SHA512()}
MEBIBYTE = 2**20


class ParametersRefused(Exception):
    code = "kdf_parameters_refused"


def hkdf(hash_name, secret, salt, info, length):
    return HKDF(HASHES[hash_name], length, salt or None, info).derive(secret)


def _named(label, name):
    data = name.encode("utf-8")
    assert 1 <= len(data) <= 255
    return label + struct.pack(">H", len(data)) + data


def split_key_root(keying_secret, salt_secret, label):
    return hkdf("SHA-256", keying_secret, salt_secret, _named(b"keyfold/v1/split-key/root", label), 32)


def user_key(parent, salt, user_id):
    return hkdf("SHA-256", parent, salt, _named(b"keyfold/v1/user-key", user_id), 32)


# --- passwords ------------------------------------------------------------------------------------------------------

NUMBER = r"(0|[1-9][0-9]{0,9})"
SALT = r"\$([A-Za-z0-9+/]{1,128})"
FORMS = {
    "pbkdf2-sha256": re.compile(r"\$pbkdf2-sha256\$i=" + NUMBER + SALT, re.ASCII),
    "scrypt": re.compile(r"\$scrypt\$ln=" + NUMBER + ",r=" + NUMBER + ",p=" + NUMBER + SALT, re.ASCII),
}


def read_parameters(text):
    """Algorithm, numbers and salt."""
    for algorithm, form in FORMS.items():
        match = form.fullmatch(text)
        if match is None:
            continue
        *numbers, salt = match.groups()
        numbers = [int(number) for number in numbers]
        try:
            salt = from_base64(salt, padded=False)
        except ValueError:
            raise ParametersRefused
        if not 16 <= len(salt) <= 64 or not WITHIN_BOUNDS[algorithm](*numbers):
            raise ParametersRefused
        return algorithm, numbers, salt
    raise ParametersRefused


def _scrypt_within_bounds(ln, r, p):
    if not (13 <= ln <= 20 and 1 <= r <= 32 and 1 <= p <= 32):
        return False
    memory = 128 * 2**ln * r
    return 8 * MEBIBYTE <= memory <= 256 * MEBIBYTE and memory * p <= 1024 * MEBIBYTE


WITHIN_BOUNDS = {
    "pbkdf2-sha256": lambda i: 100_000 <= i <= 10_000_000,
    "scrypt": _scrypt_within_bounds,
}


def derive_from_password(password, text, length=32):
    algorithm, numbers, salt = read_parameters(text)
    if algorithm == "pbkdf2-sha256":
        return PBKDF2HMAC(hashes.SHA256(), length, salt, numbers[0]).derive(password)
    ln, r, p = numbers
    return Scrypt(salt, length, 2**ln, r, p).derive(password)
