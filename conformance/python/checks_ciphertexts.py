"""Checks of the native ciphertext formats: values, records, streams, wrapped keys, and what they are built on."""

import json
import math

import keyfold_reader as reader
from tally import outcome

unhex = bytes.fromhex


def same_float(a, b):
    return math.isnan(a) and math.isnan(b) or (a == b and math.copysign(1, a) == math.copysign(1, b))


def expected_content(case):
    """A vector's value as the reader gives it."""
    kind, value = case["type"], case["value"]
    if kind == "bytes":
        return (kind, unhex(value))
    if kind == "number":
        return (kind, float(value))
    if kind == "bigint":
        return (kind, int(value))
    if kind == "json":
        return (kind, json.loads(value))
    return (kind, value)


def note_content(tally, title, case, actual):
    expected = expected_content(case)
    if expected[0] == "number" and isinstance(actual, tuple) and actual[0] == "number":
        tally.note(title, True, same_float(expected[1], actual[1]))
    else:
        tally.note(title, expected, actual)


def value_aad(options):
    return reader.value_aad(options["tenant"], options["scope"], options["context"])


def stream_aad(options):
    return reader.stream_aad(options["tenant"], options["scope"], options["context"])


def field_aad(options):
    row_id = unhex(options["rowId"]) if options["idType"] == "bytes" else options["rowId"]
    return reader.field_aad(
        options["tenant"],
        options["scope"],
        options["table"],
        options["field"],
        options["idType"],
        row_id,
        options.get("context", {}),
    )


def place_aad(place):
    return reader.place_aad(
        place["purpose"],
        place["tenant"],
        place["scope"],
        unhex(place.get("keyReference", "00" * 8)),
        place["version"],
        place["parentVersion"],
        unhex(place.get("commitment", "")),
    )


def check_aad(tally, vectors):
    for case in vectors["values"]:
        tally.note("aad, value: " + case["name"], case["aad"], value_aad(case["options"]).hex())
    for case in vectors["fields"]:
        tally.note("aad, field: " + case["name"], case["aad"], field_aad(case["options"]).hex())
    for case in vectors["refused"]:
        aad_of = field_aad if "table" in case["options"] else value_aad
        tally.note("aad: " + case["name"], "invalid_encryption_context", outcome(aad_of, case["options"]))


def check_content(tally, vectors):
    for case in vectors["cases"]:
        note_content(tally, "content: " + case["name"], case, outcome(reader.decode_content, unhex(case["plaintext"])))
    for case in vectors["refused"]:
        tally.note("content: " + case["name"], case["code"], outcome(reader.decode_content, unhex(case["plaintext"])))


def check_data_key(tally, vectors):
    for case in vectors["cases"]:
        for name, label in (("encryptionKey", b"encryption"), ("commitment", b"commitment")):
            tally.note("data key: " + name, case[name], reader.expand_data_key(unhex(case["dataKey"]), label).hex())


def unwrap(case):
    return reader.unwrap_key(unhex(case["wrappingKey"]), unhex(case["wrapped"]), place_aad(case["place"]))


def check_key_wrapping(tally, vectors):
    for case in vectors["cases"]:
        tally.note("wrapped key: " + case["name"], unhex(case["key"]), outcome(unwrap, case))
    for case in vectors["refused"]:
        tally.note("wrapped key: " + case["name"], "key_unwrap_failed", outcome(unwrap, case))


def check_value(tally, vectors):
    key = reader.DataKey(unhex(vectors["header"]), unhex(vectors["dataKey"]))
    for case in vectors["cases"]:
        opened = outcome(key.open_value, reader.decode_text(case["text"]), value_aad(vectors["options"]))
        note_content(tally, "value: " + case["name"], case, opened)
        tally.note("value as text: " + case["name"], case["bytes"], reader.decode_text(case["text"]).hex())
    for case in vectors["refused"]:
        options = case.get("options", vectors["options"])
        opened = outcome(key.open_value, unhex(case["bytes"]), value_aad(options))
        tally.note("value: " + case["name"], case["code"], opened)


def check_record(tally, vectors):
    stated = vectors["header"]
    header = reader.header_of(reader.decode_text(stated["text"]))
    parts = [part.hex() for part in reader.header_parts(header)]
    tally.note("record header", [stated["keyReference"], stated["wrapped"], stated["commitment"]], parts)
    key = reader.DataKey(header, unhex(vectors["dataKey"]))
    for case in vectors["fields"]:
        opened = outcome(key.open_field, reader.decode_text(case["text"]), field_aad(case["options"]))
        note_content(tally, "field: " + case["name"], case, opened)
    for case in vectors["refusedHeaders"]:
        # A record header is asked for: a value or stream in its place is none.
        tally.note("record header: " + case["name"], case["code"], outcome(record_header_of, unhex(case["bytes"])))
    for case in vectors["refusedFields"]:
        opened = outcome(key.open_field, unhex(case["bytes"]), field_aad(case["options"]))
        tally.note("field: " + case["name"], case["code"], opened)


def record_header_of(data):
    reader.require_form(data, reader.RECORD_HEADER, 102)
    return reader.header_of(data)


def check_text_form(tally, vectors):
    for case in vectors["cases"]:
        tally.note("text form: " + case["name"], unhex(case["bytes"]), outcome(reader.decode_text, case["text"]))
    for case in vectors["refused"]:
        tally.note("text form: " + case["name"], case["code"], outcome(reader.decode_text, case["text"]))


def stream_content(byte_length):
    return bytes((7 * i + i // 16384) % 256 for i in range(byte_length))


def check_stream(tally, vectors):
    key = reader.DataKey(unhex(vectors["header"]), unhex(vectors["dataKey"]))
    tally.note("stream key", vectors["streamKey"], key.stream_key.hex())
    for case in vectors["cases"]:
        tally.note("stream context: " + case["name"], case["context"], stream_aad(case["options"]).hex())
        if "stream" not in case:
            continue  # given by its hash only
        opened = outcome(key.open_stream, unhex(case["stream"]), stream_aad(case["options"]))
        tally.note("stream: " + case["name"], stream_content(case["contentByteLength"]), opened)
    for case in vectors["refused"]:
        opened = outcome(key.open_stream, unhex(case["stream"]), stream_aad(case["options"]))
        tally.note("stream: " + case["name"], case["code"], opened)


def data_key_of(case, service_key):
    """The data key of a fresh ciphertext, unwrapped with the service key at the place that its header names."""
    header = reader.header_of(reader.decode_text(case["header"]))
    reference, wrapped, commitment = reader.header_parts(header)
    place = reader.place_aad("data-key", case["tenant"], case["scope"], reference, 0, case["parentVersion"], commitment)
    return reader.DataKey(header, reader.unwrap_key(service_key, wrapped, place))


def check_fresh(tally, fresh):
    service_key = unhex(fresh["serviceKey"])
    key = data_key_of(fresh, service_key)
    elsewhere = dict(fresh, tenant=fresh["tenant"] + "2")
    tally.note("fresh data key of another tenant", "key_unwrap_failed", outcome(data_key_of, elsewhere, service_key))
    openers = {
        "value": (key.open_value, value_aad),
        "field": (key.open_field, field_aad),
        "stream": (key.open_stream, stream_aad),
    }
    for case in fresh["cases"]:
        open_case, aad_of = openers[case["form"]]
        title = "fresh {}, {}".format(case["form"], case["name"])
        sealed = reader.decode_text(case["text"])
        options = case["options"]
        opened = outcome(open_case, sealed, aad_of(options))
        if case["form"] == "stream":
            tally.note(title, stream_content(case["contentByteLength"]), opened)
        else:
            note_content(tally, title, case, opened)
        other_context = dict(options, context=dict(options.get("context", {}), another="entry"))
        for name, other in (
            ("another tenant", dict(options, tenant=options["tenant"] + "2")),
            ("another scope", dict(options, scope={"kind": "service", "id": "another"})),
            ("another context", other_context),
        ):
            tally.note(title + ", " + name, "integrity_check_failed", outcome(open_case, sealed, aad_of(other)))
        changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
        tally.note(title + ", changed", "integrity_check_failed", outcome(open_case, changed, aad_of(options)))
