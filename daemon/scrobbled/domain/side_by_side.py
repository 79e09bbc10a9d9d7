"""Tracks that are open on one player at a time, such as in two tabs of a browser.

A player that reports by itself may begin a track without a word about the end of the one before,
and may also sound both. So the older play is put aside: it goes on if it is heard of again, and is
over, as of when the other one began, once it has been silent for long enough.
"""

from dataclasses import dataclass, replace

from scrobbled.domain.endings import close_displaced
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Observation, PlayerState
from scrobbled.domain.session import Session, SessionRules, Step

MOST_OPEN = 3
"""Plays that may be open on one player; one more ends the one that was silent for longest."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """A player's session taken apart for one observation.

    Attributes:
        mine: the session of the track that the observation is of.
        others: those of the other tracks that are open, the latest first.
    """

    mine: Session
    others: tuple[Session, ...]


def part(session: Session, now: Observation, rules: SessionRules) -> Addressed | None:
    """Finds the track that `now` is of; None when it is the end of one that is not open."""
    mine, aside = replace(session, aside=()), session.aside
    if rules.credit.silence_s is None or _is_of(mine, now):
        return Addressed(mine, aside)
    opened = (mine, *aside) if mine.open is not None else aside
    for other in aside:
        if _is_of(other, now):
            return Addressed(other, tuple(each for each in opened if each is not other))
    if mine.last is not None and now.at.is_before(mine.last.at):
        return None
    if mine.open is None:
        return Addressed(mine, aside)
    if now.state is PlayerState.STOPPED:
        return None
    displaced = (replace(each, lost_at=each.lost_at or now.at) for each in opened)
    return Addressed(Session(), tuple(displaced))


def join(addressed: Addressed, mine: Session, now: Observation, rules: SessionRules) -> Step:
    """Puts the session together again, without the plays that are over by now."""
    others = addressed.others
    if mine.open is None and others and others[0].last is not None:
        # What stopped was not what sounds: that stays what is shown.
        sounding = [each for each in others if each.lost_at is None]
        if sounding:
            left = tuple(each for each in others if each is not sounding[0])
            return settle(replace(sounding[0], aside=left), now.at, rules)
    return settle(replace(mine, aside=others), now.at, rules)


def settle(session: Session, at: Moment, rules: SessionRules) -> Step:
    """Closes what was put aside and has been silent for long enough, or is one too many."""
    silence_s = rules.credit.silence_s
    if silence_s is None or not session.aside:
        return Step(session)
    over = Step(session)
    kept: list[Session] = []
    for other in session.aside:
        if other.open is None:
            continue
        if len(kept) + 2 > MOST_OPEN or _is_over(other, at, silence_s):
            over = replace(over, closed=over.closed + close_displaced(other, rules))
        else:
            kept.append(other)
    return replace(over, session=replace(session, aside=tuple(kept)))


def fall_idle(session: Session, now: Observation) -> Session:
    """Suspends the play of a player that the server gave up: nothing is earned since its last word.

    It may still be taken up, and is closed like any play that is not heard of.
    """
    if _is_of(session, now):
        return _given_up(session)
    aside = tuple(_given_up(other) if _is_of(other, now) else other for other in session.aside)
    return session if aside == session.aside else replace(session, aside=aside)


def _given_up(session: Session) -> Session:
    if session.open is None or session.last is None or session.idle:
        return session
    return replace(session, lost_at=session.last.at, idle=True)


def _is_of(session: Session, now: Observation) -> bool:
    """Whether `now` is of the track that is, or was last, open there."""
    return session.last is not None and session.last.same_track(now)


def _is_over(other: Session, at: Moment, silence_s: float) -> bool:
    if other.lost_at is None or other.last is None or other.last.state is PlayerState.PAUSED:
        return False
    return at.seconds_since(other.last.at) > silence_s
