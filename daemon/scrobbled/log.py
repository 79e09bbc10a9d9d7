"""Logging: static event names with fields, on stderr, for people or for the journal.

`docs/logging.md` lists every event. The daemon's own events come through `get_logger`; what
libraries say through `logging` is rendered the same way. No secret is ever written: see
`hide_secret`.
"""

import contextlib
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Literal, TypeAlias, cast
from urllib.parse import quote

from pydantic import SecretStr

# structlog loads rich if it can: 6 MB of a daemon's memory, for a way of printing tracebacks that
# is not used here. While this stands for it the import fails, and structlog does without.
_RICH = sys.modules.setdefault("rich", cast("Any", None))

import structlog  # noqa: E402 - after the line that it must find
from structlog.typing import (  # noqa: E402 - likewise
    EventDict,
    ExcInfo,
    FilteringBoundLogger,
    Processor,
)

if _RICH is None:
    del sys.modules["rich"]

Logger: TypeAlias = FilteringBoundLogger
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
LogFormat: TypeAlias = Literal["auto", "console", "json"]

MASK = "**********"
"""What stands in the log where a secret would."""

_MASKED_KEY = re.compile(
    r"(^|[_-])(password|passwd|passphrase|token|secret|api_?key|authorization|cookie)$",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+@")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_BREAK = re.compile(r"[\r\n]+")
_SHORTEST_INSIDE = 4
"""Secrets shorter than this are only hidden where they are a whole value: elsewhere they would
cut words to pieces, and so be told after all."""

# sd-daemon(3): a line that begins with <N> is logged by the journal with that priority.
_PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
_MAX_FRAMES = 30


class _Secrets:
    """The values that must not be written."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._inside: re.Pattern[str] | None = None

    def add(self, value: str) -> None:
        self._values |= {value, quote(value, safe="")} - {""}
        # The longest first: a secret that begins with another one is hidden whole.
        inside = sorted(filter(lambda v: len(v) >= _SHORTEST_INSIDE, self._values), key=len)
        if inside:
            self._inside = re.compile("|".join(re.escape(value) for value in reversed(inside)))

    def mask(self, text: str) -> str:
        if text in self._values:
            return MASK
        if self._inside is not None:
            text = self._inside.sub(MASK, text)
        return _URL_PASSWORD.sub(rf"\1:{MASK}@", text)


_SECRETS = _Secrets()


def hide_secret(secret: SecretStr) -> None:
    """Keeps `secret` out of the log from now on, wherever it would appear.

    Also its percent-encoded form, as in URLs. Values of keys such as `password`, `token` or
    `api_key`, and passwords in URLs, are hidden without this.
    """
    _SECRETS.add(secret.get_secret_value())


def without_secrets(text: str) -> str:
    """`text` with every known secret hidden, for what is shown to people elsewhere."""
    return _SECRETS.mask(text)


def get_logger(name: str | None = None) -> Logger:
    """A logger for static event names and keyword fields, as in `log.info("scan.finished", ...)`.

    It may be made before logging is configured. In a process that never configures it (a worker
    of a pool), events go to stderr all the same: structlog's own defaults would write to stdout,
    read source files, and show local variables with whatever is in them.

    Args:
        name: written as the field `logger`; None leaves the field out.
    """
    if not structlog.is_configured():
        _configure_events("info", "auto")
    return cast("Logger", structlog.get_logger(name))


def configure_logging(
    level: LogLevel = "info",
    format: LogFormat = "auto",  # noqa: A002 - the configuration's own name for it
) -> None:
    """Sends the log to stderr from now on; may be called again.

    Args:
        level: the least severe that is written. Libraries are heard from warning on, at
            `debug` from info on.
        format: `console` for people, `json` for programs (one object a line); `auto` is the
            console on a terminal, JSON under systemd, and the console without colours elsewhere.
    """
    entry, output = _configure_events(level, format)
    least_of_libraries = logging.INFO if level == "debug" else logging.WARNING
    _route_libraries(entry, output, max(least_of_libraries, _number(level)))


def _configure_events(
    level: LogLevel,
    format: LogFormat,  # noqa: A002 - as above
) -> tuple[list[Processor], list[Processor]]:
    as_json = format == "json" or (format == "auto" and _under_systemd())
    entry: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    output = _json_output() if as_json else _console_output()
    structlog.configure(
        processors=[*entry, _add_name, *output],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=_Stderr,
        cache_logger_on_first_use=False,  # so that a second call reaches loggers made before it
    )
    return entry, output


def _number(level: LogLevel) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def _route_libraries(entry: list[Processor], output: list[Processor], least: int) -> None:
    handler = _StderrHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*entry, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *output],
        )
    )
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, _StderrHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(least)
    logging.captureWarnings(capture=True)


def _under_systemd() -> bool:
    """Whether nobody watches and systemd started us (systemd.exec(5), both variables)."""
    if sys.stderr.isatty():
        return False
    return "JOURNAL_STREAM" in os.environ or "INVOCATION_ID" in os.environ


def _stderr_is_the_journal() -> bool:
    """Whether stderr goes to the journal: JOURNAL_STREAM is its device and inode."""
    try:
        here = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{here.st_dev}:{here.st_ino}"


def _json_output() -> list[Processor]:
    describe = structlog.tracebacks.ExceptionDictTransformer(
        show_locals=False, max_frames=_MAX_FRAMES, use_rich=False
    )
    render: Callable[[Any, str, EventDict], str | bytes] = structlog.processors.JSONRenderer(
        serializer=json.dumps
    )
    with_priority = _stderr_is_the_journal()

    def to_json(logger: Any, method: str, event: EventDict) -> str:
        line = str(render(logger, method, _first_things_first(event)))
        return f"<{_PRIORITIES.get(event['level'], 6)}>{line}" if with_priority else line

    return [structlog.processors.ExceptionRenderer(describe), _hide_secrets, to_json]


def _first_things_first(event: EventDict) -> EventDict:
    """The same in the order in which people read it: when, how bad, what, and then the rest."""
    first = {key: event[key] for key in ("timestamp", "level", "event") if key in event}
    return {**first, **event}


def _console_output() -> list[Processor]:
    render = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty() and "NO_COLOR" not in os.environ,
        exception_formatter=structlog.dev.plain_traceback,
        sort_keys=False,
    )
    return [
        structlog.processors.ExceptionRenderer(_compact_traceback),
        _hide_secrets,
        _defuse,
        render,
    ]


def _add_name(logger: "_Stderr", _method: str, event: EventDict) -> EventDict:
    if logger.name is not None:
        event["logger"] = logger.name
    return event


def _hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> EventDict:
    return {key: _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _MASKED_KEY.search(key):
        return MASK
    if isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return {str(k): _masked(str(k), v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked("", item) for item in value]
    return _SECRETS.mask(str(value))


def _defuse(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> EventDict:
    """Makes control characters visible: tags and titles must not steer a person's terminal."""
    for key, value in event.items():
        if isinstance(value, str):
            shown = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", value)
            event[key] = _LINE_BREAK.sub(" ", shown) if key == "event" else shown
    return event


def _compact_traceback(exc_info: ExcInfo) -> str:
    """The chain of causes, the first cause first, one line for each frame.

    Without the lines of source: reading them would block the loop.
    """
    return "\n".join(_tell(traceback.TracebackException(*exc_info, lookup_lines=False)))


def _tell(told: traceback.TracebackException, indent: str = "  ") -> list[str]:
    lines: list[str] = []
    earlier = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
    if earlier is not None:
        lines += [*_tell(earlier, indent), f"{indent}which led to"]
    for frame in told.stack[-_MAX_FRAMES:]:
        lines.append(f"{indent}{frame.filename}:{frame.lineno} {frame.name}")
    lines += [indent + line.rstrip("\n") for line in told.format_exception_only()]
    for part in told.exceptions or ():
        lines += _tell(part, f"{indent}  | ")
    return lines


def _write(line: str) -> None:
    # The stream is looked up each time, since it may be replaced. When it is gone (its reader
    # ended, the terminal closed) there is nobody left to tell, and no reason to stop working.
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


class _Stderr:
    """Where the daemon's own events go, rendered."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name

    def msg(self, line: str) -> None:
        _write(line)

    log = debug = info = warning = error = critical = exception = fatal = msg


class _StderrHandler(logging.Handler):
    """Where what libraries say goes."""

    def emit(self, record: logging.LogRecord) -> None:
        _write(self.format(record))
