"""The session machine: how observations open, carry on and close plays.

Pure: time comes with the observations, ids from `SessionRules`. The facts about players that the
rules rest on are in docs/capture.md.
"""

from dataclasses import replace

from scrobbled.domain.continuations import after_gap, begins_anew, go_on, last_word
from scrobbled.domain.endings import change, close_displaced, close_unseen
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, Observation, PlayerState
from scrobbled.domain.openings import open_play, still_to_take_up
from scrobbled.domain.play import ClosedBy, ClosedPlay
from scrobbled.domain.session import OpenPlay, Session, SessionRules, Step
from scrobbled.domain.side_by_side import fall_idle, join, part, settle

AFTER_STOP_S = 5.0
"""For so long after a stop a server's own guess that the track plays is of before."""


def advance(session: Session, now: Observation, rules: SessionRules) -> Step:
    """Takes one observation in.

    One that is older than the last of its track, or that same one again, changes nothing.
    """
    if now.track is not None and now.track.stream and not rules.splits_titles(now.track):
        now = replace(now, track=replace(now.track, title=None))
    if now.cause is Cause.IDLE:
        return Step(fall_idle(session, now))
    addressed = part(session, now, rules)
    if addressed is None or _is_no_news(addressed.mine, now):
        return Step(session)
    step = _taken_in(addressed.mine, now, rules)
    ended = still_to_take_up(step.session.ended, now)
    mine = replace(step.session, last=now, lost_at=None, idle=False, ended=ended)
    together = join(addressed, mine, now, rules)
    return Step(together.session, step.closed + together.closed)


def lose(session: Session, at: Moment) -> Session:
    """Notes that contact with the player was lost; the first time of an outage holds."""
    if session.open is None or session.lost_at is not None:
        return session
    return replace(session, lost_at=at)


def expire(session: Session, at: Moment, rules: SessionRules) -> Step:
    """Closes open plays that stand paused, or were not heard of, for too long."""
    mine = _expired(replace(session, aside=()), at, rules)
    others = [_expired(other, at, rules) for other in session.aside]
    together = replace(mine.session, aside=tuple(other.session for other in others))
    settled = settle(together, at, rules)
    closed = sum((other.closed for other in others), start=mine.closed)
    if settled.session == session:
        return Step(session)
    return Step(settled.session, closed + settled.closed)


def abandon(session: Session, rules: SessionRules) -> Step:
    """Closes the open plays of a player that is no longer watched, with what they had earned."""
    closed: tuple[ClosedPlay, ...] = ()
    for each in (replace(session, aside=()), *session.aside):
        if each.open is not None and each.last is not None:
            closed += close_unseen(each, each.open, each.last, rules, ClosedBy.LOST).closed
    return Step(replace(session, open=None, aside=()), closed)


def _is_no_news(mine: Session, now: Observation) -> bool:
    before = mine.last
    if before is None:
        return False
    if now == before or now.at.is_before(before.at):
        return True
    if now.cause is not Cause.ESTIMATE:
        return False
    if mine.open is not None:
        return True
    return before.same_track(now) and now.at.seconds_since(before.at) < AFTER_STOP_S


def _expired(session: Session, at: Moment, rules: SessionRules) -> Step:
    play, last = session.open, session.last
    if play is None or last is None:
        return Step(session)
    since = play.paused_since or last.at
    if at.seconds_since(since) < rules.counting.pause_limit_s:
        return Step(session)
    closed_by = ClosedBy.IDLE if session.idle else ClosedBy.LOST
    if last.state is PlayerState.PAUSED:
        closed_by = ClosedBy.PAUSED_TOO_LONG
    return close_unseen(session, play, last, rules, closed_by)


def _taken_in(session: Session, now: Observation, rules: SessionRules) -> Step:
    before, play = session.last, session.open
    if play is None or before is None:
        return Step(open_play(session, now, rules))
    same, stopped = before.same_track(now), now.state is PlayerState.STOPPED
    if stopped and same and now.position_s is not None:
        told = last_word(session, play, before, now, rules)
        stopping = _taken_in(told.session, replace(now, position_s=None), rules)
        return Step(stopping.session, told.closed + stopping.closed)
    anew = same and now.cause is Cause.START and begins_anew(play, before, now, rules)
    if stopped or anew or not same:
        return _over(session, play, before, now, rules)
    if now.cause is Cause.CONNECT:
        return after_gap(session, play, before, now, rules)
    if now.entry_id != before.entry_id:
        return change(session, play, before, now, rules)
    return go_on(session, play, before, now, rules)


def _over(
    session: Session, play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Step:
    """Ends a play; one that was given up ended when it was last heard of."""
    if not session.idle:
        return change(session, play, before, now, rules)
    closed = close_displaced(session, rules)
    return Step(open_play(replace(session, ended=None), now, rules, head_s=0.0), closed)
