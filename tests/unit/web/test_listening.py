"""Binding to addresses, and what is said when it does not work."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrobbled.config.addresses import ListenAddress
from scrobbled.errors import OperatorError
from scrobbled.web.listening import Listening, listen_on, short_name


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on 127.0.0.1 that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def at(path: Path) -> ListenAddress:
    """The unix socket `path` as a setting."""
    return ListenAddress(path=str(path))


def connect(path: Path) -> None:
    """Connects to the unix socket `path`."""
    with socket.socket(socket.AF_UNIX) as client, short_name(path) as name:
        client.connect(name)


def test_port_0_tells_the_port_it_got() -> None:
    """The addresses name the real port, and one can connect there."""
    listening = listen_on(ListenAddress("127.0.0.1", 0))
    try:
        (address,) = listening.addresses()
        host, port = address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=5):
            pass
    finally:
        listening.close()


def test_a_name_with_two_addresses_has_one_port() -> None:
    """All addresses of localhost are bound to the same port, IPv6 written in brackets."""
    listening = listen_on(ListenAddress("localhost", 0))
    addresses = listening.addresses()
    listening.close()

    assert len({address.rsplit(":", 1)[1] for address in addresses}) == 1
    assert {address.rsplit(":", 1)[0] for address in addresses} <= {"127.0.0.1", "[::1]"}


def test_a_port_in_use_is_a_sentence(taken: int) -> None:
    """The sentence names the address and says what to do."""
    with pytest.raises(
        OperatorError, match=rf"127\.0\.0\.1:{taken}: another program.*set web\.listen"
    ):
        listen_on(ListenAddress("127.0.0.1", taken))


@pytest.mark.parametrize(
    ("host", "why"),
    [("192.0.2.1", "no such address"), ("no-such-host.invalid", "is not known here")],
)
def test_an_unusable_address_is_a_sentence(host: str, why: str) -> None:
    """Addresses of other machines and unknown names are told apart."""
    with pytest.raises(OperatorError, match=rf"{why}.*[Ss]et web\.listen"):
        listen_on(ListenAddress(host, 8420))


def test_a_unix_socket_has_its_mode_and_goes_away(tmp_path: Path) -> None:
    """Only those whom the mode names may connect, and nothing is left behind."""
    path = tmp_path / "web.sock"
    listening = listen_on(at(path), mode=0o600)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert listening.addresses() == (str(path),)
    connect(path)
    listening.close()
    assert not path.exists()


def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    """What a killed daemon left behind does not keep the next one from starting."""
    path = tmp_path / "web.sock"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
    listening = listen_on(at(path))
    connect(path)
    listening.close()


def test_a_living_socket_is_not_taken(tmp_path: Path) -> None:
    """A second daemon does not steal the socket of the first."""
    path = tmp_path / "web.sock"
    first = listen_on(at(path))
    with pytest.raises(OperatorError, match="another program listens there"):
        listen_on(at(path))
    connect(path)
    first.close()


def test_a_file_in_its_place_is_not_removed(tmp_path: Path) -> None:
    """A path that by mistake names a precious file does not cost it."""
    path = tmp_path / "scrobbled.db"
    path.write_text("precious")
    with pytest.raises(OperatorError, match="no socket is there"):
        listen_on(at(path))

    assert path.read_text() == "precious"


def test_the_socket_of_a_successor_is_left_alone(tmp_path: Path) -> None:
    """Who ends late does not remove the socket that another has put there since."""
    path = tmp_path / "web.sock"
    old = listen_on(at(path))
    path.rename(tmp_path / "moved")
    new = listen_on(at(path))
    old.close()

    connect(path)
    new.close()
    new.close()


def test_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    """The sentence says what must exist."""
    with pytest.raises(OperatorError, match=r"No such file or directory.*Make its folder exist"):
        listen_on(at(tmp_path / "missing" / "web.sock"))


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """A folder whose path alone is too long for a socket's address."""
    folder = tmp_path / ("d" * 90) / ("e" * 90)
    folder.mkdir(parents=True)
    return folder


def test_long_paths_work(deep: Path) -> None:
    """A state directory deeper than 107 bytes can hold a socket all the same."""
    path = deep / "control.sock"
    listening: Listening = listen_on(at(path), mode=0o600)
    connect(path)
    with pytest.raises(OperatorError, match="another program"):
        listen_on(at(path))
    listening.close()

    assert not path.exists()


def open_descriptors() -> int:
    """How many descriptors this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_long_names_are_a_sentence(deep: Path) -> None:
    """A file name that cannot fit is refused, and no descriptor stays open."""
    before = open_descriptors()
    with pytest.raises(OperatorError, match="name too long"):
        listen_on(at(deep / ("s" * 120)))

    assert open_descriptors() == before
