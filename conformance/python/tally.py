"""Counts checks, and prints those that fail."""


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    @property
    def made(self):
        return self.passed + self.failed

    def note(self, title, expected, actual):
        if expected == actual:
            self.passed += 1
            return
        self.failed += 1
        print("FAIL {}: expected {!r}, got {!r}".format(title, expected, actual))


def outcome(call, *arguments, **options):
    """What a call gives, or the reason or code with which a reader refuses."""
    try:
        return call(*arguments, **options)
    except Exception as refused:
        reason = getattr(refused, "reason", None) or getattr(refused, "code", None)
        if reason is None:
            raise
        return reason
