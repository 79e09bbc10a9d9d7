"""What a scan tells: how far it is, and what it did."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan is.

    Attributes:
        seen: music files found so far.
        read: files read and written so far, those that cannot be read included.
        failed: those that cannot be read.
        to_read: how many there are to read; None while folders are still looked through.
        folder: where it is, as text.
    """

    seen: int
    read: int
    failed: int
    to_read: int | None
    folder: str


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that cannot be read, and why, in one sentence."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan did.

    Attributes:
        run_id: its row in `scan_runs`; tracks that it changed have it as `scan_run_id`.
        seen: music files that are there.
        unchanged: of these, those that were known and not read.
        read: files read, those that cannot be read included.
        added: new ones.
        changed: known ones whose content changed.
        moved: known ones that were found under another name.
        returned: known ones that were missing and are back.
        missing: known ones that are no longer there.
        failed_count: those that cannot be read.
        failed: the first hundred of them.
        folder_errors: folders that could not be looked into, one sentence each; their files are
            taken as still there.
        duration_s: how long it took.
    """

    run_id: int
    seen: int = 0
    unchanged: int = 0
    read: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    returned: int = 0
    missing: int = 0
    failed_count: int = 0
    failed: list[FailedFile] = field(default_factory=list)
    folder_errors: list[str] = field(default_factory=list)
    duration_s: float = 0.0

    @property
    def changes(self) -> int:
        """How many files are not as the last scan left them; 0 when there was nothing to do."""
        return self.read + self.returned + self.missing
