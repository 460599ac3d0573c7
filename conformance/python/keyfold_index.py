"""Entries of blind indexes, computed from docs/formats/blind-index.md alone."""

import hashlib
import hmac
import re
import struct
import unicodedata

from keyfold_reader import SUITE, encode_name, encode_tenant_and_scope
from strict_text import to_base64url

SEPARATORS = re.compile("[\t \u00a0\u202f().\\-/\u2010-\u2015]")
# What JavaScript's \s matches and Python's does not, and the other way round, spelled out.
BLANK = re.compile("[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\u0000-\u001f\u007f-\u009f]")


class ValueRefused(Exception):
    code = "unsupported_value"


def fold_case(text):
    lower = "".join(character.lower() for character in unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFC", lower.replace("ς", "σ"))


def _email(text):
    address = text.strip("\t\n\r ")
    local, at, domain = address.partition("@")
    if not local or not domain or "@" in domain or len(address.encode("utf-16-le")) > 2 * 254:
        raise ValueRefused
    if BLANK.search(address):
        raise ValueRefused
    return fold_case(address)


def _phone(text):
    match = re.fullmatch(r"\+?([0-9]{3,20})", SEPARATORS.sub("", text), re.ASCII)
    if match is None:
        raise ValueRefused
    return match[1]


def _identity_number(text):
    characters = SEPARATORS.sub("", text)
    if not re.fullmatch(r"[0-9A-Za-z]{1,64}", characters, re.ASCII):
        raise ValueRefused
    return characters.upper()


# Byte of the kind and canonical form, by the name of the kind.
KINDS = {
    "text": (0x01, lambda text: text),
    "text-nfc": (0x02, lambda text: unicodedata.normalize("NFC", text)),
    "text-case": (0x03, fold_case),
    "email": (0x04, _email),
    "phone": (0x05, _phone),
    "identity-number": (0x06, _identity_number),
    "bytes": (0x07, lambda data: data),
    "integer": (0x08, str),
    "date": (0x09, lambda time_ms: struct.pack(">q", time_ms)),
    "boolean": (0x0A, lambda value: bytes([value])),
}


def canonical(kind, value):
    try:
        if isinstance(value, str):
            value.encode("utf-8")
        form = KINDS[kind][1](value)
        data = form.encode("utf-8") if isinstance(form, str) else form
    except UnicodeEncodeError:  # half a surrogate pair
        raise ValueRefused
    if len(data) > 65536:
        raise ValueRefused
    return data


def message(options, version, value):
    return b"".join(
        [
            b"keyfold/v1/blind-index",
            bytes([SUITE]),
            encode_tenant_and_scope(options["tenant"], options["scope"]),
            encode_name(options["table"]),
            encode_name(options["column"]),
            encode_name(options["name"]),
            bytes([KINDS[options["values"]][0]]),
            struct.pack(">HH", options["bits"], version),
            canonical(options["values"], value),
        ]
    )


def entry(key, options, version, value):
    bits = options["bits"]
    digest = hmac.new(key, message(options, version, value), hashlib.sha256).digest()
    unused = -bits % 8
    kept = int.from_bytes(digest[: (bits + 7) // 8], "big") >> unused << unused
    return struct.pack(">H", version) + kept.to_bytes((bits + 7) // 8, "big")


def entry_text(data):
    return "kfi1." + to_base64url(data)
