"""A YAML text as plain data that remembers where each value stood.

YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema) decides what a plain scalar
is, as in editors: `off` and `no` are words, `12:30` is no number, a date is text. Keys are text
always. Nothing is ever made of a tag.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

Path = tuple[str | int, ...]
"""The keys and indices that lead to a value."""

DEEPEST = 24
MOST_VALUES = 20_000
"""Values after every alias is written out: more is an attack, or no configuration."""

LONGEST_NUMBER = 20
"""Characters of a whole number; the longest that Python reads without limit is far beyond."""

_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)

_PLAINLY = (
    ("'\\t'", "a tab cannot indent YAML: use spaces"),
    ("expected a single document", "a second document begins here: a configuration is one"),
    ("expected <block end>", "the indentation, a quote or a bracket does not fit what is above"),
    ("could not find expected ':'", "a key here, or just above, has no colon after it"),
    ("mapping values are not allowed here", "a second colon: put a value with a colon into quotes"),
    ("expected the node content", "a value is expected here"),
    ("that cannot start any token", "a value that begins so has to be in quotes"),
)
"""What PyYAML says in its parser's words, and the same in a person's."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in the text; both numbers count from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        """`LINE:COL`."""
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is wrong with the text itself.

    Attributes:
        mark: where.
        path: of the value it is about; empty where that cannot be said.
        sentence: what is wrong.
    """

    mark: Mark
    path: Path
    sentence: str


@dataclass(slots=True)
class Document:
    """A text that was read.

    Attributes:
        data: plain data of dict, list, str, int, float, bool and None.
        flaws: what is wrong with the text; `data` holds what could be read nevertheless.
        values: where each value starts.
        keys: where the key of each value in a mapping starts.
    """

    data: Any = None
    flaws: list[Flaw] = field(default_factory=list)
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)

    def key_mark(self, path: Path) -> Mark:
        """Where `path` is written, or the nearest thing around it."""
        while path and path not in self.keys and path not in self.values:
            path = path[:-1]
        return self.keys.get(path) or self.values.get(path) or Mark(1, 1)

    def value_mark(self, path: Path) -> Mark:
        """Where the value of `path` starts, or the nearest thing around it."""
        return self.values.get(path) or self.key_mark(path)


class _Loader(Reader, Scanner, Parser, Composer, BaseResolver):
    """PyYAML's own parts up to the node tree; nothing that constructs objects."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Refuses to recurse without end."""
        if self._depth > DEEPEST:
            event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs say nothing
            raise yaml.MarkedYAMLError(
                problem=f"nested deeper than {DEEPEST} levels", problem_mark=event.start_mark
            )
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


for _kind, _pattern, _first in (
    ("null", _NULL, ["~", "n", "N", ""]),
    ("bool", _BOOL, list("tTfF")),
    ("int", _INT, list("-+0123456789")),
    ("float", _FLOAT, list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(_TAG + _kind, re.compile(f"(?:{_pattern.pattern})\\Z"), _first)


def read_document(text: str) -> Document:
    """Reads one YAML document; never raises, what is wrong is in its `flaws`."""
    document = Document()
    try:
        root = _Loader(text).get_single_node()
        if root is not None:
            document.data = _Reading(document).value(root, ())
    except ReaderError as error:
        mark = mark_at(text, error.position)
        sentence = f"holds the character U+{error.character:04X}, which YAML text may not"
        document.flaws.append(Flaw(mark, (), sentence))
    except yaml.MarkedYAMLError as error:
        document.flaws.append(_syntax_flaw(error))
    return document


def mark_at(text: str, offset: int) -> Mark:
    """The place of the character number `offset`, counted from 0."""
    before = text[:offset]
    return Mark(before.count("\n") + 1, offset - before.rfind("\n"))


def _mark(mark: yaml.Mark) -> Mark:
    return Mark(mark.line + 1, mark.column + 1)


def _syntax_flaw(error: yaml.MarkedYAMLError) -> Flaw:
    mark = error.problem_mark or error.context_mark
    said = f"{error.problem} {error.context}"
    plain = next((plain for found, plain in _PLAINLY if found in said), error.problem)
    return Flaw(_mark(mark) if mark else Mark(1, 1), (), f"is not valid YAML: {plain}")


class _Reading:
    """Turns a node tree into plain data, noting marks and flaws in a document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._left = MOST_VALUES

    def value(self, node: Node, path: Path) -> Any:
        """The plain data of `node`; None where it has a flaw."""
        self._document.values[path] = _mark(node.start_mark)
        self._left -= 1
        if self._left < 0 or len(path) > DEEPEST:
            raise yaml.MarkedYAMLError(
                problem="too large once its aliases (*name) are written out",
                problem_mark=node.start_mark,
            )
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        if node.tag not in {f"{_TAG}map", f"{_TAG}seq"}:
            self._unsupported_tag(node, path)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._flaw(key_node, path, "a key must be a word")
                continue
            key = key_node.value
            place = (*path, key)
            if key in found:
                first = self._document.keys[place].line
                self._flaw(key_node, place, f"is given twice, first in line {first}")
                continue
            self._document.keys[place] = _mark(key_node.start_mark)
            found[key] = self.value(value_node, place)
        return found

    def _scalar(self, node: ScalarNode, path: Path) -> Any:
        text: str = node.value
        match node.tag.removeprefix(_TAG):
            case "str":
                return text
            case "null":
                return None
            case "bool" if _BOOL.fullmatch(text):
                return text.lower() == "true"
            case "int" if _INT.fullmatch(text) and len(text) <= LONGEST_NUMBER:
                return int(text, 0 if text[:2] in {"0o", "0x"} else 10)
            case "float" if _FLOAT.fullmatch(text):
                return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
            case "int":
                self._flaw(node, path, "is not a number that can be used")
            case _:
                self._unsupported_tag(node, path)
        return None

    def _unsupported_tag(self, node: Node, path: Path) -> None:
        self._flaw(node, path, f"has a tag ({node.tag}), which is not supported")

    def _flaw(self, node: Node, path: Path, sentence: str) -> None:
        self._document.flaws.append(Flaw(_mark(node.start_mark), path, sentence))
