"""The systemd unit: systemd accepts it, and it fits the daemon's own numbers."""

import re
import subprocess
from pathlib import Path

import pytest
from tests.programs import require_program

from scrobbled.runtime.supervisor import longest_stop_s

ROOT = Path(__file__).parents[3]
UNIT = ROOT / "systemd" / "scrobbled.service"
SYSUSERS = ROOT / "systemd" / "scrobbled.sysusers"


@pytest.fixture
def settings() -> dict[str, str]:
    """The unit's settings by key; the last one of a key counts."""
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]\w+=", line))


@pytest.fixture
def runnable(tmp_path: Path) -> Path:
    """The unit with a program that is there, since verification looks for it."""
    text = UNIT.read_text(encoding="utf-8")
    unit = tmp_path / UNIT.name
    unit.write_text(re.sub(r"(?m)^ExecStart=.*", "ExecStart=/bin/true", text))
    return unit


def test_systemd_finds_nothing_wrong(runnable: Path) -> None:
    """Not one unknown key or value: systemd only warns of these, and ignores them."""
    analyze = require_program("systemd-analyze")
    done = subprocess.run(
        [analyze, "verify", "--man=no", runnable], capture_output=True, text=True, check=False
    )

    mine = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (mine, done.returncode) == ([], 0)


def test_the_sandbox_is_tight(runnable: Path) -> None:
    """By systemd's own measure (0 is best, 10 worst) little is exposed."""
    analyze = require_program("systemd-analyze")
    subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", "--no-pager", runnable],
        capture_output=True,
        check=True,
    )


def test_the_user_is_made(tmp_path: Path) -> None:
    """The snippet makes the user and group that the unit names."""
    sysusers = require_program("systemd-sysusers")
    (tmp_path / "etc").mkdir()
    subprocess.run([sysusers, f"--root={tmp_path}", SYSUSERS], capture_output=True, check=True)

    assert "scrobbled:" in (tmp_path / "etc" / "passwd").read_text()
    assert "scrobbled:" in (tmp_path / "etc" / "group").read_text()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Type", "notify"),
        ("ExecStart", "/opt/scrobbled/bin/scrobbled run"),
        ("User", "scrobbled"),
        ("StateDirectory", "scrobbled"),
        ("Restart", "on-failure"),
        ("RestartPreventExitStatus", "78"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "read-only"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"),
    ],
)
def test_the_unit_keeps_its_promises(settings: dict[str, str], key: str, value: str) -> None:
    """What the daemon and the documentation rely on stands in the unit."""
    assert settings[key] == value


def test_there_is_time_for_the_ordered_stop(settings: dict[str, str]) -> None:
    """The service manager waits longer than all stages take together."""
    assert longest_stop_s() < float(settings["TimeoutStopSec"].removesuffix("s"))


def test_the_watchdog_is_patient(settings: dict[str, str]) -> None:
    """A machine that is busy for half a minute is not taken for a hanging daemon."""
    assert float(settings["WatchdogSec"].removesuffix("s")) >= 60
