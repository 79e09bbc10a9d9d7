"""`scrobbled explain`: why a play is what it is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import click

from scrobbled.app.opening import open_to_read
from scrobbled.cli.options import json_option, settings_option
from scrobbled.cli.output import print_json, print_text, shown_time, shown_track
from scrobbled.config.model import Settings
from scrobbled.errors import OperatorError, ScrobbledError
from scrobbled.query.explain import Explanation
from scrobbled.query.explain import explain as explain_play
from scrobbled.store.journal.tables import JournalTables
from scrobbled.store.reading import ReadOnly, open_journal_to_read


@click.command()
@settings_option
@json_option
@click.argument("play", metavar="LISTEN_OR_RAW_ID")
def explain(settings: Settings, play: str, *, as_json: bool) -> None:
    """Say in plain words why a play is what it is.

    LISTEN_OR_RAW_ID is an ID as `scrobbled history` shows it: a listen's number, or raw:NUMBER
    for a skip. A number that is no listen's is taken as a raw one.
    """
    found = re.fullmatch(r"(raw:)?([0-9]{1,18})", play)
    if found is None:
        raise click.BadParameter(
            f"{play!r} is neither a number nor raw:NUMBER", param_hint="LISTEN_OR_RAW_ID"
        )
    explanation = None
    with open_to_read(settings) as database, _journal(settings) as journal:
        if database is not None:
            explanation = explain_play(
                database, journal, int(found.group(2)), raw=found.group(1) is not None
            )
    if explanation is None:
        raise OperatorError(
            f"There is no play {play}: `scrobbled history --with-skips` lists what there is."
        )
    if as_json:
        print_json(explanation)
    else:
        _print(explanation)


@contextmanager
def _journal(settings: Settings) -> Iterator[ReadOnly[JournalTables] | None]:
    """The journal; None, with a word about it, where it cannot be read: only details are in it."""
    try:
        journal = open_journal_to_read(settings.state_dir)
    except ScrobbledError as error:
        click.echo(f"Single observations are not shown: {error}", err=True)
        journal = None
    with journal or nullcontext():
        yield journal


def _print(explanation: Explanation) -> None:
    play = explanation.play
    number = f"raw:{play.raw_id}" if play.listen_id is None else str(play.listen_id)
    print_text(f"{number}: {shown_track(play.title, play.artists)}")
    print_text(f"{shown_time(play.listened_at)}, {play.user}, {play.source}")
    parts = (
        ("What the player said", explanation.said),
        ("What sounded", explanation.sounded),
        ("Whether it counts", explanation.counted),
        ("What it is linked to", explanation.linked),
        ("What was seen", explanation.seen),
    )
    for heading, sentences in parts:
        if sentences:
            click.echo(f"\n{heading}")
            for sentence in sentences:
                print_text(f"  {sentence}")
