"""Tokens and key sets, verified from docs/formats/tokens.md alone."""

import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from strict_text import from_base64url, strict_json, to_base64url

MAX_TOKEN_BYTES = 8192
MAX_SET_BYTES, MAX_SET_KEYS = 65536, 64
MAX_LEVELS = 8
MAX_DATE = 253402300799
DAY_SECONDS = 86400
FIELD_PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493

HEADER_FAULTS = {
    "crit": "crit",
    "b64": "b64",
    "cty": "cty",
    "enc": "encrypted",
    "zip": "encrypted",
    "jku": "key_in_header",
    "jwk": "key_in_header",
    "x5u": "key_in_header",
    "x5c": "key_in_header",
    "x5t": "key_in_header",
    "x5t#S256": "key_in_header",
}
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}
CERTIFICATE_MEMBERS = {"x5u", "x5c", "x5t", "x5t#S256"}


class TokenRefused(Exception):
    """With the reason of tokens.md, "Verification" or "Key set"; `token_expired` for a token that is over."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def verify(token, keys, issuer, audience, now, typ="JWT", skew=0, max_life=DAY_SECONDS):
    """The claims. `keys` is what `read_key_set` gave, `now` in seconds."""
    if len(token) > MAX_TOKEN_BYTES:
        raise TokenRefused("too_long")
    parts = token.split(".")
    if len(parts) != 3:
        raise TokenRefused("not_compact")
    header, claims, signature = (_decoded(part) for part in parts)
    kid = _check_header(_object(header, "header_json"), typ)
    if kid not in keys:
        raise TokenRefused("unknown_key")
    if not is_signature(keys[kid], ".".join(parts[:2]).encode("ascii"), signature):
        raise TokenRefused("signature")
    claims = _object(claims, "claims_json")
    _check_claims(claims, issuer, audience, now, skew, max_life)
    return claims


def _decoded(part):
    try:
        return from_base64url(part)
    except ValueError:
        raise TokenRefused("encoding")


def _object(data, reason):
    try:
        value = strict_json(data, MAX_LEVELS)
    except ValueError:
        raise TokenRefused(reason)
    if not isinstance(value, dict):
        raise TokenRefused(reason)
    return value


def _check_header(header, typ):
    for member in header:
        if member in HEADER_FAULTS:
            raise TokenRefused(HEADER_FAULTS[member])
    if header.get("alg") != "EdDSA":
        raise TokenRefused("alg")
    if not _is_kid(header.get("kid")):
        raise TokenRefused("kid")
    if header.get("typ") != typ:
        raise TokenRefused("typ")
    if set(header) != {"alg", "typ", "kid"}:
        raise TokenRefused("unknown_header")
    return header["kid"]


def _is_kid(kid):
    return isinstance(kid, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", kid, re.ASCII) is not None


def _is_text(value):
    return isinstance(value, str) and value != ""


def _is_date(value):
    whole = isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value)
    return whole and 0 <= value <= MAX_DATE


CLAIM_FORMS = {
    "iss": _is_text,
    "aud": _is_text,
    "sub": _is_text,
    "jti": _is_text,
    "iat": _is_date,
    "exp": _is_date,
    "nbf": _is_date,
}


def _check_claims(claims, issuer, audience, now, skew, max_life):
    if any(name not in claims for name in ("iss", "aud", "iat", "exp")):
        raise TokenRefused("claim_missing")
    if any(name in claims and not is_right(claims[name]) for name, is_right in CLAIM_FORMS.items()):
        raise TokenRefused("claim_malformed")
    if claims["iss"] != issuer:
        raise TokenRefused("issuer")
    if claims["aud"] != audience:
        raise TokenRefused("audience")
    begins, ends = claims["iat"], claims["exp"]
    if not begins < ends <= begins + max_life:
        raise TokenRefused("lifetime")
    if not max(begins, claims.get("nbf", begins)) <= now + skew:
        raise TokenRefused("not_yet_valid")
    if not now < ends + skew:
        raise TokenRefused("token_expired")


# --- key sets -------------------------------------------------------------------------------------------------------


def read_key_set(data):
    """Public keys of 32 bytes by kid."""
    if len(data) > MAX_SET_BYTES:
        raise TokenRefused("shape")
    try:
        value = strict_json(data, MAX_LEVELS)
    except ValueError:
        raise TokenRefused("json")
    members = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(members, list):
        raise TokenRefused("shape")
    if len(members) > MAX_SET_KEYS:
        raise TokenRefused("too_many_keys")
    keys = [_read_key(jwk) for jwk in members]
    if len(dict(keys)) < len(keys):
        raise TokenRefused("duplicate_kid")
    return dict(keys)


def _read_key(jwk):
    if not isinstance(jwk, dict):
        raise TokenRefused("shape")
    if PRIVATE_MEMBERS & set(jwk):
        raise TokenRefused("private_member")
    if CERTIFICATE_MEMBERS & set(jwk):
        raise TokenRefused("certificate_member")
    for name, value, optional in (
        ("kty", "OKP", False),
        ("crv", "Ed25519", False),
        ("alg", "EdDSA", True),
        ("use", "sig", True),
        ("key_ops", ["verify"], True),
    ):
        if jwk.get(name) != value and not (optional and name not in jwk):
            raise TokenRefused(name)
    if not _is_kid(jwk.get("kid")):
        raise TokenRefused("kid")
    return jwk["kid"], _read_point(jwk.get("x"))


def _read_point(x):
    try:
        point = from_base64url(x) if isinstance(x, str) else b""
    except ValueError:
        point = b""
    if len(point) != 32:
        raise TokenRefused("encoding")
    if not is_strong_point(point):
        raise TokenRefused("weak_key")
    return point


def thumbprint(public_key):
    """The kid of a key that was given none."""
    members = '{"crv":"Ed25519","kty":"OKP","x":"' + to_base64url(public_key) + '"}'
    return to_base64url(hashlib.sha256(members.encode()).digest())


# --- signatures -----------------------------------------------------------------------------------------------------


SMALL_ORDER = {
    bytes.fromhex(y)
    for y in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
}


def is_strong_point(data):
    """In its one encoding, and none of the eight points of small order."""
    y = int.from_bytes(data, "little") % 2**255
    return y < FIELD_PRIME and y.to_bytes(32, "little") not in SMALL_ORDER


def is_signature(public_key, message, signature):
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    if not is_strong_point(public_key) or not is_strong_point(signature[:32]):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False
