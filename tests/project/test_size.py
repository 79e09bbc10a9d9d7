"""Files and functions stay small, and the tests outweigh what they test."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.project.tree import count_lines, name_of, python_files

LONGEST_FILE = 400
"""The most non-blank lines that one source file may have."""

MEDIAN_FILE = 120
"""The most non-blank lines that the file in the middle may have."""

FUNCTION_P95 = 45
"""The most lines that 95 of 100 functions may have, from `def` to the last statement."""

TESTS_PER_SOURCE = 1.3
"""The fewest lines of tests for one line of source, both without blank lines."""

SOURCE = ("daemon", "plugins")


def _function_lengths(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.end_lineno - node.lineno + 1


def test_no_source_file_is_long() -> None:
    """A file that outgrew the limit holds two things and wants to be two files."""
    lines = {name_of(path): count_lines(path) for path in python_files(*SOURCE)}

    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_most_source_files_are_short() -> None:
    """The median keeps the whole tree readable."""
    assert statistics.median(map(count_lines, python_files(*SOURCE))) <= MEDIAN_FILE


def test_functions_are_short() -> None:
    """Nineteen of twenty functions fit on one screen."""
    lengths = [length for path in python_files(*SOURCE) for length in _function_lengths(path)]

    assert statistics.quantiles(lengths, n=20)[-1] <= FUNCTION_P95


def test_tests_outweigh_the_source() -> None:
    """What is not tested is not promised."""
    source = sum(map(count_lines, python_files(*SOURCE)))
    tests = sum(map(count_lines, python_files("tests")))

    assert tests / source >= TESTS_PER_SOURCE, f"{tests} lines of tests for {source} of source"
