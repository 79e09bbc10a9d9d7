"""How a play begins: first seen, followed on, joined late, or taken up again."""

from dataclasses import replace

from scrobbled.domain.observation import Cause, Observation, PlayerState, TrackInfo
from scrobbled.domain.play import Certainty
from scrobbled.domain.session import Ended, OpenPlay, Session, SessionRules

JOINED_LATE_S = 1.0
UNDER_WAY_S = 0.5
"""One look may take longer to arrive than the next; position and clock differ by so much then."""
RESTART_S = 1.0
"""A position this near to the start, reached backwards, is the start."""
TAKE_UP_S = 5.0
"""A play is taken up again where it was left, give or take this."""
TAKE_UP_LOST_WITHIN_S = 600.0


def open_play(
    session: Session,
    now: Observation,
    rules: SessionRules,
    *,
    head_s: float | None = None,
    follows: bool = False,
) -> Session:
    """Opens a play if something plays.

    What is found paused opens only if it is known to have sounded since the last look: it may
    never be resumed.

    Args:
        session: its last observation is the one before `now`; a play still open in it is over.
        now: what is seen.
        rules: of the source.
        head_s: seconds of the track that are known to have sounded before `now`; None if nothing
            was open, so that it has to be worked out.
        follows: whether the track before it had just come to its end.
    """
    session = replace(session, open=None)
    if now.track is None or now.state is PlayerState.STOPPED:
        return session
    if head_s is None:
        head_s = _unopened_s(session.last, now)
    if not now.plays and head_s <= 0.0:
        return session
    play = _first_seen(session.last, now, now.track, rules, head_s=head_s, follows=follows)
    if session.ended is not None and _takes_up(session.ended, now, rules):
        play = _continuing(play, session.ended, now, head_s)
    return replace(session, open=play.weighed(now.at, rules.counting), ended=None)


def new_play(
    now: Observation, track: TrackInfo, rules: SessionRules, *, head_s: float, follows: bool
) -> OpenPlay:
    """A play of `track` that began `head_s` before `now`."""
    return OpenPlay(
        play_uid=rules.new_play_uid(),
        user=rules.user,
        track=track,
        started_at_s=now.at.wall_s - head_s,
        tally=rules.credit.open(now, head_s=head_s, follows=follows),
        certainty=Certainty.LOW if now.cause is Cause.ESTIMATE else Certainty.HIGH,
    )


def still_to_take_up(ended: Ended | None, now: Observation) -> Ended | None:
    """What may still be taken up after `now`: a stop or another track puts an end to it."""
    if ended is None or now.state is PlayerState.STOPPED or now.track is None:
        return None
    return ended if now.track.uri == ended.uri else None


def _first_seen(
    before: Observation | None,
    now: Observation,
    track: TrackInfo,
    rules: SessionRules,
    *,
    head_s: float,
    follows: bool,
) -> OpenPlay:
    """The play of what is seen now; where it is in mid-song, it was joined late or begun there.

    A track that was already under way began as long ago as its position says. One that was not
    playing at the last look can only have been begun in the middle.
    """
    play = new_play(now, track, rules, head_s=head_s, follows=follows)
    position_s = now.position_s or 0.0
    if position_s <= JOINED_LATE_S + head_s:
        return replace(play, started_at_s=now.at.wall_s - max(position_s, head_s))
    if now.cause is Cause.START or _watched_changing(before, now):
        return play.noted(now.at, f"begun at {position_s - head_s:.1f} s")
    if track.stream:
        return replace(play, joined_late=True)
    return replace(play, joined_late=True, started_at_s=now.at.wall_s - position_s)


def _watched_changing(before: Observation | None, now: Observation) -> bool:
    """Whether the player was seen going over to the track of `now`."""
    if before is None or now.cause in {Cause.CONNECT, Cause.ESTIMATE}:
        return False
    return not before.same_track(now)


def _unopened_s(before: Observation | None, now: Observation) -> float:
    """Seconds that sounded before the first look at a track, when nothing was open before."""
    if before is None or before.plays or now.position_s is None:
        return 0.0
    if now.cause in {Cause.CONNECT, Cause.START, Cause.ESTIMATE}:
        return 0.0
    if before.state is PlayerState.PAUSED and not now.plays:
        return 0.0
    from_s = (before.position_s or 0.0) if before.same_track(now) else 0.0
    clock_s, counted_s = now.at.seconds_since(before.at), now.counted_since(before)
    moved_s = now.position_s - from_s
    if not 0.0 < moved_s <= clock_s + UNDER_WAY_S:
        return 0.0
    moved_s = min(moved_s, clock_s)
    return moved_s if counted_s is None else max(0.0, min(moved_s, counted_s + 1.0))


def _takes_up(ended: Ended, now: Observation, rules: SessionRules) -> bool:
    """Whether what plays now is the play that ended unseen."""
    track, position_s = now.track, now.position_s
    if track is None or position_s is None:
        return False
    says_title = track.stream or track.title is not None
    if track.uri != ended.uri or (says_title and track.title != ended.title):
        return False
    if now.cause is Cause.START and position_s <= RESTART_S:
        return False
    if ended.last.state is PlayerState.PAUSED:
        near = abs(position_s - ended.position_s) <= TAKE_UP_S
    else:
        near = _went_on_unseen(ended.last, now, rules)
    soon = now.at.seconds_since(ended.at) <= TAKE_UP_LOST_WITHIN_S
    return near or (soon and RESTART_S < position_s <= ended.position_s + TAKE_UP_S)


def _went_on_unseen(before: Observation, now: Observation, rules: SessionRules) -> bool:
    """Whether the player can have played on through a time without contact, however long."""
    if before.entry_id != now.entry_id or not rules.credit.same_run(before, now):
        return False
    tally = rules.credit.open(before, head_s=0.0, follows=False)
    return rules.credit.bridge(tally, before, now, None) is not None


def _continuing(play: OpenPlay, ended: Ended, now: Observation, head_s: float) -> OpenPlay:
    return replace(
        play,
        started_at_s=now.at.wall_s - head_s,
        joined_late=False,
        continues=ended.play_uid,
        continues_counted=ended.counted,
        inherited_s=0.0 if ended.counted else ended.played_s,
    ).noted(now.at, f"takes up again the play left at {ended.position_s:.1f} s")
