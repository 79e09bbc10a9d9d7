"""The problems of one configuration, each with the place where a person can mend it."""

from collections.abc import Iterable
from pathlib import Path

from scrobbled.config.document import Document, Flaw, Mark
from scrobbled.config.document import Path as KeyPath
from scrobbled.config.problems import Finding, format_path
from scrobbled.errors import ConfigurationError


class Report:
    """Collects problems.

    Attributes:
        origins: the environment variables that gave values, which problems with these name
            instead of the file.
        lines: problems that have no place in the file, ready to print.
    """

    def __init__(self, file: Path | None, document: Document) -> None:
        self._file = file
        self._document = document
        self._placed: dict[tuple[Mark, KeyPath], str] = {}
        self.origins: dict[KeyPath, str] = {}
        self.lines: list[str] = []
        for flaw in document.flaws:
            self._add_flaw(flaw)

    @property
    def has_problems(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._placed or self.lines)

    def add_top(self, sentence: str) -> None:
        """Adds a problem of the whole file."""
        self._add_flaw(Flaw(self._document.value_mark(()), (), sentence))

    def add_all(self, findings: Iterable[Finding]) -> None:
        """Adds problems of values."""
        for finding in findings:
            self._add(finding)

    def error(self) -> ConfigurationError:
        """All problems, those in the file first and in its order."""
        placed = sorted((mark, line) for (mark, _), line in self._placed.items())
        return ConfigurationError([*(line for _, line in placed), *self.lines])

    def _add(self, finding: Finding) -> None:
        path = finding.path
        text = f"{format_path(path)}: {finding.sentence}" if path else finding.sentence
        if origin := self._origin(path):
            self.lines.append(f"${origin}: {text}")
        elif self._file is None:
            self.lines.append(f"built-in defaults: {text}")
        else:
            document = self._document
            mark = document.key_mark(path) if finding.at_key else document.value_mark(path)
            self._placed[mark, path] = f"{self._file}:{mark}: {text}"

    def _add_flaw(self, flaw: Flaw) -> None:
        path = f"{format_path(flaw.path)}: " if flaw.path else ""
        self._placed[flaw.mark, flaw.path] = f"{self._file}:{flaw.mark}: {path}{flaw.sentence}"

    def _origin(self, path: KeyPath) -> str | None:
        """The variable that gave the value at `path`, or what lies around it."""
        return next(
            (self.origins[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.origins),
            None,
        )
