"""blind-index.json: canonical values, what is authenticated, and entries."""

import keyfold_index as index
from tally import outcome

unhex = bytes.fromhex


def check_blind_index(tally, vectors):
    key = unhex(vectors["key"])
    for case in vectors["cases"]:
        options, version = case["options"], case["version"]
        kind = options["values"]
        value = unhex(case["value"]) if kind == "bytes" else case["value"]
        title = "blind index: " + case["name"]
        tally.note(title + ", canonical", unhex(case["canonical"]), outcome(index.canonical, kind, value))
        tally.note(title + ", message", unhex(case["message"]), outcome(index.message, options, version, value))
        entry = outcome(index.entry, key, options, version, value)
        tally.note(title, unhex(case["bytes"]), entry)
        tally.note(title + ", as text", case["text"], index.entry_text(entry))
    for case in vectors["refused"]:
        title = "blind index, {}: {!r}".format(case["values"], case["value"])
        tally.note(title, "unsupported_value", outcome(index.canonical, case["values"], case["value"]))
