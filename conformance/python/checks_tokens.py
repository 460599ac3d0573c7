"""tokens.json: tokens and key sets."""

import json

import keyfold_tokens as tokens
from tally import outcome

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from strict_text import to_base64url


def check_tokens(tally, vectors):
    keys = tokens.read_key_set(json.dumps(vectors["keySet"]).encode())
    signing_key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vectors["seed"]))
    public_key = signing_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    tally.note("key set", {tokens.thumbprint(public_key): public_key}, keys)

    def verify(token):
        return outcome(tokens.verify, token, keys, vectors["issuer"], vectors["audience"], vectors["now"])

    for case in vectors["accepted"]:
        tally.note("token: " + case["name"], case["claims"], verify(case["token"]))
        tally.note("token, issued: " + case["name"], case["token"], issue(case["claims"], signing_key, public_key))
    for case in vectors["refused"]:
        tally.note("token: " + case["name"], case["reason"], verify(case["token"]))
    for case in vectors["keySets"]["accepted"]:
        found = outcome(tokens.read_key_set, case["keySet"].encode())
        tally.note("key set: " + case["name"], case["kids"], list(found))
    for case in vectors["keySets"]["refused"]:
        found = outcome(tokens.read_key_set, case["keySet"].encode())
        tally.note("key set: " + case["name"], case["reason"], found)


def issue(claims, signing_key, public_key):
    header = '{"alg":"EdDSA","typ":"JWT","kid":"' + tokens.thumbprint(public_key) + '"}'
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":"))
    signed = to_base64url(header.encode()) + "." + to_base64url(payload.encode())
    return signed + "." + to_base64url(signing_key.sign(signed.encode()))
