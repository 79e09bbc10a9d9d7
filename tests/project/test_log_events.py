"""Every event of the log is in docs/logging.md, and every event there can happen."""

import ast
import re
from collections.abc import Iterator

from tests.project.tree import ROOT, name_of, python_files

LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
EVENT = re.compile(r"[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*")
DOCUMENTED = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
LOGGERS = re.compile(r"_?log(?:ger)?")


def _strings(node: ast.AST) -> set[str]:
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def _logged() -> Iterator[tuple[str, ast.expr]]:
    """Where something is logged (`file:line`), and the expression that names the event."""
    for path in python_files("daemon", "plugins"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                owner = node.func.value
                name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
                if node.func.attr in LEVELS and LOGGERS.fullmatch(name):
                    yield f"{name_of(path)}:{node.lineno}", node.args[0]


def _documented() -> set[str]:
    return set(DOCUMENTED.findall((ROOT / "docs" / "logging.md").read_text(encoding="utf-8")))


def test_events_are_static_names() -> None:
    """An event is `noun.verb_past`; what varies is in the fields, so that people can search."""
    odd = [
        f"{place}: {ast.unparse(event)}"
        for place, event in _logged()
        if isinstance(event, ast.JoinedStr | ast.BinOp)
        or not all(map(EVENT.fullmatch, _strings(event)))
    ]

    assert odd == []


def test_every_event_is_documented() -> None:
    """Who reads the log finds in the documentation what a line means and what to do."""
    logged = {event for _, expression in _logged() for event in _strings(expression)}

    assert sorted(logged - _documented()) == []


def test_every_documented_event_exists() -> None:
    """The table does not keep events that nothing logs any more."""
    sources = python_files("daemon", "plugins")
    said = set().union(*(_strings(ast.parse(path.read_text(encoding="utf-8"))) for path in sources))

    assert sorted(_documented() - said) == []
