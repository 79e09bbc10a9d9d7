"""The log as a person, a program and the journal read it."""

import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from scrobbled.log import MASK, LogFormat, LogLevel, configure_logging, get_logger, hide_secret

Configure = Callable[..., Callable[[], list[str]]]
FOLDER = Path(__file__).resolve()


def written(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines on stderr since it was asked last."""
    return capsys.readouterr().err.splitlines()


@pytest.fixture
def configured(capsys: pytest.CaptureFixture[str]) -> Iterator[Configure]:
    """Configures logging; gives a function that tells the lines written since it was asked last.

    What it changed in the process is put back afterwards.
    """
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)

    def configure(format: LogFormat, level: LogLevel = "info") -> Callable[[], list[str]]:  # noqa: A002 - as the function it calls
        configure_logging(level, format)
        return lambda: written(capsys)

    yield configure
    structlog.reset_defaults()
    get_logger()
    structlog.contextvars.clear_contextvars()
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def fail_with(message: str) -> None:
    """Raises a ValueError caused by a KeyError."""
    try:
        raise KeyError("cause")  # noqa: TRY301 - the failure under test
    except KeyError as error:
        raise ValueError(message) from error


def log_failure(message: str) -> None:
    """Logs a failure with its traceback."""
    try:
        fail_with(message)
    except ValueError:
        get_logger().exception("thing.failed")


def test_json_is_one_object_a_line(configured: Configure) -> None:
    """A program finds event, level, UTC time and the typed fields."""
    lines = configured("json")
    get_logger("scrobbled.x").info("scan.finished", files=3, folder=Path("/srv"), slow=None)

    (line,) = lines()
    entry = json.loads(line)
    assert entry.pop("timestamp").endswith("Z")
    assert entry == {
        "event": "scan.finished",
        "level": "info",
        "logger": "scrobbled.x",
        "files": 3,
        "folder": "/srv",
        "slow": None,
    }


def test_timestamps_are_utc(configured: Configure) -> None:
    """The time of an entry is an ISO 8601 moment in UTC, near now."""
    lines = configured("json")
    get_logger().info("scan.finished")

    at = datetime.fromisoformat(json.loads(lines()[0])["timestamp"])
    assert at.utcoffset() == UTC.utcoffset(None)
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60


def test_context_of_the_task_is_in_every_entry(configured: Configure) -> None:
    """What a task bound once is told with everything it logs."""
    lines = configured("json")
    with structlog.contextvars.bound_contextvars(source="mpd:livingroom"):
        get_logger().info("play.opened")
    get_logger().info("scan.finished")

    inside, outside = (json.loads(line) for line in lines())
    assert inside["source"] == "mpd:livingroom"
    assert "source" not in outside


def test_level_holds_for_loggers_made_before(configured: Configure) -> None:
    """Loggers of modules imported earlier follow the configured level."""
    log = get_logger()
    lines = configured("json", "warning")
    log.info("scan.finished")
    log.warning("scan.failed")

    assert [json.loads(line)["event"] for line in lines()] == ["scan.failed"]


@pytest.mark.parametrize(
    ("level", "heard"), [("info", ["w"]), ("debug", ["w", "i"]), ("error", [])]
)
def test_libraries_are_rendered_alike(
    configured: Configure, level: LogLevel, heard: list[str]
) -> None:
    """What libraries say through `logging` is the same JSON, from warning on."""
    lines = configured("json", level)
    logging.getLogger("aiohttp.server").warning("%s", "w")
    logging.getLogger("aiohttp.client").info("i")
    logging.getLogger("asyncio").debug("d")

    entries = [json.loads(line) for line in lines()]
    assert [entry["event"] for entry in entries] == heard
    assert all({"timestamp", "level", "logger"} <= entry.keys() for entry in entries)


def test_configuring_twice_does_not_double_entries(configured: Configure) -> None:
    """The daemon may configure again once it has read its settings."""
    configured("json")
    lines = configured("json")
    logging.getLogger("aiohttp.server").warning("w")
    get_logger().info("scan.finished")

    assert len(lines()) == 2


def test_python_warnings_are_logged(configured: Configure) -> None:
    """A warning of a library lands in the log and not bare on stderr."""
    with warnings.catch_warnings():
        lines = configured("json")
        warnings.simplefilter("always")
        warnings.warn("old thing", stacklevel=1)

        assert json.loads(lines()[0])["logger"] == "py.warnings"


def test_exceptions_are_structured_in_json(configured: Configure) -> None:
    """A program gets the chain of exceptions with frames, and no local variables."""
    lines = configured("json")
    log_failure("broken")

    (line,) = lines()
    chain = json.loads(line)["exception"]
    assert [(e["exc_type"], e["exc_value"]) for e in chain] == [
        ("ValueError", "broken"),
        ("KeyError", "'cause'"),
    ]
    assert chain[0]["frames"][-1]["name"] == "fail_with"
    assert "locals" not in chain[0]["frames"][-1]


def test_exceptions_are_compact_on_the_console(configured: Configure) -> None:
    """A person gets one line a frame and the cause first."""
    lines = configured("console")
    log_failure("broken")

    first, *rest = lines()
    assert "thing.failed" in first
    assert [line.strip().rsplit("/", 1)[-1].split(":")[0] for line in rest] == [
        "test_log.py",
        "KeyError",
        "which led to",
        "test_log.py",
        "test_log.py",
        "ValueError",
    ]


@pytest.mark.parametrize("format", ["json", "console"])
async def test_logging_exceptions_does_not_block_the_loop(
    configured: Configure,
    format: LogFormat,  # noqa: A002 - as the function under test
) -> None:
    """No source file is read to show a traceback; the guard of all tests would see it."""
    lines = configured(format)
    log_failure("broken")

    assert "broken" in "\n".join(lines())


def test_groups_of_exceptions_are_told_apart(configured: Configure) -> None:
    """Every member of an exception group is on the console."""
    lines = configured("console")
    try:
        raise ExceptionGroup("several", [OSError("one"), ValueError("two")])  # noqa: TRY301 - as above
    except ExceptionGroup:
        get_logger().exception("thing.failed")

    text = "\n".join(lines())
    assert "| OSError: one" in text
    assert "| ValueError: two" in text


@pytest.mark.parametrize("format", ["json", "console"])
def test_registered_secrets_are_never_written(configured: Configure, format: LogFormat) -> None:  # noqa: A002 - as the function under test
    """A secret is hidden in events, fields, nested values, URLs, libraries' words and errors."""
    lines = configured(format)
    hide_secret(SecretStr("s3cr3t /word"))
    secret = "s3cr3t /word"  # noqa: S105 - the secret under test
    log = get_logger()
    log.info("login.failed", reason=f"refused {secret}", pin=SecretStr(secret))
    log.info("login.failed", nested={"list": [f"x{secret}", ("deep", {secret})]})
    log.info("login.failed", url="http://host/?key=s3cr3t%20%2Fword", error=ValueError(secret))
    logging.getLogger("aiohttp.server").error("bad %s", secret)
    log_failure(f"tried {secret}")

    text = "\n".join(lines())
    assert "s3cr3t" not in text
    assert text.count(MASK) >= 7


@pytest.mark.parametrize(
    "key", ["password", "api_key", "webhook_token", "Authorization", "apikey", "client-secret"]
)
def test_fields_named_like_secrets_are_hidden(configured: Configure, key: str) -> None:
    """A value nobody registered is hidden when its name says that it is a secret."""
    lines = configured("json")
    get_logger().info("login.failed", settings={key: "unknown-value"}, **{key: 12345})

    (line,) = lines()
    assert "unknown-value" not in line
    assert "12345" not in line


def test_names_of_secrets_files_are_told(configured: Configure) -> None:
    """Where a secret is kept is no secret: the person must find the file."""
    lines = configured("json")
    get_logger().info("login.failed", password_file="/etc/mpd.pw", tokens=3)  # noqa: S106 - a file's name

    entry = json.loads(lines()[0])
    assert (entry["password_file"], entry["tokens"]) == ("/etc/mpd.pw", 3)


def test_passwords_in_urls_are_hidden(configured: Configure) -> None:
    """The password in a database URL is hidden, host and user are told."""
    lines = configured("json")
    get_logger().info("store.unavailable", url="mariadb://anna:gehe1m@db.lan/music")

    assert json.loads(lines()[0])["url"] == f"mariadb://anna:{MASK}@db.lan/music"


def test_short_secrets_do_not_cut_words(configured: Configure) -> None:
    """A secret of three letters is hidden as a value, and is not shown by holes in words."""
    lines = configured("json")
    hide_secret(SecretStr("can"))
    get_logger().info("scan.finished", word="canal", value="can")

    entry = json.loads(lines()[0])
    assert (entry["word"], entry["value"]) == ("canal", MASK)


def test_tags_cannot_steer_the_terminal(configured: Configure) -> None:
    """Escape sequences and line breaks in a title are shown, not obeyed."""
    lines = configured("console")
    get_logger().info("play.opened", title="\x1b[2Jx", album="a\nfake entry")
    logging.getLogger("mutagen").warning("bad\nfake entry")

    told = lines()
    assert len(told) == 2
    assert "\x1b[2J" not in "".join(told)


def test_file_names_that_are_no_text_do_not_break_json(configured: Configure) -> None:
    """A surrogate-escaped file name and one in Japanese come through."""
    lines = configured("json")
    get_logger().info("file.failed", path="/m/\udcff.mp3", other="音楽")

    entry = json.loads(lines()[0])
    assert (entry["path"], entry["other"]) == ("/m/\udcff.mp3", "音楽")


PROGRAM = "import scrobbled.log as l; l.configure_logging(); l.get_logger().error('a.b', n=1)"


def run_logging(environment: dict[str, str], **kwargs: Any) -> str:
    """What a process logs that is configured as by default."""
    inherited = {
        k: v for k, v in os.environ.items() if k not in {"JOURNAL_STREAM", "INVOCATION_ID"}
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**inherited, **environment},
        check=True,
        stderr=kwargs.get("stderr", subprocess.PIPE),
    )
    return (done.stderr or b"").decode()


def test_auto_is_json_under_systemd() -> None:
    """The invocation id of systemd turns JSON on."""
    assert json.loads(run_logging({"INVOCATION_ID": "0123"}))["event"] == "a.b"


def test_auto_is_plain_text_elsewhere() -> None:
    """Into a pipe or file goes the console's form without colours."""
    told = run_logging({})

    assert "a.b" in told
    assert "n=1" in told
    assert "\x1b" not in told


def test_auto_is_colourful_on_a_terminal() -> None:
    """A terminal wins over systemd's variables, which desktop sessions inherit."""
    controller, terminal = os.openpty()
    try:
        run_logging({"INVOCATION_ID": "0123"}, stderr=terminal)
        told = os.read(controller, 4096).decode()
    finally:
        os.close(controller)
        os.close(terminal)

    assert "\x1b[" in told
    assert not told.startswith("{")


def test_the_journal_gets_priorities(tmp_path: Path) -> None:
    """When stderr is the journal's stream, its lines begin with the priority (sd-daemon(3))."""
    stream = tmp_path / "journal"
    with stream.open("wb") as out:
        stat = os.fstat(out.fileno())
        run_logging({"JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino}"}, stderr=out)

    assert stream.read_text().startswith('<3>{"')


def test_a_closed_stderr_does_not_stop_the_work() -> None:
    """Logging goes on without error when nobody can read it any more."""
    program = "import os; os.close(2);" + PROGRAM + ";print('went on')"
    # The status is Python's own affair: some versions end with 120 if stderr cannot be flushed.
    done = subprocess.run([sys.executable, "-c", program], check=False, stdout=subprocess.PIPE)

    assert done.stdout == b"went on\n"
