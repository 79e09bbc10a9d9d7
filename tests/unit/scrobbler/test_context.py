"""What a running source is given."""

from pathlib import Path

from structlog.testing import capture_logs
from tests.unit.scrobbler.rig import OTHER, SONG, SOURCE, Rig, rig

from scrobbled.runtime.health import State
from scrobbled.scrobbler.context import RunningSource
from scrobbled.sources import Attention


def context(it: Rig, hints: list[str] | None = None) -> RunningSource:
    """The context of the rig's source."""
    return RunningSource(
        SOURCE,
        it.clock,
        it.intake,
        it.health.component(SOURCE),
        on_library_changed=lambda: (hints if hints is not None else []).append("scan"),
    )


async def test_a_source_learns_when_to_look_again(tmp_path: Path) -> None:
    """After as long as the play still has to sound; never while it is paused, or has counted."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        source, player = context(it), it.player()
        assert await source.observe(player.play(SONG)) == Attention(counts_in_s=100.0)
        it.clock.pass_by(40)
        assert await source.observe(player.look()) == Attention(counts_in_s=60.0)
        assert await source.observe(player.pause()) == Attention()
        assert await source.observe(player.play(OTHER)) == Attention(counts_in_s=100.0)
        it.clock.pass_by(101)
        assert await source.observe(player.look()) == Attention()
        assert await source.observe(player.stop()) == Attention()
        assert it.health.component(SOURCE).snapshot().counters == {"observations": 6}


async def test_a_source_is_told_what_is_remembered(tmp_path: Path) -> None:
    """The last observation of a player, and the players on which a play is open."""
    async with rig(tmp_path) as it:
        await it.intake.load([it.profile])
        source, player = context(it), it.player("kitchen")
        assert (source.name, source.clock) == (SOURCE, it.clock)
        assert source.last_observation("kitchen") is None
        assert source.players() == ()
        seen = player.play(SONG)
        await source.observe(seen)
        assert source.last_observation("kitchen") == seen
        assert source.players() == ("kitchen",)
        it.clock.pass_by(3)
        await source.lost("kitchen")
        (kept,) = await it.journal.sessions()
        assert kept.session.lost_at == it.clock.moment()


async def test_outages_are_told_once(tmp_path: Path) -> None:
    """When contact is lost and when it is back; the page says what is wrong at the moment."""
    with capture_logs() as log:
        async with rig(tmp_path) as it:
            source, component = context(it), it.health.component(SOURCE)
            source.available("MPD 0.23.5")
            assert (component.snapshot().state, component.snapshot().detail) == (
                State.OK,
                "MPD 0.23.5",
            )
            source.unavailable("it refuses connections")
            source.unavailable("it does not answer")
            assert (component.snapshot().state, component.snapshot().detail) == (
                State.DEGRADED,
                "it does not answer",
            )
            source.available("MPD 0.23.5")
            source.available("MPD 0.23.5")
    assert [entry["event"] for entry in log] == [
        "source.connected",
        "source.unavailable",
        "source.recovered",
        "source.connected",
    ]


async def test_a_changed_library_is_passed_on(tmp_path: Path) -> None:
    """A hint is enough to have the folders looked through."""
    async with rig(tmp_path) as it:
        hints: list[str] = []
        context(it, hints).library_changed()
        assert hints == ["scan"]
