"""Every scenario is shown by a test."""

import ast
from collections import Counter
from pathlib import Path

from tests.integration.capture.scenarios import SCENARIOS


def test_every_scenario_has_its_test() -> None:
    """Whoever deletes the only test of a scenario is told what is no longer shown."""
    shown: Counter[int] = Counter()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test_"):
                shown.update(_numbers(node))
    missing = {number: text for number, text in SCENARIOS.items() if not shown[number]}

    assert missing == {}


def _numbers(test: ast.AsyncFunctionDef) -> list[int]:
    """The numbers of a test's `@shows(...)`."""
    return [
        argument.value
        for decorator in test.decorator_list
        if isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == "shows"
        for argument in decorator.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    ]
