"""How a play goes on: steadily, by jumps, under new tags, and through times without contact."""

from dataclasses import replace

from scrobbled.domain.credit import Credited, Irregularity
from scrobbled.domain.endings import change, emit, restart, wrap
from scrobbled.domain.observation import Observation, PlayerState, TrackInfo
from scrobbled.domain.openings import RESTART_S, open_play
from scrobbled.domain.play import Certainty, ClosedBy
from scrobbled.domain.session import (
    MAX_EARLIER_TAGS,
    OpenPlay,
    Session,
    SessionRules,
    Step,
)
from scrobbled.domain.turns import loops_between, stood_still

BEGIN_S = 5.0
"""A track that is said to begin no further in than this begins at its start."""
WELL_INTO_S = 10.0
"""A track that was seen beyond this, and is said to begin, is begun anew."""
UNTITLED_S = 5.0
"""A stream that has run untitled for less has only not told its title yet."""


def go_on(
    session: Session, play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Step:
    """The same entry of the queue, watched without a gap."""
    loops = loops_between(play, before, now, rules)
    if loops is not None:
        return wrap(session, play, before, now, rules, loops=loops)
    credited = rules.credit.step(play.tally, before, now)
    heard = _credited(play, credited)
    if _has_restarted(before, now) and heard.judge(rules.counting).counts:
        return restart(session, play, before, now, rules)
    play = _irregular(heard, credited, before, now)
    play = play.waited(before, now).weighed(now.at, rules.counting)
    if _has_new_title(play, now, rules):
        return _split_title(session, play, now, rules)
    return Step(replace(session, open=_retagged(play, now).weighed(now.at, rules.counting)))


def begins_anew(play: OpenPlay, before: Observation, now: Observation, rules: SessionRules) -> bool:
    """Whether a player that says it begins the track it already plays means another play.

    Players also say so twice, and when they come back to a track after a disturbance; one that
    tells positions then says where it is.
    """
    if (now.position_s or 0.0) > BEGIN_S:
        return False
    if rules.credit.reached_end(play.tally, before, now):
        return True
    if now.habits.positions and (before.position_s or 0.0) > WELL_INTO_S:
        return True
    heard = _credited(play, rules.credit.step(play.tally, before, now))
    return heard.judge(rules.counting).counts


def last_word(
    session: Session, play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Step:
    """A player that stops and says where tells of the play up to then."""
    then = replace(now, state=PlayerState.PLAYING)
    step = go_on(session, play, before, then, rules)
    return replace(step, session=replace(step.session, last=then, lost_at=None, idle=False))


def after_gap(
    session: Session, play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Step:
    """The same track as before a time without contact: the same play, if all agrees."""
    same_entry = now.entry_id == before.entry_id
    same_run = rules.credit.same_run(before, now)
    if _has_new_title(play, now, rules):
        until = session.lost_at or before.at
        tally = rules.credit.end(
            play.tally, before, until, playtime_s=None, natural=False, told=False
        )
        play = replace(play, tally=tally, certainty=Certainty.MEDIUM)
        return _split_title(session, play.weighed(until, rules.counting), now, rules, gap=True)
    if same_entry or not same_run:
        tally_now = rules.credit.bridge(play.tally, before, now, session.lost_at)
        if tally_now is not None:
            play = _bridged(replace(play, tally=tally_now), before, now, same_run=same_run)
            play = _retagged(play, now).weighed(now.at, rules.counting)
            return Step(replace(session, open=play))
    if same_run and same_entry:
        loops = loops_between(play, before, now, rules)
        if loops is not None:
            return wrap(session, play, before, now, rules, loops=loops)
    return change(session, play, before, now, rules)


def _bridged(play: OpenPlay, before: Observation, now: Observation, *, same_run: bool) -> OpenPlay:
    """Notes the gap; a player that was started anew leaves a doubt."""
    why = "without contact" if same_run else "while the player was started anew"
    gap_s = now.at.seconds_since(before.at)
    if not same_run:
        play = replace(play, certainty=Certainty.MEDIUM)
    play = play.waited(before, now)
    return play.noted(now.at, f"{gap_s:.1f} s {why}, the play went on")


def _has_restarted(before: Observation, now: Observation) -> bool:
    """Whether the position went back to the start, by hand; a stream has no start."""
    if before.position_s is None or now.position_s is None:
        return False
    if now.track is None or now.track.stream:
        return False
    ran_s = now.at.seconds_since(before.at) if before.plays else 0.0
    fell_back = now.position_s <= RESTART_S < before.position_s + ran_s - now.position_s
    return fell_back and not stood_still(before, now)


def _credited(play: OpenPlay, credited: Credited) -> OpenPlay:
    """Takes the new tally; an overlap found late shows that the track began earlier."""
    overlap_s = credited.tally.overlap_s - play.tally.overlap_s
    return replace(play, tally=credited.tally, started_at_s=play.started_at_s - overlap_s)


def _irregular(
    play: OpenPlay, credited: Credited, before: Observation, now: Observation
) -> OpenPlay:
    """Notes a seek or a stall."""
    from_s, to_s = before.position_s or 0.0, now.position_s or 0.0
    if credited.irregularity is Irregularity.SEEK:
        text = f"seek to {to_s:.1f} s, last seen at {from_s:.1f} s"
        return replace(play, seeks=play.seeks + 1).noted(now.at, text)
    if credited.irregularity is Irregularity.STALL:
        waited_s = now.at.seconds_since(before.at)
        return play.noted(
            now.at, f"moved {to_s - from_s:.1f} s in {waited_s:.1f} s: the sound stood still"
        )
    return play


def _has_new_title(play: OpenPlay, now: Observation, rules: SessionRules) -> bool:
    """Whether a stream tells another title, which is another play.

    An empty one (adverts) changes nothing, and the first one after a moment names what plays.
    """
    track = now.track
    if track is None or not rules.splits_titles(track) or track.title is None:
        return False
    if play.track.title is None:
        return play.tally.played_s >= UNTITLED_S
    return track.title != play.track.title


def _split_title(
    session: Session,
    play: OpenPlay,
    now: Observation,
    rules: SessionRules,
    *,
    gap: bool = False,
) -> Step:
    """Closes the play of one title and opens that of the next."""
    closed = emit(play, now.at.wall_s, ClosedBy.TITLE_CHANGED, rules)
    opened = open_play(replace(session, ended=None), now, rules, head_s=0.0)
    if opened.open is None:
        return Step(opened, closed)
    fresh = replace(opened.open, started_at_s=now.at.wall_s, joined_late=gap)
    return Step(replace(opened, open=fresh), closed)


def _retagged(play: OpenPlay, now: Observation) -> OpenPlay:
    """Takes over what the player says of the track now; the newest tags win, old ones are kept."""
    track = now.track
    if track is None or track == play.track or _says_nothing(track):
        return play
    if track.stream and track.title is None:
        track = replace(track, title=play.track.title)
    earlier = play.earlier_tags
    if not track.stream and not _same_tags(track, play.track):
        earlier = (*earlier, play.track)[-MAX_EARLIER_TAGS:]
    return replace(play, track=track, earlier_tags=earlier)


def _says_nothing(track: TrackInfo) -> bool:
    """Whether a report only names the track by the player's own name; a stream may be untitled."""
    return not track.stream and track == TrackInfo(track.uri, duration_s=track.duration_s)


def _same_tags(one: TrackInfo, other: TrackInfo) -> bool:
    """Whether two say the same but for the length, which is often told later."""
    return replace(one, duration_s=None, stream=False) == replace(
        other, duration_s=None, stream=False
    )
