"""What a person is told when MPD does not answer, or refuses."""

from scrobbled.errors import SourceUnavailable
from scrobbled_mpd.connection import Address
from scrobbled_mpd.protocol import NO_PERMISSION, WRONG_PASSWORD, CommandRefused


def needs_a_person(error: SourceUnavailable) -> bool:
    """Whether waiting will hardly help: the password is wrong, or rights are missing."""
    return isinstance(error, CommandRefused) and error.code in (WRONG_PASSWORD, NO_PERMISSION)


def in_words(error: SourceUnavailable, address: Address, *, password_given: bool) -> str:
    """What happened and what to do, one sentence."""
    if isinstance(error, CommandRefused) and error.code == WRONG_PASSWORD:
        return (
            f"MPD at {address} does not accept the password: put one of its mpd.conf into the "
            "password_file of this source."
        )
    if isinstance(error, CommandRefused) and error.code == NO_PERMISSION:
        whom = "this password" if password_given else "clients without a password"
        return (
            f"MPD at {address} does not let {whom} read: name a password with the permission "
            '"read" in the password_file of this source, or allow it in MPD\'s '
            "default_permissions."
        )
    if isinstance(error, CommandRefused):
        return f"MPD at {address}: {error}"
    return str(error)
