"""Every event of the log is in docs/logging.md, and every event there can happen."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.project.tree import ROOT, name_of, python_files

LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
LOGGERS = re.compile(r"_?log(?:ger)?")
EVENT = re.compile(r"[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*")
DOCUMENTED = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def _names(event: ast.expr, module: ast.Module) -> set[str]:
    """The names that the expression can be; its own text where that is not plain."""
    if isinstance(event, ast.Constant):
        return {str(event.value)}
    if isinstance(event, ast.IfExp):
        return _names(event.body, module) | _names(event.orelse, module)
    if isinstance(event, ast.Name):
        assigned = [
            node.value
            for node in ast.walk(module)
            if isinstance(node, ast.Assign)
            and [getattr(target, "id", None) for target in node.targets] == [event.id]
        ]
        return set().union(*(_names(value, module) for value in assigned)) or {event.id}
    return {ast.unparse(event)}


def _logs(function: ast.expr, module: ast.Module) -> str | None:
    """The logger that `function` is a method of, itself or by another name; None when of none."""
    if isinstance(function, ast.Name):
        # Assigned before, to one or the other method by a condition.
        named = [
            node.value.body
            for node in ast.walk(module)
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.IfExp)
            and [getattr(target, "id", None) for target in node.targets] == [function.id]
        ]
        return _logs(named[0], module) if named else None
    if not isinstance(function, ast.Attribute) or function.attr not in LEVELS:
        return None
    owner = function.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return name if LOGGERS.fullmatch(name) else None


def _logged_in(path: Path) -> Iterator[tuple[str, str]]:
    """Where the file logs something (`file:line`), and the name of the event."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and node.args and _logs(node.func, module):
            for event in _names(node.args[0], module):
                yield f"{name_of(path)}:{node.lineno}", event


def _logged() -> list[tuple[str, str]]:
    return [found for path in python_files("daemon", "plugins") for found in _logged_in(path)]


def _documented() -> set[str]:
    return set(DOCUMENTED.findall((ROOT / "docs" / "logging.md").read_text(encoding="utf-8")))


def test_events_are_static_names() -> None:
    """An event is `noun.verb_past`; what varies is in the fields, so that people can search."""
    assert [(place, event) for place, event in _logged() if not EVENT.fullmatch(event)] == []


def test_every_event_is_documented() -> None:
    """Who reads the log finds in the documentation what a line means and what to do."""
    documented = _documented()

    assert [(place, event) for place, event in _logged() if event not in documented] == []


def test_every_documented_event_exists() -> None:
    """The table does not keep events that nothing logs any more."""
    logged = {event for _, event in _logged()}

    assert sorted(_documented() - logged) == []
