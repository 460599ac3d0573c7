"""Text forms that have one spelling each: base64, base64url, hex and strict JSON."""

import base64
import binascii
import json
import re


def from_base64(text, padded=True):
    """RFC 4648 §4."""
    return _from_base64(text, padded, r"[A-Za-z0-9+/]*", base64.b64decode, base64.b64encode)


def from_base64url(text, padded=False):
    """RFC 4648 §5."""
    return _from_base64(text, padded, r"[A-Za-z0-9_-]*", base64.urlsafe_b64decode, base64.urlsafe_b64encode)


def to_base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _from_base64(text, padded, alphabet, decode, encode):
    digits = text.rstrip("=") if padded else text
    if not re.fullmatch(alphabet, digits, re.ASCII):
        raise ValueError("a character that is none of base64's")
    try:
        data = decode(digits + "=" * (-len(digits) % 4))
    except binascii.Error:
        raise ValueError("not as long as base64 is")
    canonical = encode(data).decode()
    if text != (canonical if padded else canonical.rstrip("=")):
        raise ValueError("not the one spelling of these bytes")
    return data


def from_hex(text, upper=False):
    """RFC 4648 §8."""
    if not re.fullmatch(r"([0-9A-F]{2})*" if upper else r"([0-9a-f]{2})*", text, re.ASCII):
        raise ValueError("not hexadecimal of this case")
    return bytes.fromhex(text)


def strict_json(data, levels):
    """The value of JSON in bytes (tokens.md, "JSON is strict"); ValueError for anything else."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_members,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_exact,
        )
    except RecursionError:
        raise ValueError("nested too deep")
    _check(value, levels)
    return value


def _members(pairs):
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member twice")
    if "__proto__" in members:
        raise ValueError("a member named __proto__")
    return members


def _no_constant(name):
    raise ValueError(name + " is not JSON")


def _finite(text):
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number that overflows")
    return value


def _exact(text):
    value = int(text)
    if abs(value) > 2**53 - 1:
        raise ValueError("an integer that is not exact everywhere")
    return value


def _check(value, levels):
    if isinstance(value, str):
        value.encode("utf-8")  # UnicodeEncodeError, a ValueError, for half a surrogate pair
    elif isinstance(value, (dict, list)):
        if levels == 0:
            raise ValueError("nested too deep")
        for name in value if isinstance(value, dict) else ():
            _check(name, levels)
        for element in value.values() if isinstance(value, dict) else value:
            _check(element, levels - 1)
