"""What the doctor finds in a real mpd, well or not."""

import contextlib
from pathlib import Path
from typing import Any

import mpd as driver
import pytest
from pydantic import SecretStr
from tests.integration.mpd.watching import settings_for
from tests.servers.mpd import Mpd
from tests.servers.waiting import eventually

from scrobbled.sources.api import Check
from scrobbled_mpd.diagnose import diagnose

pytestmark = pytest.mark.integration


async def checks(mpd: Mpd, **settings: Any) -> list[Check]:
    """All findings."""
    return await diagnose(settings_for(mpd, **settings), mpd.clock)


async def trouble(mpd: Mpd, **settings: Any) -> list[Check]:
    """Only what is wrong."""
    return [check for check in await checks(mpd, **settings) if not check.ok]


async def test_a_healthy_mpd_passes(tmp_path: Path) -> None:
    """Version, outputs and the place of its files are told."""
    async with Mpd(tmp_path) as mpd:
        await mpd.add_song("a.flac", 60)
        await mpd.play("a.flac")
        found = await checks(mpd)
        over_tcp = await checks(mpd, host="127.0.0.1")

        assert all(check.ok and check.advice is None for check in found + over_tcp)
        assert f"{mpd.socket_path} speaks protocol 0.23.5" in found[0].what
        assert "1 of MPD's outputs is enabled" in found[1].what
        assert str(mpd.music / "a.flac") in found[-1].what
        assert "library.folders" in over_tcp[-1].what


async def test_an_mpd_that_cannot_sound_is_reported(tmp_path: Path) -> None:
    """No output enabled, and the error that mpd shows for it."""
    async with Mpd(tmp_path) as mpd:
        await mpd.add_song("a.flac", 60)
        await mpd.command("disableoutput", 0)
        await mpd.command("add", "a.flac")
        with contextlib.suppress(driver.CommandError):  # told at once, or only in the status
            await mpd.command("play", 0)
        await eventually(lambda: _complains(mpd))
        found = await trouble(mpd)

        assert "No output of MPD is enabled" in found[0].what
        assert found[0].advice == "Enable one: mpc enable 1."
        assert "MPD reports an error" in found[1].what


async def test_files_that_are_not_there_are_reported(tmp_path: Path) -> None:
    """A map that leads nowhere; checked with the first song of the queue."""
    async with Mpd(tmp_path) as mpd:
        await mpd.add_song("a.flac", 60)
        await mpd.command("add", "a.flac")
        found = await trouble(mpd, host="127.0.0.1", path_map={"": "/no/such/folder"})

        assert [check.what for check in found] == [
            "MPD names /no/such/folder/a.flac, which is not there or cannot be read."
        ]
        assert "path_map" in (found[0].advice or "")


async def test_a_partition_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    """With those that do."""
    async with Mpd(tmp_path) as mpd:
        found = await trouble(mpd, partitions=["default", "kitchen"])

        assert [check.what for check in found] == [
            "MPD has no partition 'kitchen' now, only default."
        ]


async def test_a_refused_or_absent_mpd_is_one_finding_with_advice(tmp_path: Path) -> None:
    """Wrong password, no right to read, nobody there."""
    async with Mpd(tmp_path, passwords={"other": "read"}) as mpd:
        refused = await checks(mpd, password_file=SecretStr("sesame"))
        nameless = await checks(mpd)
        await mpd.terminate()
        absent = await checks(mpd, host="127.0.0.1")

        for (finding,) in (refused, nameless, absent):
            assert not finding.ok
            assert (finding.advice or "").endswith((".", "?"))
        assert "does not accept the password" in refused[0].what
        assert "does not let clients without a password read" in nameless[0].what
        assert "refuses connections" in absent[0].what


async def _complains(mpd: Mpd) -> bool:
    return "error" in await mpd.status()
