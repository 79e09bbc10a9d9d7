"""The session machine: how observations open, carry on and close plays.

Pure: time comes with the observations, ids from `SessionRules`. The facts about players that the
rules rest on are in docs/capture.md.
"""

from dataclasses import replace

from scrobbled.domain.continuations import after_gap, go_on
from scrobbled.domain.endings import change, close_unseen
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, Observation, PlayerState
from scrobbled.domain.openings import open_play, still_to_take_up
from scrobbled.domain.play import ClosedBy
from scrobbled.domain.session import Session, SessionRules, Step


def advance(session: Session, now: Observation, rules: SessionRules) -> Step:
    """Takes one observation in.

    One that is older than the last, or that same one again, changes nothing.
    """
    if now.track is not None and now.track.stream and not rules.splits_titles(now.track):
        now = replace(now, track=replace(now.track, title=None))
    if session.last is not None and (now == session.last or now.at.is_before(session.last.at)):
        return Step(session)
    step = _taken_in(session, now, rules)
    ended = still_to_take_up(step.session.ended, now)
    return replace(step, session=replace(step.session, last=now, lost_at=None, ended=ended))


def lose(session: Session, at: Moment) -> Session:
    """Notes that contact with the player was lost; the first time of an outage holds."""
    if session.open is None or session.lost_at is not None:
        return session
    return replace(session, lost_at=at)


def expire(session: Session, at: Moment, rules: SessionRules) -> Step:
    """Closes an open play that stands paused, or was not heard of, for too long."""
    play, last = session.open, session.last
    if play is None or last is None:
        return Step(session)
    since = play.paused_since or last.at
    if at.seconds_since(since) < rules.counting.pause_limit_s:
        return Step(session)
    paused = last.state is PlayerState.PAUSED
    closed_by = ClosedBy.PAUSED_TOO_LONG if paused else ClosedBy.LOST
    return close_unseen(session, play, last, rules, closed_by)


def abandon(session: Session, rules: SessionRules) -> Step:
    """Closes an open play of a player that is no longer watched, with what it had earned."""
    if session.open is None or session.last is None:
        return Step(session)
    return close_unseen(session, session.open, session.last, rules, ClosedBy.LOST)


def _taken_in(session: Session, now: Observation, rules: SessionRules) -> Step:
    before, play = session.last, session.open
    if play is None or before is None:
        return Step(open_play(session, now, rules))
    if now.state is PlayerState.STOPPED or not before.same_track(now):
        return change(session, play, before, now, rules)
    if now.cause is Cause.CONNECT:
        return after_gap(session, play, before, now, rules)
    if now.entry_id != before.entry_id:
        return change(session, play, before, now, rules)
    return go_on(session, play, before, now, rules)
