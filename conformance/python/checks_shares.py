"""shamir.json: shares in bytes and on paper, whole sets, and what is refused."""

import itertools

import keyfold_shares as shares
from tally import outcome

unhex = bytes.fromhex


def check_shamir(tally, vectors):
    for case in vectors["cases"]:
        check_set(tally, case)
    refused = vectors["refused"]
    for case in refused["shares"]:
        tally.note("share: " + case["name"], case["reason"], outcome(verified, unhex(case["share"])))
    for case in refused["sets"]:
        check_refused_set(tally, case)
    for case in refused["texts"]:
        check_refused_text(tally, case)


def verified(data, set_id=None):
    share = shares.Share(data)
    share.verify(set_id)
    return share.index


def data_of_text(text):
    return shares.from_text(text).data


def check_set(tally, case):
    title = "shares of " + case["name"]
    secret, set_id = unhex(case["secret"]), unhex(case["setId"])
    for index, data in enumerate(case["shares"], 1):
        tally.note(title + ", verified", index, outcome(verified, unhex(data), set_id))
        tally.note(title + ", of another set", "other_set", outcome(verified, unhex(data), bytes(16)))
    params = bytes([1, case["threshold"], case["count"]])
    tally.note(title + ", check value", case["check"], shares.check_value(secret, params).hex())
    read = [shares.from_text("\n".join(lines)) for lines in case["texts"]]
    for some in itertools.combinations(read, case["threshold"]):
        tally.note(title + ", recombined from paper", secret, outcome(shares.combine, some))
    tally.note(title + ", all of them", secret, outcome(shares.combine, read))
    for data, lines in zip(case["shares"], case["texts"]):
        title_line, *body = lines
        retyped = "\n".join([title_line, ""] + [line.lower().replace("-", " ").replace("0", "o") for line in body])
        tally.note(title + ", typed carelessly", unhex(data), outcome(data_of_text, retyped))


def check_refused_set(tally, case):
    try:
        shares.combine([shares.Share(unhex(data)) for data in case["shares"]])
        found = None
    except shares.ShareRefused as refused:
        found = (refused.code, refused.reason, refused.place.get("position"))
    tally.note("shares: " + case["name"], (case["code"], case.get("reason"), case.get("position")), found)


def check_refused_text(tally, case):
    try:
        shares.from_text("\n".join(case["text"]))
        found = None
    except shares.ShareRefused as refused:
        found = (refused.reason, refused.place)
    tally.note("share on paper: " + case["name"], (case["reason"], case["place"]), found)
