"""Every error that the daemon raises on purpose, sorted by what the caller can do about it."""


class ScrobbledError(Exception):
    """The root of all errors raised on purpose; its text is one sentence for a person."""


class RetryLater(ScrobbledError):
    """Something outside is away for now; the same call may succeed later."""


class DatabaseUnavailable(RetryLater):
    """The main database does not answer or cannot take a write now; nothing was changed."""


class JournalUnavailable(RetryLater):
    """The capture journal cannot be read or written now; nothing was changed."""


class JournalFull(JournalUnavailable):
    """There is no space for it; giving some up may help."""


class JournalDamaged(JournalUnavailable):
    """Its file is broken, so that only beginning a new one helps."""


class SourceUnavailable(RetryLater):
    """A media server does not answer, or refuses us for now."""


class ItemRejected(ScrobbledError):
    """One item cannot be processed, now or later; it goes to the dead letters, others go on."""


class OperatorError(ScrobbledError):
    """A person must act; the text says what happened and what to do. Exit status 1."""


class DatabaseRefused(OperatorError):
    """The database is reachable but must not be used: newer schema, foreign tables, no rights."""


class ConfigurationError(OperatorError):
    """The configuration is wrong; `problems` holds every error found. Exit status 78.

    Attributes:
        problems: one line each, `FILE:LINE:COL: path: what is wrong`, ready to print.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
