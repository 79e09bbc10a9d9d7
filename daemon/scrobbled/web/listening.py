"""Sockets to listen on: TCP addresses and unix sockets, with errors that say what to do.

These functions block (they look up names and touch the file system): the loop calls them in a
thread.
"""

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scrobbled.config.addresses import LONGEST_SOCKET_PATH, ListenAddress
from scrobbled.errors import OperatorError

_BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Listening:
    """Sockets that are bound; not yet accepting.

    Attributes:
        sockets: one, or one for each address that the host name has.
        path: the unix socket's path; None for TCP.
        identity: device and inode of the unix socket.
    """

    sockets: tuple[socket.socket, ...]
    path: Path | None = None
    identity: tuple[int, int] | None = None

    def addresses(self) -> tuple[str, ...]:
        """Each as it would be written in the configuration, with the port it really has."""
        if self.path is not None:
            return (str(self.path),)
        names = (each.getsockname() for each in self.sockets)
        return tuple(str(ListenAddress(host=name[0], port=name[1])) for name in names)

    def close(self) -> None:
        """Closes the sockets, and removes the unix socket unless another took its place."""
        for each in self.sockets:
            each.close()
        if self.path is None:
            return
        with contextlib.suppress(FileNotFoundError):
            if _identity(self.path) == self.identity:
                self.path.unlink()


def listen_on(address: ListenAddress, *, mode: int = 0o660) -> Listening:
    """Binds to `address`.

    Args:
        address: where; a host name is bound on all its addresses.
        mode: the permissions of a unix socket.

    Raises:
        OperatorError: it is in use, unknown, or not allowed.
    """
    if address.path is not None:
        return _listen_on_path(Path(address.path), mode)
    return _listen_on_host(address.host or "", address.port or 0)


def _listen_on_host(host: str, port: int) -> Listening:
    address = ListenAddress(host=host, port=port)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise OperatorError(
            f"Cannot listen on {address}: {host} is not known here. "
            "Set web.listen to an address of this machine, such as 127.0.0.1:8420."
        ) from error
    bound: list[socket.socket] = []
    try:
        for family, kind, protocol, _, place in dict.fromkeys(found):
            # With port 0 the other addresses take the port that the first one was given.
            taken = bound[0].getsockname()[1] if bound else port
            bound.append(_bind(socket.socket(family, kind, protocol), (place[0], taken)))
    except OSError as error:
        for each in bound:
            each.close()
        raise OperatorError(_refusal(address, error)) from error
    return Listening(tuple(bound))


def _bind(made: socket.socket, place: object) -> socket.socket:
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if made.family == socket.AF_INET6:
            # Otherwise [::] would take the IPv4 port as well, and clash with 0.0.0.0.
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(place)  # type: ignore[arg-type]  # what getaddrinfo found, or a path
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _refusal(address: ListenAddress, error: OSError) -> str:
    what = f"Cannot listen on {address}: "
    if error.errno == errno.EADDRINUSE:
        return (
            f"{what}another program listens there already. "
            "Stop it, or set web.listen to another port."
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"{what}it is not allowed. Set web.listen to a port from 1024 on."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{what}this machine has no such address. Set web.listen to one that it has."
    return f"{what}{error.strerror}. Set web.listen to an address that works."


def _listen_on_path(path: Path, mode: int) -> Listening:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        _remove_stale(path)
        with short_name(path) as name:
            made.bind(name)
        # Nobody can connect before listen(), so nobody gets in under wider permissions.
        path.chmod(mode)
        made.listen(_BACKLOG)
        return Listening((made,), path, _identity(path))
    except OSError as error:
        made.close()
        raise OperatorError(
            f"Cannot listen on {path}: {error.strerror or error}. "
            "Make its folder exist and belong to the user that runs scrobbled."
        ) from error
    except OperatorError:
        made.close()
        raise


def _remove_stale(path: Path) -> None:
    """Removes what a daemon that was killed left behind, and nothing else."""
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(kind):
        raise OperatorError(
            f"Cannot listen on {path}: a file that is no socket is there. "
            "Move it away, or choose another path."
        )
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, short_name(path) as name:
        probe.settimeout(1)
        try:
            probe.connect(name)
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
            return
        except OSError as error:
            # A backlog that is full, or no right to connect: somebody is there.
            raise OperatorError(_in_use(path)) from error
    raise OperatorError(_in_use(path))


def _in_use(path: Path) -> str:
    return (
        f"Cannot listen on {path}: another program listens there already. "
        "Stop it, or choose another path."
    )


@contextlib.contextmanager
def short_name(path: Path) -> Iterator[str]:
    """A name for `path` that fits into a socket address, valid within the block.

    `sun_path` has room for 107 bytes (unix(7)). Longer paths are reached by the descriptor of
    their folder, which Linux shows as /proc/self/fd/N (proc(5)).

    Raises:
        OSError: the folder cannot be opened, or the file's own name is too long.
    """
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        name = f"/proc/self/fd/{folder}/{path.name}"
        if len(os.fsencode(name)) > LONGEST_SOCKET_PATH:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), str(path))
        yield name
    finally:
        os.close(folder)


def _identity(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_dev, found.st_ino
