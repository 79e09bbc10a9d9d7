"""What doctor finds of the machine and of media servers; the rest is asked by its command."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.disks import small_disk
from tests.project.tree import ROOT
from tests.unit.app.test_opening import settings_in
from tests.unprivileged import without_privileges

from scrobbled.app import doctor
from scrobbled.app.doctor import diagnose
from scrobbled.domain.player_credit import PlayerCredit
from scrobbled.runtime.clock import Clock
from scrobbled.sources import Plugin, SourceSettings
from scrobbled.sources.api import Check


def plugin(diagnosis: object) -> Plugin:
    """A plugin of the type `mpd` that diagnoses in this way."""
    return Plugin(
        source_type="mpd",
        settings=SourceSettings,
        credit=PlayerCredit(),
        create=lambda _settings, _context: pytest.fail("nothing is watched"),
        diagnose=diagnosis,  # type: ignore[arg-type]  # what the test gives
    )


async def found_well(settings: SourceSettings, _clock: Clock) -> list[Check]:
    """A server on which all is well."""
    return [Check(ok=True, what=f"{settings.name} answers.")]


def found(directory: Path, diagnosis: object = found_well) -> dict[str, Check]:
    """What is found, by the sentences that tell it."""
    checks = diagnose(settings_in(directory), {"mpd": plugin(diagnosis)})
    return {check.what: check for check in checks}


def test_each_source_says_its_own(tmp_path: Path) -> None:
    """Its findings are among the others."""
    assert found(tmp_path)["den answers."].ok


def test_a_server_that_never_answers_holds_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its check is given up after a while, and the others are told."""
    monkeypatch.setattr(doctor, "DIAGNOSIS_TIMEOUT_S", 0.05)

    async def hang(_settings: object, _clock: Clock) -> list[Check]:
        await asyncio.Event().wait()
        return []

    checks = found(tmp_path, hang)

    late = checks["The mpd source could not be checked in time."]
    assert (late.ok, late.advice) == (False, "See whether its server answers at all.")
    assert "The daemon is not running." in checks


def test_little_space_is_told(tmp_path: Path) -> None:
    """Before the disk is full."""
    with small_disk(tmp_path / "state", 16):
        checks = found(tmp_path)

    (space,) = [check for what, check in checks.items() if "MiB are free" in what]
    assert (space.ok, space.advice) == (False, "Free some space on that disk.")


def test_enough_space_is_told(tmp_path: Path) -> None:
    """With how much there is."""
    (tmp_path / "state").mkdir()
    (space,) = [check for what, check in found(tmp_path).items() if "MiB are free" in what]
    free = shutil.disk_usage(tmp_path).free

    assert space.ok == (free >= doctor.LITTLE_SPACE_BYTES)


def test_another_users_state_is_told(tmp_path: Path) -> None:
    """Who may not write there is told as whom to run it."""
    settings_in(tmp_path)
    (tmp_path / "state").mkdir(mode=0o500)
    words = [sys.executable, "-m", "scrobbled", "doctor", "-c", str(tmp_path / "scrobbled.yaml")]
    told = subprocess.run(
        [*without_privileges(), *words], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert f"FAIL The state directory {tmp_path}/state cannot be written by this user." in (
        told.stdout
    )
    assert "sudo -u scrobbled" in told.stdout


@pytest.mark.parametrize(
    ("state", "what", "ok"),
    [
        (0, "The system's clock is set.", True),
        (5, "The system's clock is not synchronised.", False),
        (None, "The system's clock is set.", True),
    ],
)
def test_the_kernel_knows_whether_the_clock_is_right(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: int | None,
    what: str,
    ok: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Where it cannot be asked the clock is taken to be right."""
    monkeypatch.setattr(doctor, "_kernel_clock_state", lambda: state)

    assert found(tmp_path)[what].ok is ok


def test_a_clock_that_is_years_behind_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a start without a battery for it."""
    monkeypatch.setattr("time.time", lambda: 1000.0)
    check = found(tmp_path)["The system's clock is years behind."]

    assert not check.ok
    assert check.advice is not None
    assert "timedatectl" in check.advice


def test_the_kernel_can_be_asked() -> None:
    """The question changes nothing, and its answer is one of the six that there are."""
    assert doctor._kernel_clock_state() in {None, 0, 1, 2, 3, 4, 5}  # noqa: SLF001 - its only door is this
