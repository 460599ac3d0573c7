"""Shares of a secret, read from docs/formats/shamir.md alone: checked, and recombined from bytes and from paper."""

import hashlib
import hmac
import re

FORM, VERSION = 0xFA, 1
HEADER_BYTES, NODE_BYTES, BLINDING_BYTES, CHECK_BYTES = 6, 16, 32, 16
FIXED_BYTES = HEADER_BYTES + NODE_BYTES + BLINDING_BYTES
TITLE = "keyfold-share-1"
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DATA_DIGITS, CHECK_DIGITS = 28, 2


class ShareRefused(Exception):
    """With the code and the reason of shamir.md, "Errors", and the place of the fault where one is known."""

    def __init__(self, reason, code="share_invalid", **place):
        super().__init__(reason or code)
        self.code = code
        self.reason = reason
        self.place = place


class Share:
    """What a share's bytes say. Its form is right; `verify` finds whether it is what was dealt out."""

    def __init__(self, data):
        if len(data) < HEADER_BYTES or data[0] != FORM or data[1] != VERSION:
            raise ShareRefused("not_a_share")
        self.threshold, self.count, self.index, self.secret_bytes = data[2:6]
        if not 2 <= self.threshold < self.count:
            raise ShareRefused("threshold_out_of_range")
        if not 1 <= self.index <= self.count:
            raise ShareRefused("index_out_of_range")
        if self.secret_bytes == 0 or len(data) != share_bytes(self.count, self.secret_bytes):
            raise ShareRefused("wrong_length")
        self.data = data
        self.set_id = data[HEADER_BYTES : HEADER_BYTES + NODE_BYTES]
        self.blinding = data[HEADER_BYTES + NODE_BYTES : FIXED_BYTES]
        path_at = FIXED_BYTES + self.secret_bytes + CHECK_BYTES
        self.y = data[FIXED_BYTES:path_at]
        self.path = [data[at : at + NODE_BYTES] for at in range(path_at, len(data), NODE_BYTES)]

    @property
    def params(self):
        return bytes([VERSION, self.threshold, self.count])

    def verify(self, set_id=None):
        node = _trunc16(
            b"keyfold/v1/share/leaf",
            self.params + bytes([self.index, self.secret_bytes]) + self.blinding + self.y,
        )
        for below, beside in enumerate(self.path):
            position = (self.index - 1) >> below
            pair = beside + node if position & 1 else node + beside
            place = bytes([self.secret_bytes, below + 1, position >> 1])
            node = _trunc16(b"keyfold/v1/share/node", self.params + place + pair)
        if node != self.set_id:
            raise ShareRefused("altered")
        if set_id is not None and node != set_id:
            raise ShareRefused("other_set")


def share_bytes(count, secret_bytes):
    depth = (count - 1).bit_length()  # ⌈log₂ N⌉
    return FIXED_BYTES + secret_bytes + CHECK_BYTES + NODE_BYTES * depth


def _trunc16(label, rest):
    return hashlib.sha256(label + rest).digest()[:16]


# --- recombining ----------------------------------------------------------------------------------------------------


def combine(shares):
    for share in shares:
        share.verify()
    ids = [share.set_id for share in shares]
    usual = max(ids, key=ids.count, default=None)
    for position, share in enumerate(shares):
        if share.set_id != usual:
            raise ShareRefused("other_set", position=position)
    indices = [share.index for share in shares]
    for position, index in enumerate(indices):
        if index in indices[:position]:
            raise ShareRefused("duplicate", position=position)
    if not shares or len(shares) < shares[0].threshold:
        raise ShareRefused(None, code="shares_missing")
    payload = bytes(_at_zero(indices, column) for column in zip(*(share.y for share in shares)))
    first = shares[0]
    secret, stated = payload[: first.secret_bytes], payload[first.secret_bytes :]
    if not hmac.compare_digest(check_value(secret, first.params), stated):
        raise ShareRefused("secret_check_failed")
    return secret


def check_value(secret, params):
    message = b"keyfold/v1/share/check" + params + bytes([len(secret)])
    return hmac.new(secret, message, hashlib.sha256).digest()[:CHECK_BYTES]


def _at_zero(indices, values):
    """The value at 0 of the polynomial over GF(2⁸) through the points."""
    total = 0
    for i, value in zip(indices, values):
        for j in indices:
            if j != i:
                value = _times256(value, _times256(j, _inverse256(j ^ i)))
        total ^= value
    return total


def _times256(a, b):
    product = 0
    for bit in range(8):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(14, 7, -1):
        if product >> bit & 1:
            product ^= 0x11B << (bit - 8)
    return product


def _inverse256(a):
    result = 1
    for _ in range(254):
        result = _times256(result, a)
    return result


# --- on paper -------------------------------------------------------------------------------------------------------


def from_text(text):
    lines = [line.strip() for line in text.split("\n")]
    first, *lines = [line for line in lines if line] or [""]
    if first.lower() != TITLE or not lines:
        raise ShareRefused("not_a_share")
    digits = _line(lines[0], 1, DATA_DIGITS)
    head = _bytes(digits)
    if head[0] != FORM:
        raise ShareRefused("not_a_share")
    total = -(-share_bytes(head[3], head[5]) * 8 // 5)
    expected_lines = -(-total // DATA_DIGITS)
    if len(lines) != expected_lines:
        raise ShareRefused("mistyped", line=min(len(lines), expected_lines))
    for number, line in enumerate(lines[1:], 2):
        digits += _line(line, number, min(DATA_DIGITS, total - len(digits)))
    if _unused_bits(digits):
        raise ShareRefused("mistyped", line=len(lines))
    return Share(_bytes(digits))


def _line(line, number, data_digits):
    characters = re.sub(r"[\s-]", "", line).upper().translate(str.maketrans("OIL", "011"))
    for at, character in enumerate(characters):
        if character not in DIGITS:
            raise ShareRefused("mistyped", line=number, **_group(at))
    if len(characters) != data_digits + CHECK_DIGITS:
        raise ShareRefused("mistyped", line=number)
    digits = [DIGITS.index(character) for character in characters]
    data, checks = digits[:data_digits], digits[data_digits:]
    # The position i of each character in the code, whose data part always counts 28.
    places = list(range(data_digits)) + [28, 29, 30]
    plain = weighted = 0
    for i, digit in zip(places, data + checks + [number]):
        plain ^= digit
        weighted ^= _times32(digit, _power32(i))
    if plain == weighted == 0:
        return data
    if plain and weighted:
        wrong = [i for i in range(30) if _times32(plain, _power32(i)) == weighted and i in places]
        if wrong:
            raise ShareRefused("mistyped", line=number, **_group(places.index(wrong[0])))
    raise ShareRefused("mistyped", line=number)


def _group(at):
    return {"group": at // 5 + 1, "character": at % 5 + 1}


def _times32(a, b):
    product = 0
    for bit in range(5):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(8, 4, -1):
        if product >> bit & 1:
            product ^= 0b100101 << (bit - 5)
    return product


def _power32(exponent):
    result = 1
    for _ in range(exponent):
        result = _times32(result, 2)
    return result


def _number(digits):
    value = 0
    for digit in digits:
        value = value << 5 | digit
    return value


def _bytes(digits):
    return (_number(digits) >> len(digits) * 5 % 8).to_bytes(len(digits) * 5 // 8, "big")


def _unused_bits(digits):
    return _number(digits) & (1 << len(digits) * 5 % 8) - 1
