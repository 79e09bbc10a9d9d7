"""Which file is read, and what can be wrong with it as a file."""

from pathlib import Path

import pytest
from tests.unit.config.loading import HOME, load

from scrobbled.config.file import LARGEST_BYTES, find_file, read_text
from scrobbled.errors import ConfigurationError

NOWHERE = Path("/nowhere/scrobbled.yaml")


def _place(folder: Path) -> Path:
    file = folder / "scrobbled" / "scrobbled.yaml"
    file.parent.mkdir(parents=True)
    file.touch()
    return file


def _problem(file: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_text(file)
    (problem,) = caught.value.problems
    return problem


def test_the_variable_names_the_file_whether_it_is_there_or_not(tmp_path: Path) -> None:
    """A misspelt name must not be passed over for another file."""
    _place(tmp_path)
    environ = {"SCROBBLER_CONFIG": "/nowhere/x.yaml", "XDG_CONFIG_HOME": str(tmp_path)}

    assert find_file(environ, NOWHERE) == Path("/nowhere/x.yaml")


def test_a_persons_own_file_comes_before_the_systems(tmp_path: Path) -> None:
    """First in $XDG_CONFIG_HOME, else in ~/.config, then in /etc."""
    system = _place(tmp_path / "etc")
    assert find_file({"HOME": str(tmp_path)}, system) == system

    own = _place(tmp_path / ".config")
    assert find_file({"HOME": str(tmp_path)}, system) == own
    assert find_file({"HOME": str(tmp_path), "XDG_CONFIG_HOME": "x"}, system) == own

    xdg = _place(tmp_path / "xdg")
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    assert find_file(environ, system) == xdg


def test_there_may_be_no_file() -> None:
    """Then the defaults hold."""
    assert find_file(HOME, NOWHERE) is None
    assert find_file({}, NOWHERE) is None


def test_a_file_that_cannot_be_looked_at_is_not_passed_over() -> None:
    """The reason comes when it is read."""
    too_long = f"/{'x' * 300}"

    assert find_file({"XDG_CONFIG_HOME": too_long}, NOWHERE) == Path(
        too_long, "scrobbled", "scrobbled.yaml"
    )


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    """On the command line or by the variable."""
    missing = tmp_path / "none.yaml"

    for path, environ in ((missing, HOME), (None, HOME | {"SCROBBLER_CONFIG": str(missing)})):
        with pytest.raises(ConfigurationError) as caught:
            load(path, environ)
        assert caught.value.problems == [f"{missing}: there is no such file"]


def test_the_file_that_was_read_is_known(tmp_path: Path) -> None:
    """Commands tell it to the person."""
    file = _place(tmp_path)

    assert load(file).source_file == file
    assert load(None, HOME | {"XDG_CONFIG_HOME": str(tmp_path)}).source_file == file


def test_what_the_system_refuses_is_passed_on(tmp_path: Path) -> None:
    """A folder, a loop, a name with a NUL."""
    loop = tmp_path / "loop"
    loop.symlink_to(loop)

    assert _problem(tmp_path) == f"{tmp_path}: cannot be read: Is a directory"
    assert _problem(loop).startswith(f"{loop}: cannot be read: Too many levels")
    assert "cannot be read: embedded null byte" in _problem(Path("a\0b"))


def test_a_huge_file_is_no_configuration(tmp_path: Path) -> None:
    """It is not read to its end, which may never come."""
    file = tmp_path / "huge.yaml"
    file.write_bytes(b"#" * LARGEST_BYTES)
    assert len(read_text(file)) == LARGEST_BYTES

    file.write_bytes(b"#" * (LARGEST_BYTES + 1))
    assert _problem(file) == f"{file}: is larger than 1024 KiB, and so no configuration"
    assert "is larger than" in _problem(Path("/dev/zero"))


def test_a_byte_that_is_no_utf8_has_a_place(tmp_path: Path) -> None:
    """Line and column of the first one, counted in characters."""
    file = tmp_path / "latin1.yaml"
    file.write_bytes("# å\nusers: [{name: 'Bj".encode() + b"\xf6rk'}]")

    assert _problem(file) == f"{file}:2:19: is not UTF-8 text"


def test_a_binary_file_is_no_configuration(tmp_path: Path) -> None:
    """Neither one of bytes, nor one with NULs."""
    file = tmp_path / "binary.yaml"
    file.write_bytes(b"\x7fELF\x02\x01\xff\x00")
    assert _problem(file) == f"{file}:1:7: is not UTF-8 text"

    file.write_bytes(b"users:\0")
    with pytest.raises(ConfigurationError) as caught:
        load(file)
    assert caught.value.problems == [
        f"{file}:1:7: holds the character U+0000, which YAML text may not"
    ]


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    """Editors on Windows add one."""
    file = tmp_path / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbfstate_dir: /s\n")

    assert load(file).state_dir == Path("/s")
