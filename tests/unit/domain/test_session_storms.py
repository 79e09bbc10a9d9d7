"""What holds whatever is done to a player, and however badly it is watched."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.unit.domain.virtual_player import Saved, VirtualPlayer, song
from tests.unit.domain.watched import COUNTING, Watched, kept, rules_of

from scrobbled.domain.counting import EPSILON_S, StreamCounting
from scrobbled.domain.lifecycle import abandon, advance
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import (
    Cause,
    Observation,
    PlayerEvidence,
    PlayerState,
    TrackInfo,
)
from scrobbled.domain.play import ClosedPlay
from scrobbled.domain.player_credit import TOLERANCE_SHARE
from scrobbled.domain.session import Session, Step

MOMENTS = st.floats(0.0, 40.0).map(lambda seconds: round(seconds, 2))
LENGTHS = st.sampled_from([0.3, 2.0, 6.0, 20.0, 25.0, 60.0, 300.0])
OVERLAP_SLACK_S = 0.7
GRAIN_S = 2.6
"""One whole second of the count of audio, 1.5 s that it runs ahead, and a wobble."""
END_S = 8.6
"""Of a song that stopped sounding within its last seconds and was then left, so much may be
credited too much: it looks as if it had come to its end."""


class Storm(RuleBasedStateMachine):
    """A person who presses everything, a player with troubles, and a daemon with gaps."""

    def __init__(self) -> None:
        """Starts with an empty player."""
        super().__init__()
        self.watched = Watched()
        self.saved: Saved | None = None
        self.troubles: list[tuple[float, float]] = []

    @property
    def player(self) -> VirtualPlayer:
        """The player."""
        return self.watched.player

    @initialize(
        lengths=st.lists(LENGTHS, min_size=1, max_size=4),
        repeat=st.booleans(),
        single=st.sampled_from(["off", "on", "oneshot"]),
        consume=st.booleans(),
        crossfade_s=st.sampled_from([0.0, 0.0, 1.0, 4.0]),
        counts_audio=st.sampled_from([True, True, False]),
    )
    def begin(
        self,
        *,
        lengths: list[float],
        repeat: bool,
        single: str,
        consume: bool,
        crossfade_s: float,
        counts_audio: bool,
    ) -> None:
        """Fills the queue and sets the options."""
        player = self.player
        player.repeat, player.single, player.consume = repeat, single, consume
        player.crossfade_s, player.counts_audio = crossfade_s, counts_audio
        player.add(song(f"song{number}", length) for number, length in enumerate(lengths))
        player.play(0)
        self.watched.run(0.01)

    @rule(seconds=MOMENTS)
    def wait(self, seconds: float) -> None:
        """Listens for a while."""
        self.watched.run(seconds)

    @rule()
    def pause_or_resume(self) -> None:
        """Presses the pause key."""
        if self.player.state is PlayerState.PLAYING:
            self.player.pause()
        else:
            self.player.resume()
        self.watched.notice()

    @rule(to_s=st.floats(0.0, 60.0))
    def seek(self, to_s: float) -> None:
        """Moves the position."""
        self.player.seek(round(to_s, 3))
        self.watched.notice()

    @rule(by_s=st.floats(-1.2, 1.2), times=st.integers(1, 30))
    def scrub(self, by_s: float, times: int) -> None:
        """Moves the position by little, many times."""
        for _ in range(times):
            self.player.seek(self.player.position_s + by_s)
            self.watched.run(0.3)

    @rule()
    def skip(self) -> None:
        """Goes to the next song."""
        self.player.next()
        self.watched.notice()

    @rule()
    def go_back(self) -> None:
        """Goes to the song before."""
        self.player.previous()
        self.watched.notice()

    @rule()
    def stop(self) -> None:
        """Stops."""
        self.player.stop()
        self.watched.notice()

    @rule(choice=st.integers(0, 9))
    def play(self, choice: int) -> None:
        """Plays some song from its start."""
        if self.player.queue:
            self.player.play(choice % len(self.player.queue))
            self.watched.notice()

    @rule(choice=st.integers(0, 9))
    def delete(self, choice: int) -> None:
        """Takes a song out of the queue."""
        if self.player.queue:
            self.player.delete(choice % len(self.player.queue))
            self.watched.notice()

    @rule(length_s=LENGTHS)
    def add(self, length_s: float) -> None:
        """Adds a song."""
        self.player.add([song(f"new{len(self.player.queue)}", length_s)])
        self.watched.notice()

    @rule(seconds=MOMENTS)
    def freeze(self, seconds: float) -> None:
        """The output goes away for a while."""
        self._trouble(seconds)
        self.player.freeze()
        self.watched.run(seconds)
        self.player.thaw()
        self.watched.notice()

    @rule(jump_s=st.floats(-7200.0, 7200.0))
    def set_the_clock(self, jump_s: float) -> None:
        """Sets the wall clock of the host."""
        self.player.jump_wall(jump_s)

    @rule(seconds=st.floats(0.0, 5000.0))
    def suspend(self, seconds: float) -> None:
        """Sends the host to sleep."""
        self.player.suspend(seconds)

    @rule(seconds=st.floats(0.0, 120.0))
    def cut(self, seconds: float) -> None:
        """The connection breaks for a while."""
        self._trouble(seconds)
        self.watched.lose_contact()
        self.watched.run(seconds)
        self.watched.reconnect()

    @rule(seconds=st.floats(0.0, 5.0))
    def block(self, seconds: float) -> None:
        """The daemon cannot look for a while."""
        self._trouble(seconds)
        self.watched.blocked = True
        self.watched.run(seconds)
        self.watched.blocked = False
        self.watched.notice()

    @rule(seconds=st.floats(0.0, 120.0))
    def restart_daemon(self, seconds: float) -> None:
        """The daemon is stopped orderly, and started again."""
        self._trouble(seconds)
        self.watched.shut_down()
        self.watched.run(seconds)
        self.watched.reconnect()

    @rule()
    def save(self) -> None:
        """The player writes its state file."""
        self.saved = self.player.save()

    @rule(seconds=st.floats(0.0, 120.0), at_once=st.booleans(), paused=st.booleans())
    def kill_player(self, *, seconds: float, at_once: bool, paused: bool) -> None:
        """The player is killed and comes back, with what it last saved."""
        self._trouble(seconds)
        saved = self.player.save() if at_once else self.saved
        self.watched.lose_contact()
        self.player.frozen = True
        self.watched.run(seconds)
        self.player.start_anew(saved, paused=paused)
        self.watched.reconnect()

    @rule(seconds=st.floats(10.0, 5000.0))
    def sweep(self, seconds: float) -> None:
        """A long time passes paused, and what stands paused is closed."""
        self.player.pause()
        self.watched.run(seconds)
        self.watched.sweep()

    @invariant()
    def credit_never_exceeds_the_clock(self) -> None:
        """Whatever was done, no more is credited than time has passed, but for crossfades."""
        passed_s = self.player.now_s - self.watched.began_s - self.player.suspended_s
        changes = len(self.watched.lives)
        overlaps_s = changes * (self.player.crossfade_s + OVERLAP_SLACK_S)
        if self.player.crossfade_s == 0:
            overlaps_s = 0.0

        assert self.watched.credited_s <= passed_s + overlaps_s + 0.01

    @invariant()
    def credit_stays_near_the_truth(self) -> None:
        """No play is credited much more than really sounded of it."""
        if not self.player.counts_audio:
            return
        for play in self.watched.plays:
            if not play.inferred:
                assert self.watched.excess_s(play) <= self._slack_of(play)

    @invariant()
    def what_counts_was_heard(self) -> None:
        """A song counts no more often than it sounded for as long as it takes to count."""
        if not self.player.counts_audio:
            return
        for uri in {play.track.uri for play in self.watched.counted}:
            plays = [play for play in self.watched.counted if play.track.uri == uri]
            required_s = sum(play.verdict.required_s or 0.0 for play in plays)
            slack_s = sum(EPSILON_S + self._slack_of(play) for play in plays)

            assert required_s <= self.player.truth_s(uri) + slack_s

    def _trouble(self, seconds: float) -> None:
        """Remembers when something went wrong that a player's reports do not tell apart."""
        self.troubles.append((self.player.now_s, self.player.now_s + seconds))

    def _slack_of(self, play: ClosedPlay) -> float:
        """What may be credited too much to a play."""
        life = self.watched.lives[play.play_uid]
        from_s, to_s = life.from_s, life.to_s
        troubles = sum(1 for began, ended in self.troubles if began <= to_s and ended >= from_s)
        # A seek right after a change of song cannot be told from a crossfade.
        overlap_s = self.player.crossfade_s + OVERLAP_SLACK_S if self.player.crossfade_s else 0.0
        return overlap_s + (0.1 if troubles == 0 else END_S + GRAIN_S * troubles)


TestStorm = Storm.TestCase


COMMANDS = st.one_of(
    st.tuples(st.just("seek"), st.floats(0.0, 60.0)),
    st.tuples(st.sampled_from(["pause", "resume", "next", "previous", "stop", "play"])),
)


@given(
    lengths=st.lists(LENGTHS, min_size=1, max_size=4),
    script=st.lists(st.tuples(COMMANDS, MOMENTS), max_size=12),
)
def test_dropped_heartbeats_lose_and_double_nothing(
    lengths: list[float], script: list[tuple[tuple[Any, ...], float]]
) -> None:
    """A watcher that hears each event once, and nothing else, finds the same plays."""
    all_kept = replace(COUNTING, min_skip_s=0.0)
    attentive = Watched(counting=all_kept)
    drowsy = Watched(counting=all_kept, heartbeat_s=1e9, doubled=False, predicts=False)
    for watched in (attentive, drowsy):
        watched.player.add(song(f"song{number}", length) for number, length in enumerate(lengths))
        watched.player.play(0)
        for (command, *arguments), seconds in script:
            watched.run(seconds)
            getattr(watched.player, command)(*arguments)
        watched.run(1)
        watched.player.clear()
        watched.run(1)
    truth_s = sum(piece.to_s - piece.from_s for piece in attentive.player.sounded)
    slack_s = 1.0 + TOLERANCE_SHARE * truth_s

    assert abs(attentive.credited_s - drowsy.credited_s) <= slack_s
    assert _sure(attentive, slack_s) <= Counter(play.track.uri for play in drowsy.counted)
    assert _sure(drowsy, slack_s) <= Counter(play.track.uri for play in attentive.counted)


def _sure(watched: Watched, slack_s: float) -> Counter[str]:
    """What counted by a margin, so that no tolerance decided it."""
    return Counter(
        play.track.uri
        for play in watched.counted
        if play.played_s > (play.verdict.required_s or 0.0) + slack_s
    )


SECONDS = st.one_of(st.floats(0.0, 400.0), st.integers(0, 30).map(float))
TRACKS = st.builds(
    TrackInfo,
    uri=st.sampled_from(["a.flac", "b.flac"]),
    title=st.sampled_from([None, "A", "B"]),
    duration_s=st.one_of(st.none(), st.just(0.0), SECONDS),
    stream=st.booleans(),
)
EVIDENCE = st.builds(
    PlayerEvidence,
    playtime_s=st.one_of(st.none(), SECONDS),
    uptime_s=st.one_of(st.none(), SECONDS),
    crossfade_s=st.just(0.0),
)

LOOKS = (Cause.CONNECT, Cause.EVENT, Cause.HEARTBEAT, Cause.SHUTDOWN)
"""The others come from servers that tell by themselves."""


@st.composite
def reports(draw: st.DrawFn) -> list[Observation]:
    """Reports of a player that has lost its mind, in the order of the clock."""
    at, seen = Moment(100.0, 1e9, "boot"), []
    for _ in range(draw(st.integers(1, 12))):
        at = at.earlier_by(-draw(SECONDS))
        if draw(st.integers(0, 9)) == 0:
            at = replace(at, host_boot_id=f"boot after {at.monotonic_s}")
        track = draw(st.one_of(st.none(), TRACKS))
        seen.append(
            Observation(
                player="",
                state=draw(st.sampled_from(PlayerState)),
                at=at,
                entry_id=draw(st.sampled_from([None, "1", "2"])),
                track=track,
                position_s=draw(st.one_of(st.none(), SECONDS)) if track else None,
                passed=tuple(draw(st.lists(TRACKS, max_size=2))),
                cause=draw(st.sampled_from(LOOKS)),
                evidence=draw(EVIDENCE),
            )
        )
    return seen


@given(seen=reports(), streams=st.sampled_from(StreamCounting))
def test_senseless_reports_earn_no_more_than_the_clock(
    seen: list[Observation], streams: StreamCounting
) -> None:
    """Whatever a player says, nothing breaks, and no more is credited than time has passed."""
    rules, session = rules_of(replace(COUNTING, streams=streams)), Session()
    plays: list[ClosedPlay] = []
    for observation in seen:
        step = advance(session, observation, rules)
        plays += step.closed
        session = kept(step.session)
    step = abandon(session, rules)
    plays += step.closed
    played_s = [play.played_s for play in plays]

    assert len(plays) == len({play.play_uid for play in plays})
    assert all(seconds >= 0.0 for seconds in played_s)
    assert all(play.ended_at_s >= play.started_at_s for play in plays)
    assert sum(played_s) <= seen[-1].at.wall_s - seen[0].at.wall_s + 0.01


@given(seen=reports(), data=st.data())
def test_what_was_seen_before_changes_nothing(seen: list[Observation], data: st.DataObject) -> None:
    """Reports that come again, or late, change nothing."""
    rules, session = rules_of(), Session()
    for number, observation in enumerate(seen):
        session = advance(session, observation, rules).session
        again = data.draw(st.sampled_from(seen[: number + 1]))
        if again.at.is_before(observation.at) or again is observation:
            assert advance(session, again, rules) == Step(session)
