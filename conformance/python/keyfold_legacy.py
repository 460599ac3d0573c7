"""Other systems' formats, read from docs/formats/legacy.md alone."""

import hashlib
import hmac
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from keyfold_derivation import hkdf
from strict_text import from_base64, from_base64url, from_hex, strict_json

DECODERS = {
    "base64": from_base64,
    "base64url": from_base64url,
    "base64url-padded": lambda text: from_base64url(text, padded=True),
    "hex": from_hex,
    "hex-upper": lambda text: from_hex(text, upper=True),
}
IV_BYTES, TAG_BYTES, SALT_BYTES, MAC_BYTES = 12, 16, 16, 32


class LegacyRefused(Exception):
    def __init__(self, code="legacy_format_mismatch"):
        super().__init__(code)
        self.code = code


def _decoded(encoding, text):
    try:
        if not isinstance(text, str):
            raise ValueError("no text")
        return DECODERS[encoding](text)
    except ValueError:
        raise LegacyRefused


def _open_gcm(key, iv, ciphertext, tag, aad):
    try:
        return AESGCM(key).decrypt(iv, ciphertext + tag, aad)
    except InvalidTag:
        raise LegacyRefused("integrity_check_failed")


def open_iv_prefixed(stored, key, encoding="base64", aad=b""):
    data = _decoded(encoding, stored)
    if len(data) < IV_BYTES + TAG_BYTES:
        raise LegacyRefused
    return _open_gcm(key, data[:IV_BYTES], data[IV_BYTES:-TAG_BYTES], data[-TAG_BYTES:], aad)


# --- Fernet ---------------------------------------------------------------------------------------------------------


def open_fernet(stored, key):
    """Time in seconds, and the plaintext."""
    return _open_token(_decoded("base64url-padded", stored), key)


def _open_token(token, key):
    _require_token(token)
    signed, mac = token[:-MAC_BYTES], token[-MAC_BYTES:]
    if not hmac.compare_digest(hmac.new(key[:16], signed, hashlib.sha256).digest(), mac):
        raise LegacyRefused("integrity_check_failed")
    decryptor = Cipher(algorithms.AES(key[16:]), modes.CBC(token[9:25])).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    try:
        plaintext = unpadder.update(decryptor.update(signed[25:]) + decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        raise LegacyRefused("integrity_check_failed")
    return int.from_bytes(token[1:9], "big"), plaintext


def _require_token(token):
    if token[:1] != b"\x80" or len(token) < 73 or (len(token) - 73) % 16:
        raise LegacyRefused


def open_salted_fernet(stored, master_key, layout, encoding="base64url-padded", separator="", iterations=100_000):
    salt, token = SALTED_LAYOUTS[layout](stored, encoding, separator)
    if len(salt) != SALT_BYTES:
        raise LegacyRefused
    _require_token(token)  # before the derivation, which is slow by intention
    return _open_token(token, PBKDF2HMAC(hashes.SHA256(), 32, salt, iterations).derive(master_key))


def _ascii(data):
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise LegacyRefused


def _whole(stored, encoding, _):
    data = _decoded(encoding, stored)
    return data[:SALT_BYTES], data[SALT_BYTES:]


def _whole_of_text(stored, encoding, _):
    return _binary(_decoded(encoding, stored), encoding, _)


def _parts(stored, encoding, separator):
    salt_digits = 2 * SALT_BYTES if encoding.startswith("hex") else 22 if encoding == "base64url" else 24
    token_at = salt_digits + len(separator)
    if stored[salt_digits:token_at] != separator:
        raise LegacyRefused
    return _decoded(encoding, stored[:salt_digits]), _decoded("base64url-padded", stored[token_at:])


def _binary(stored, _encoding, _separator):
    return stored[:SALT_BYTES], _decoded("base64url-padded", _ascii(stored[SALT_BYTES:]))


SALTED_LAYOUTS = {"whole": _whole, "whole-of-text": _whole_of_text, "parts": _parts, "binary": _binary}


# --- JSON -----------------------------------------------------------------------------------------------------------


def _members(stored, names):
    try:
        value = strict_json(stored.encode("utf-8"), 1)
    except ValueError:
        raise LegacyRefused
    if not isinstance(value, dict) or set(value) != set(names):
        raise LegacyRefused
    return [value[name] for name in names]


def _is_version(version):
    if isinstance(version, bool):
        return False
    if isinstance(version, (int, float)):
        return version == int(version) and 0 <= version <= 2**53 - 1
    return isinstance(version, str) and re.fullmatch(r"[A-Za-z0-9._-]{1,64}", version, re.ASCII) is not None


def open_json_payload(stored, keys, encoding="base64", aad=b"", derivation=None):
    """`keys` by version. `derivation` has salt and info, for HKDF-SHA256 to as many bytes as the key has."""
    iv, ciphertext, tag, version = _members(stored, ("iv", "ciphertext", "tag", "keyVersion"))
    iv, ciphertext, tag = (_decoded(encoding, part) for part in (iv, ciphertext, tag))
    if len(iv) != IV_BYTES or len(tag) != TAG_BYTES or not _is_version(version):
        raise LegacyRefused
    if version not in keys:
        raise LegacyRefused("legacy_key_unknown")
    key = keys[version]
    if derivation is not None:
        key = hkdf("SHA-256", key, derivation[0], derivation[1], 32)
    return _open_gcm(key, iv, ciphertext, tag, aad)


def open_envelope(stored, unwrap, encoding="base64", layout=("iv", "ciphertext", "tag"), algorithms=None, aad=b""):
    """`unwrap` gives the data key for the wrapped one."""
    names = ("encrypted_key", "ciphertext", "algorithm")
    encrypted_key, ciphertext, algorithm = _members(stored, names)
    if not isinstance(algorithm, str):
        raise LegacyRefused
    encrypted_key, ciphertext = _decoded(encoding, encrypted_key), _decoded(encoding, ciphertext)
    if not 1 <= len(encrypted_key) <= 8192 or len(ciphertext) < IV_BYTES + TAG_BYTES:
        raise LegacyRefused
    key_bytes = (algorithms or {"AES-256-GCM": 32}).get(algorithm)
    if key_bytes is None:
        raise LegacyRefused("legacy_algorithm_unknown")
    lengths = {"iv": IV_BYTES, "ciphertext": len(ciphertext) - IV_BYTES - TAG_BYTES, "tag": TAG_BYTES}
    parts = {}
    for name in layout:
        parts[name], ciphertext = ciphertext[: lengths[name]], ciphertext[lengths[name] :]
    key = unwrap(encrypted_key)
    assert len(key) == key_bytes
    return _open_gcm(key, parts["iv"], parts["ciphertext"], parts["tag"], aad)
