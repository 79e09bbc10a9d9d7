"""The session machine: how observations open, carry on and close plays.

Pure: time comes with the observations, ids from `SessionRules`. The facts about players that the
rules rest on are in docs/capture.md.
"""

import math
from dataclasses import replace

from scrobbled.domain.credit import Credited, Irregularity
from scrobbled.domain.moment import Moment
from scrobbled.domain.observation import Cause, Observation, PlayerState, TrackInfo
from scrobbled.domain.play import Certainty, ClosedBy, ClosedPlay
from scrobbled.domain.session import (
    MAX_EARLIER_TAGS,
    Ended,
    OpenPlay,
    Session,
    SessionRules,
    Step,
)

WRAP_S = 1.5
"""A track whose end was due within this has come to its end, not been skipped."""
RESTART_S = 1.0
"""A position this near to the start, reached backwards, is the start."""
JOINED_LATE_S = 1.0
TAKE_UP_S = 5.0
"""A play is taken up again where it was left, give or take this."""
TAKE_UP_LOST_WITHIN_S = 600.0
PASSED_SLACK_S = 3.0
UNTITLED_S = 5.0
"""A stream that has run untitled for less has only not told its title yet."""


def advance(session: Session, now: Observation, rules: SessionRules) -> Step:
    """Takes one observation in.

    An observation that is older than the last one changes nothing.
    """
    if now.track is not None and now.track.stream and not rules.splits_titles(now.track):
        now = replace(now, track=replace(now.track, title=None))
    before, play = session.last, session.open
    if before is not None and _is_older(now, before):
        return Step(session)
    if play is None or before is None:
        step = _maybe_open(replace(session, last=now), now, rules)
    elif now.state is PlayerState.STOPPED or not _same_track(before, now):
        step = _change(session, play, before, now, rules)
    elif now.cause is Cause.CONNECT:
        step = _after_gap(session, play, before, now, rules)
    elif now.entry_id != before.entry_id:
        step = _change(session, play, before, now, rules)
    else:
        step = _go_on(session, play, before, now, rules)
    return replace(step, session=replace(step.session, last=now, lost_at=None))


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
    return _close_unseen(session, play, last, rules, paused=paused)


def abandon(session: Session, rules: SessionRules) -> Step:
    """Closes an open play of a player that is no longer watched, with what it had earned."""
    if session.open is None or session.last is None:
        return Step(session)
    return _close_unseen(session, session.open, session.last, rules, paused=False)


def _is_older(now: Observation, before: Observation) -> bool:
    same_boot = now.at.host_boot_id == before.at.host_boot_id
    return same_boot and now.at.monotonic_s < before.at.monotonic_s


def _same_track(before: Observation, now: Observation) -> bool:
    return before.track is not None and now.track is not None and before.track.uri == now.track.uri


def _new_play(
    now: Observation, track: TrackInfo, rules: SessionRules, *, head_s: float, follows: bool
) -> OpenPlay:
    position_s = now.position_s or 0.0
    late = position_s > JOINED_LATE_S + head_s
    before_s = head_s if late and track.stream else position_s
    return OpenPlay(
        play_uid=rules.new_play_uid(),
        user=rules.user,
        track=track,
        started_at_s=now.at.wall_s - before_s,
        tally=rules.credit.open(now, head_s=head_s, follows=follows),
        joined_late=late,
    )


def _maybe_open(
    session: Session,
    now: Observation,
    rules: SessionRules,
    *,
    head_s: float = 0.0,
    follows: bool = False,
) -> Step:
    """Opens a play if something plays. Nothing opens while paused: it may never be resumed."""
    if now.track is None or now.state is not PlayerState.PLAYING:
        return Step(replace(session, open=None))
    play = _new_play(now, now.track, rules, head_s=head_s, follows=follows)
    if session.ended is not None and _takes_up(session.ended, now):
        play = replace(
            play,
            started_at_s=now.at.wall_s,
            continues=session.ended.play_uid,
            continues_counted=session.ended.counted,
            inherited_s=0.0 if session.ended.counted else session.ended.played_s,
        ).noted(now.at, f"takes up again the play left at {session.ended.position_s:.1f} s")
    return Step(replace(session, open=_counted(play, now, rules), ended=None))


def _takes_up(ended: Ended, now: Observation) -> bool:
    track, position_s = now.track, now.position_s
    if track is None or position_s is None or track.uri != ended.uri:
        return False
    if track.title != ended.title:
        return False
    if ended.closed_by is ClosedBy.LOST:
        soon = now.at.seconds_since(ended.at) <= TAKE_UP_LOST_WITHIN_S
        return soon and 0 < position_s <= ended.position_s + TAKE_UP_S
    return abs(position_s - ended.position_s) <= TAKE_UP_S


def _go_on(
    session: Session, play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Step:
    """The same entry of the queue, watched without a gap."""
    if _has_wrapped(before, now):
        return _wrap(session, play, before, now, rules)
    if _has_restarted(before, now) and play.judge(rules.counting).counts:
        return _restart(session, play, before, now, rules)
    credited = rules.credit.step(play.tally, before, now)
    play = _paused(
        _irregular(replace(play, tally=credited.tally), credited, before, now), before, now
    )
    if now.track is not None and rules.splits_titles(now.track):
        split = _split_title(session, play, now, now.track, rules)
        if split is not None:
            return split
    return Step(replace(session, open=_counted(_retagged(play, now), now, rules)))


def _predicted_s(before: Observation, now: Observation) -> float | None:
    """Where the track would be by the clock; None when the position was unknown."""
    if before.position_s is None:
        return None
    playing = before.state is PlayerState.PLAYING
    return before.position_s + (now.at.seconds_since(before.at) if playing else 0.0)


def _has_wrapped(before: Observation, now: Observation) -> bool:
    """Whether the track came to its end and began again (repeat of one track)."""
    duration_s, predicted_s = _duration_s(before), _predicted_s(before, now)
    if duration_s is None or predicted_s is None or now.position_s is None:
        return False
    overshoot_s = predicted_s - duration_s
    return (
        before.state is PlayerState.PLAYING
        and overshoot_s >= -WRAP_S
        and now.position_s <= max(overshoot_s, 0.0) + WRAP_S
        and predicted_s - now.position_s >= duration_s / 2
        and _sounded(before, now)
    )


def _has_restarted(before: Observation, now: Observation) -> bool:
    """Whether the position went back to the start, by hand."""
    predicted_s = _predicted_s(before, now)
    if predicted_s is None or before.position_s is None or now.position_s is None:
        return False
    fell_back = now.position_s <= RESTART_S < predicted_s - now.position_s
    return fell_back and (now.position_s < before.position_s or _sounded(before, now))


def _wrap(
    session: Session, play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Step:
    """Closes a finished play, adds whole loops that nobody looked at, and opens the next."""
    duration_s = _duration_s(before) or 0.0
    clock_s = now.at.seconds_since(before.at)
    rest_s = duration_s - (before.position_s or 0.0)
    overshoot_s = clock_s - rest_s
    position_s = now.position_s or 0.0
    loops = math.floor((overshoot_s - position_s) / duration_s + 0.5) if duration_s > 0 else 0
    ended_at_s = now.at.wall_s - max(0.0, overshoot_s)
    closed = _finish(
        play,
        before,
        now,
        rules,
        ended_at_s=ended_at_s,
        closed_by=ClosedBy.FINISHED,
        natural=True,
    )
    plays = list(closed)
    for loop in range(loops):
        started_at_s = ended_at_s + loop * duration_s
        plays += _inferred(play.track, now, started_at_s, rules)
    head_s = max(0.0, min(position_s, overshoot_s - loops * duration_s))
    fresh = replace(session, open=None, ended=None)
    opened = _maybe_open(fresh, now, rules, head_s=head_s, follows=True)
    return Step(opened.session, tuple(plays))


def _restart(
    session: Session, play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Step:
    """A play that counts already was taken back to its start: another play begins."""
    closed = _finish(
        play,
        before,
        now,
        rules,
        ended_at_s=now.at.wall_s,
        closed_by=ClosedBy.RESTARTED,
        natural=False,
    )
    opened = _maybe_open(replace(session, open=None, ended=None), now, rules)
    return Step(opened.session, closed)


def _split_title(
    session: Session, play: OpenPlay, now: Observation, track: TrackInfo, rules: SessionRules
) -> Step | None:
    """Another title on a stream is another play; an empty one (adverts) changes nothing."""
    if track.title is None or track.title == play.track.title:
        return None
    if play.track.title is None and play.tally.played_s < UNTITLED_S:
        return None
    closed = _emit(play, now.at.wall_s, ClosedBy.TITLE_CHANGED, rules)
    opened = _maybe_open(replace(session, open=None, ended=None), now, rules)
    if opened.session.open is None:
        return Step(opened.session, closed)
    fresh = replace(opened.session.open, started_at_s=now.at.wall_s, joined_late=False)
    return Step(replace(opened.session, open=fresh), closed)


def _after_gap(
    session: Session, play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Step:
    """The same track as before a time without contact: the same play, if all agrees."""
    same_entry = now.entry_id == before.entry_id
    same_run = rules.credit.same_run(before, now)
    if same_entry or not same_run:
        tally = rules.credit.bridge(play.tally, before, now, session.lost_at)
        if tally is not None:
            play = replace(_paused(play, before, now), tally=tally)
            why = "without contact" if same_run else "while the player was started anew"
            gap_s = now.at.seconds_since(before.at)
            play = play.noted(now.at, f"{gap_s:.1f} s {why}, the play went on")
            return Step(replace(session, open=_counted(_retagged(play, now), now, rules)))
    if same_run and same_entry and _has_wrapped(before, now):
        return _wrap(session, play, before, now, rules)
    return _change(session, play, before, now, rules)


def _sounded(before: Observation, now: Observation) -> bool:
    """Whether the player's count of audio grew with the clock; True without a count."""
    old_s, new_s = before.evidence.playtime_s, now.evidence.playtime_s
    if old_s is None or new_s is None:
        return True
    return new_s - old_s + PASSED_SLACK_S >= now.at.seconds_since(before.at)


def _change(
    session: Session, play: OpenPlay, before: Observation, now: Observation, rules: SessionRules
) -> Step:
    """The play is over: another track, the same anew, or silence."""
    gap = now.cause is Cause.CONNECT
    if gap and not rules.credit.same_run(before, now):
        lost = _close_unseen(session, play, before, rules, paused=False)
        opened = _maybe_open(lost.session, now, rules)
        return Step(opened.session, lost.closed)
    clock_s = now.at.seconds_since(before.at)
    rest_s = _rest_s(before)
    natural = (
        before.state is PlayerState.PLAYING
        and rest_s is not None
        and clock_s >= rest_s - WRAP_S
        and (not gap or _sounded(before, now))
    )
    passed_s = min(clock_s, rest_s) if natural and rest_s is not None else clock_s
    ended_at_s = now.at.wall_s - (clock_s - passed_s)
    closed_by = _closed_by(before, now, natural=natural)
    closed = _finish(
        play,
        before,
        now,
        rules,
        ended_at_s=ended_at_s,
        closed_by=closed_by,
        natural=natural and not gap,
    )
    leftover_s = clock_s - passed_s
    if gap and natural:
        inferred_s = sum(track.duration_s or 0.0 for track in now.passed)
        due_s = leftover_s - inferred_s - (now.position_s or 0.0)
        if now.passed and abs(due_s) <= PASSED_SLACK_S:
            for track in now.passed:
                closed += _inferred(track, now, ended_at_s, rules)
                ended_at_s += track.duration_s or 0.0
            leftover_s -= inferred_s
        elif abs(due_s) > PASSED_SLACK_S:
            leftover_s = 0.0
    head_s = _head_s(now, leftover_s, natural=natural)
    fresh = replace(session, open=None, ended=None)
    opened = _maybe_open(fresh, now, rules, head_s=head_s, follows=natural)
    return Step(opened.session, closed)


def _closed_by(before: Observation, now: Observation, *, natural: bool) -> ClosedBy:
    if natural:
        return ClosedBy.FINISHED
    silent = now.state is PlayerState.STOPPED or now.track is None
    same = _same_track(before, now) and now.entry_id == before.entry_id
    if silent:
        return ClosedBy.STOPPED
    return ClosedBy.RESTARTED if same else ClosedBy.SKIPPED


def _head_s(now: Observation, leftover_s: float, *, natural: bool) -> float:
    """Seconds of the new track that sounded before it was first looked at."""
    position_s = now.position_s or 0.0
    crossfade_s = now.evidence.crossfade_s if natural else 0.0
    if crossfade_s > 0 and 0 < position_s - leftover_s <= crossfade_s + WRAP_S:
        return position_s
    return max(0.0, min(position_s, leftover_s))


def _finish(
    play: OpenPlay,
    before: Observation,
    now: Observation,
    rules: SessionRules,
    *,
    ended_at_s: float,
    closed_by: ClosedBy,
    natural: bool,
) -> tuple[ClosedPlay, ...]:
    tally = rules.credit.end(
        play.tally, before, now.at, playtime_s=now.evidence.playtime_s, natural=natural
    )
    play = _counted(_paused(replace(play, tally=tally), before, now), now, rules)
    return _emit(play, ended_at_s, closed_by, rules)


def _close_unseen(
    session: Session, play: OpenPlay, last: Observation, rules: SessionRules, *, paused: bool
) -> Step:
    """Closes a play whose end nobody saw: it sounded until contact was lost, if that is known."""
    until = session.lost_at or last.at
    tally = rules.credit.end(play.tally, last, until, playtime_s=None, natural=False)
    sounded_s = tally.played_s - play.tally.played_s
    play = replace(play, tally=tally)
    closed_by = ClosedBy.PAUSED_TOO_LONG if paused else ClosedBy.LOST
    verdict = play.judge(rules.counting)
    if verdict.counts and play.counted_at_s is None:
        play = replace(play, counted_at_s=until.wall_s)
    ended = Ended(
        play_uid=play.play_uid,
        uri=play.track.uri,
        title=play.track.title,
        position_s=(last.position_s or 0.0) + sounded_s,
        counted=verdict.counts or play.continues_counted,
        played_s=tally.played_s + play.inherited_s,
        at=until,
        closed_by=closed_by,
    )
    closed = _emit(play, until.wall_s, closed_by, rules)
    return Step(replace(session, open=None, ended=ended), closed)


def _emit(
    play: OpenPlay,
    ended_at_s: float,
    closed_by: ClosedBy,
    rules: SessionRules,
    *,
    inferred: bool = False,
) -> tuple[ClosedPlay, ...]:
    """The closed play, unless it is too short to leave a trace."""
    closed = rules.closed(play, ended_at_s, closed_by, inferred=inferred)
    if closed.played_s < rules.counting.min_skip_s and not closed.verdict.counts:
        return ()
    return (closed,)


def _inferred(
    track: TrackInfo, now: Observation, started_at_s: float, rules: SessionRules
) -> tuple[ClosedPlay, ...]:
    """A play that nobody watched, but that must have sounded from start to end."""
    duration_s = track.duration_s or 0.0
    opened = _new_play(now, track, rules, head_s=0.0, follows=False)
    play = replace(
        opened,
        started_at_s=started_at_s,
        tally=replace(opened.tally, played_s=duration_s),
        counted_at_s=started_at_s + (rules.counting.required_s(track) or duration_s),
        certainty=Certainty.MEDIUM,
        joined_late=False,
    )
    ended_at_s = started_at_s + duration_s
    return _emit(play, ended_at_s, ClosedBy.FINISHED, rules, inferred=True)


def _paused(play: OpenPlay, before: Observation, now: Observation) -> OpenPlay:
    """Keeps the time that the play stood paused."""
    if before.state is PlayerState.PAUSED:
        play = replace(play, paused_s=play.paused_s + now.at.seconds_since(before.at))
    if now.state is not PlayerState.PAUSED:
        return replace(play, paused_since=None)
    return replace(play, paused_since=play.paused_since or now.at)


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


def _retagged(play: OpenPlay, now: Observation) -> OpenPlay:
    """Takes over what the player says of the track now; the newest tags win, old ones are kept."""
    track = now.track
    if track is None or track == play.track:
        return play
    if track.stream and track.title is None:
        track = replace(track, title=play.track.title)
    same_tags = replace(track, duration_s=None) == replace(play.track, duration_s=None)
    earlier = play.earlier_tags
    if not same_tags and not track.stream:
        earlier = (*earlier, play.track)[-MAX_EARLIER_TAGS:]
    return replace(play, track=track, earlier_tags=earlier)


def _counted(play: OpenPlay, now: Observation, rules: SessionRules) -> OpenPlay:
    """Remembers when the play had sounded long enough."""
    if play.counted_at_s is None and play.judge(rules.counting).counts:
        return replace(play, counted_at_s=now.at.wall_s)
    return play


def _duration_s(observation: Observation) -> float | None:
    return None if observation.track is None else observation.track.duration_s


def _rest_s(observation: Observation) -> float | None:
    duration_s = _duration_s(observation)
    if duration_s is None or observation.position_s is None:
        return None
    return max(0.0, duration_s - observation.position_s)
