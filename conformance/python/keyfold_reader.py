"""A reader of Keyfold's native formats, written from docs/formats alone.

It opens wrapped keys, values, record fields and streams; it writes nothing. Not constant in time beyond the comparison
of commitments, and not for production: it shows that the formats can be read without Keyfold.
"""

import base64
import hashlib
import hmac
import json
import re
import struct
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

VALUE, RECORD_HEADER, RECORD_FIELD, STREAM, WRAPPED_KEY = 0xF5, 0xF6, 0xF7, 0xF8, 0xF9
SUITE = 1
HEADER_BYTES = 101
CHUNK_BYTES = 16384
TAG_BYTES = 16
MAX_DATE_MS = 8_640_000_000_000_000

SCOPE_KINDS = {"tenant": 1, "service": 2, "user": 3, "platform": 4, "secret": 5}
PURPOSES = {"master-key": 1, "tenant-key": 2, "service-key": 3, "data-key": 4}
ROW_ID_TYPES = {"integer": 1, "text": 2, "uuid": 3, "bytes": 4}


class Refused(Exception):
    """With the code of docs/formats/README.md, "Errors"."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


# --- aad.md ---------------------------------------------------------------------------------------------------------


def _utf8(text):
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate
        raise Refused("invalid_encryption_context")


def _lp16(data):
    return struct.pack(">H", len(data)) + data


def encode_name(text):
    data = _utf8(text)
    if not 1 <= len(data) <= 255:
        raise Refused("invalid_encryption_context")
    return _lp16(data)


def encode_tenant_and_scope(tenant, scope):
    kind = SCOPE_KINDS.get(scope["kind"])
    has_id = scope["kind"] not in ("tenant", "platform")
    if kind is None or has_id != ("id" in scope):
        raise Refused("invalid_encryption_context")
    if scope["kind"] == "platform":
        if tenant != "":
            raise Refused("invalid_encryption_context")
        return _lp16(b"") + bytes([kind]) + _lp16(b"")
    return encode_name(tenant) + bytes([kind]) + (encode_name(scope["id"]) if has_id else _lp16(b""))


def _context(context):
    if not all(isinstance(value, str) for value in context.values()):
        raise Refused("invalid_encryption_context")
    entries = sorted((_utf8(key), _utf8(value)) for key, value in context.items())
    encoded = struct.pack(">H", len(entries)) + b"".join(_lp16(k) + _lp16(v) for k, v in entries)
    if len(entries) > 64 or len(encoded) > 8192:
        raise Refused("invalid_encryption_context")
    return encoded


def _row_id(id_type, row_id):
    """A row id as text (integer, text, uuid) or bytes (uuid, bytes)."""
    if id_type == "integer":
        text = str(row_id)
        data = text.encode() if re.fullmatch(r"0|-?[1-9][0-9]*", text, re.ASCII) else b""
    elif id_type == "text":
        data = _utf8(row_id)
    elif id_type == "uuid":
        data = row_id if isinstance(row_id, bytes) else uuid.UUID(row_id).bytes
    else:
        data = row_id
    if not 1 <= len(data) <= 1024:
        raise Refused("invalid_encryption_context")
    return bytes([ROW_ID_TYPES[id_type]]) + _lp16(data)


def value_aad(tenant, scope, context):
    return bytes([VALUE, SUITE, 1]) + encode_tenant_and_scope(tenant, scope) + _context(context)


def field_aad(tenant, scope, table, field, id_type, row_id, context):
    place = encode_name(table) + encode_name(field) + _row_id(id_type, row_id)
    return bytes([RECORD_FIELD, SUITE, 2]) + encode_tenant_and_scope(tenant, scope) + place + _context(context)


def stream_aad(tenant, scope, context):
    return bytes([STREAM, SUITE, 3]) + encode_tenant_and_scope(tenant, scope) + _context(context)


# --- key-wrapping.md ------------------------------------------------------------------------------------------------


def place_aad(purpose, tenant, scope, key_reference, version, parent_version, commitment):
    return (
        bytes([WRAPPED_KEY, SUITE, PURPOSES[purpose]])
        + encode_tenant_and_scope(tenant, scope)
        + key_reference
        + struct.pack(">II", version, parent_version)
        + _lp16(commitment)
    )


def unwrap_key(wrapping_key, wrapped, place):
    if not 12 + 16 + TAG_BYTES <= len(wrapped) <= 12 + 64 + TAG_BYTES:
        raise Refused("key_unwrap_failed")
    try:
        return AESGCM(wrapping_key).decrypt(wrapped[:12], wrapped[12:], place)
    except InvalidTag:
        raise Refused("key_unwrap_failed")


# --- README.md, data key --------------------------------------------------------------------------------------------


def expand_data_key(data_key, label):
    info = b"keyfold/v1/data-key/" + label + bytes([SUITE])
    return HKDFExpand(hashes.SHA256(), 32, info).derive(data_key)


class DataKey:
    """A data key that has been verified against the 101 bytes of its header."""

    def __init__(self, header, data_key):
        if not hmac.compare_digest(expand_data_key(data_key, b"commitment"), header[69:]):
            raise Refused("commitment_mismatch")
        self.header = header
        self.encryption_key = expand_data_key(data_key, b"encryption")
        self.stream_key = expand_data_key(data_key, b"stream")

    def open_value(self, value, aad):
        require_form(value, VALUE, 131)
        self._require_header(value)
        return decode_content(self._open(value[102:], aad))

    def open_field(self, field, aad):
        require_form(field, RECORD_FIELD, 30)
        return decode_content(self._open(field[1:], aad))

    def open_stream(self, stream, aad):
        require_form(stream, STREAM, 158)
        self._require_header(stream)
        info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + stream[102:126] + aad
        derived = HKDFExpand(hashes.SHA512(), 76, info).derive(self.stream_key)
        key, base_nonce, commitment = derived[:32], derived[32:44], derived[44:]
        if not hmac.compare_digest(commitment, stream[126:158]):
            raise Refused("integrity_check_failed")
        aead = AESGCM(key)
        content = []
        for number in range((len(stream) - 158) // (CHUNK_BYTES + TAG_BYTES) + 1):
            at = 158 + number * (CHUNK_BYTES + TAG_BYTES)
            chunk = stream[at : at + CHUNK_BYTES + TAG_BYTES]
            if len(chunk) < TAG_BYTES:
                raise Refused("truncated_ciphertext")
            nonce = (int.from_bytes(base_nonce, "big") ^ number).to_bytes(12, "big")
            content.append(_decrypt(aead, nonce, chunk, b""))
        return b"".join(content)

    def _require_header(self, ciphertext):
        if ciphertext[1] != SUITE:
            raise Refused("unsupported_format")
        if ciphertext[1:102] != self.header:
            raise Refused("integrity_check_failed")

    def _open(self, sealed, aad):
        return _decrypt(AESGCM(self.encryption_key), sealed[:12], sealed[12:], aad)


def _decrypt(aead, nonce, sealed, aad):
    try:
        return aead.decrypt(nonce, sealed, aad)
    except InvalidTag:
        raise Refused("integrity_check_failed")


# --- value-and-record.md --------------------------------------------------------------------------------------------


def require_form(data, form, least):
    if data[:1] != bytes([form]):
        raise Refused("not_keyfold_ciphertext")
    if len(data) < least:
        raise Refused("truncated_ciphertext")


def header_of(data):
    """The 101 bytes of the data-key header of a value, record header or stream, not authentic yet."""
    if data[:1] == bytes([VALUE]):
        require_form(data, VALUE, 131)
    elif data[:1] == bytes([STREAM]):
        require_form(data, STREAM, 158)
    else:
        require_form(data, RECORD_HEADER, 102)
        if len(data) > 102:
            raise Refused("non_canonical_encoding")
    if data[1] != SUITE:
        raise Refused("unsupported_format")
    return data[1:102]


def header_parts(header):
    """Key reference 8, wrapped data key 60, commitment 32."""
    return header[1:9], header[9:69], header[69:101]


# --- content.md -----------------------------------------------------------------------------------------------------


def decode_content(plaintext):
    """The type's name and the value: bytes, str, float, int, milliseconds, parsed JSON, bool."""
    if not plaintext or plaintext[0] > 6:
        raise Refused("unsupported_format")
    try:
        return DECODERS[plaintext[0]](plaintext[1:])
    except (ValueError, struct.error, RecursionError):
        raise Refused("non_canonical_encoding")


def _bigint(data):
    value = int.from_bytes(data, "big", signed=True)
    magnitude = value if value >= 0 else ~value
    if len(data) != magnitude.bit_length() // 8 + 1:
        raise ValueError("more bytes than needed, or none")
    return ("bigint", value)


def _date(data):
    (time_ms,) = struct.unpack(">q", data)
    if abs(time_ms) > MAX_DATE_MS:
        raise ValueError("outside of the range of dates")
    return ("date", time_ms)


def _no_constant(name):
    raise ValueError(name + " is not JSON")


def _json(data):
    value = json.loads(data.decode("utf-8"), parse_constant=_no_constant)
    if not isinstance(value, (dict, list)):
        raise ValueError("neither object nor array")
    return ("json", value)


def _boolean(data):
    if data not in (b"\x00", b"\x01"):
        raise ValueError("neither false nor true")
    return ("boolean", data == b"\x01")


DECODERS = (
    lambda data: ("bytes", data),
    lambda data: ("text", data.decode("utf-8")),
    lambda data: ("number", struct.unpack(">d", data)[0]),
    _bigint,
    _date,
    _json,
    _boolean,
)


# --- text-form.md ---------------------------------------------------------------------------------------------------


def encode_text(data):
    return "kf1." + base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_text(text):
    if not text.startswith("kf1."):
        raise Refused("not_keyfold_ciphertext")
    encoded = text[4:]
    try:
        data = base64.urlsafe_b64decode(encoded.encode("ascii") + b"=" * (-len(encoded) % 4))
    except ValueError:
        raise Refused("non_canonical_encoding")
    if encode_text(data) != text:
        raise Refused("non_canonical_encoding")
    return data


def sha256_hex(data):
    return hashlib.sha256(data).hexdigest()
