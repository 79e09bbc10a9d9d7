"""How a play ends: at its end, by hand, by a loop, or unseen."""

from dataclasses import replace

from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, Observation, PlayerState, TrackInfo
from scrobbled.domain.openings import new_play, open_play
from scrobbled.domain.play import Certainty, ClosedBy, ClosedPlay
from scrobbled.domain.session import Ended, OpenPlay, Session, SessionRules, Step
from scrobbled.domain.turns import turn_between


def change(
    session: Session, play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Step:
    """The play is over: another track, the same anew, or silence."""
    if now.cause is Cause.CONNECT and not rules.credit.same_run(before, now):
        lost = close_unseen(session, play, before, rules, closed_by=ClosedBy.LOST)
        return Step(open_play(lost.session, now, rules, head_s=0.0), lost.closed)
    turn = turn_between(play, before, now, rules)
    ended_at = now.at.earlier_by(turn.leftover_s)
    closed_by = _closed_by(before, now, natural=turn.natural)
    if now.cause is Cause.CONNECT:
        play = replace(play, certainty=play.certainty.at_most(Certainty.MEDIUM))
    closed = _finish(
        play,
        before,
        now,
        rules,
        ended_at=ended_at,
        closed_by=closed_by,
        natural=turn.natural,
    )
    closed += _unwatched(turn.passed, now, ended_at, rules)
    opened = open_play(
        replace(session, ended=None),
        now,
        rules,
        head_s=turn.head_s,
        follows=turn.natural and not turn.overlapped,
    )
    return Step(opened, closed)


def _closed_by(before: Observation, now: Observation, *, natural: bool) -> ClosedBy:
    if natural:
        return ClosedBy.FINISHED
    if now.state is PlayerState.STOPPED or now.track is None:
        return ClosedBy.STOPPED
    same = before.same_track(now) and now.entry_id == before.entry_id
    return ClosedBy.RESTARTED if same else ClosedBy.SKIPPED


def wrap(
    session: Session,
    play: OpenPlay,
    before: Observation,
    now: Observation,
    rules: SessionRules,
    *,
    loops: int,
) -> Step:
    """Closes a finished play, adds whole loops that nobody looked at, and opens the next."""
    leftover_s = max(0.0, now.at.seconds_since(before.at) - (before.rest_s or 0.0))
    ended_at = now.at.earlier_by(leftover_s)
    closed = _finish(
        play,
        before,
        now,
        rules,
        ended_at=ended_at,
        closed_by=ClosedBy.FINISHED,
        natural=True,
    )
    closed += _unwatched((play.track,) * loops, now, ended_at, rules)
    leftover_s -= loops * (play.track.duration_s or 0.0)
    head_s = max(0.0, min(now.position_s or 0.0, leftover_s))
    fresh = replace(session, ended=None)
    return Step(open_play(fresh, now, rules, head_s=head_s, follows=True), closed)


def restart(
    session: Session, play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Step:
    """A play that counts already was taken back to its start: another play begins."""
    ran_s = now.at.seconds_since(before.at) if before.plays else 0.0
    head_s = min(now.position_s or 0.0, ran_s)
    closed = _finish(
        play,
        before,
        now,
        rules,
        ended_at=now.at.earlier_by(head_s),
        closed_by=ClosedBy.RESTARTED,
        natural=False,
    )
    return Step(open_play(replace(session, ended=None), now, rules, head_s=head_s), closed)


def close_unseen(
    session: Session, play: OpenPlay, last: Observation, rules: SessionRules, closed_by: ClosedBy
) -> Step:
    """Closes a play whose end nobody saw: it sounded until contact was lost, if that is known."""
    until = session.lost_at or last.at
    tally = rules.credit.end(play.tally, last, until, playtime_s=None, natural=False, told=False)
    sounded_s = tally.played_s - play.tally.played_s
    certainty = play.certainty.at_most(rules.credit.certainty(last, told=False))
    play = replace(play, tally=tally, certainty=certainty)
    play = play.weighed(until, rules.counting)
    ended = Ended(
        play_uid=play.play_uid,
        uri=play.track.uri,
        title=play.track.title,
        position_s=(last.position_s or 0.0) + sounded_s,
        counted=play.judge(rules.counting).counts or play.continues_counted,
        played_s=tally.played_s + play.inherited_s,
        at=until,
        last=last,
    )
    closed = emit(play, until.wall_s, closed_by, rules)
    return Step(replace(session, open=None, ended=ended if closed else None), closed)


def close_displaced(session: Session, rules: SessionRules) -> tuple[ClosedPlay, ...]:
    """Closes a play that was silent since another track began, or since it was given up."""
    play, last = session.open, session.last
    if play is None or last is None:
        return ()
    until = session.lost_at or last.at
    natural = rules.credit.reached_end(play.tally, last, replace(last, at=until))
    tally = rules.credit.end(play.tally, last, until, playtime_s=None, natural=natural, told=False)
    sounded_s = tally.played_s - play.tally.played_s
    certainty = play.certainty.at_most(rules.credit.certainty(last, told=False))
    play = replace(play, tally=tally, certainty=certainty).weighed(until, rules.counting)
    closed_by = ClosedBy.IDLE if session.idle else ClosedBy.SKIPPED
    ended_at_s = last.at.wall_s + sounded_s
    return emit(play, ended_at_s, ClosedBy.FINISHED if natural else closed_by, rules)


def emit(
    play: OpenPlay, ended_at_s: float, closed_by: ClosedBy, rules: SessionRules
) -> tuple[ClosedPlay, ...]:
    """The closed play, unless it is too short to leave a trace."""
    closed = rules.closed(play, ended_at_s, closed_by)
    if closed.verdict.counts:
        return (closed,)
    lasted_s = closed.ended_at_s - closed.started_at_s
    flap = rules.credit.is_flap(closed.played_s, lasted_s)
    return () if flap or closed.played_s < rules.counting.min_skip_s else (closed,)


def _finish(
    play: OpenPlay,
    before: Observation,
    now: Observation,
    rules: SessionRules,
    *,
    ended_at: Moment,
    closed_by: ClosedBy,
    natural: bool,
) -> tuple[ClosedPlay, ...]:
    tally = rules.credit.end(
        play.tally,
        before,
        ended_at,
        playtime_s=now.evidence.playtime_s,
        natural=natural,
        told=now.state is PlayerState.STOPPED,
    )
    certainty = play.certainty.at_most(rules.credit.certainty(before, told=True))
    play = replace(play, tally=tally, certainty=certainty).waited(before, now)
    play = play.weighed(ended_at, rules.counting)
    return emit(play, ended_at.wall_s, closed_by, rules)


def _unwatched(
    tracks: tuple[TrackInfo, ...], now: Observation, began: Moment, rules: SessionRules
) -> tuple[ClosedPlay, ...]:
    """Plays that nobody watched, but that must have sounded one after the other until `now`."""
    plays: tuple[ClosedPlay, ...] = ()
    left_s = now.at.seconds_since(began)
    began_s = began.wall_s
    for track in tracks:
        sounded_s = min(track.duration_s or 0.0, left_s)
        opened = new_play(now, track, rules, head_s=sounded_s, follows=False)
        required_s = rules.counting.required_s(track)
        play = replace(
            opened,
            started_at_s=began_s,
            counted_at_s=None if required_s is None else began_s + min(required_s, sounded_s),
            certainty=Certainty.MEDIUM,
        )
        closed = emit(play, began_s + sounded_s, ClosedBy.FINISHED, rules)
        plays += tuple(replace(play, inferred=True) for play in closed)
        began_s, left_s = began_s + sounded_s, left_s - sounded_s
    return plays
