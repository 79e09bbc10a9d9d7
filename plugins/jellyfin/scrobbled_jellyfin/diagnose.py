"""What `scrobbled doctor` looks at in a Jellyfin source."""

from scrobbled.runtime.clock import Clock
from scrobbled.sources.api import Check
from scrobbled_jellyfin.config import JellyfinSettings

SHORTEST_TOKEN = 16


async def diagnose(settings: JellyfinSettings, _clock: Clock) -> list[Check]:
    """Checks what can be known without the server: whose plays are kept, and the token."""
    return [_users(settings), _token(settings)]


def _users(settings: JellyfinSettings) -> Check:
    if settings.unmapped_users == "create":
        return Check(True, "Plays of every user of the server are kept.")
    if settings.users:
        ours = ", ".join(sorted(set(settings.users.values())))
        return Check(True, f"Plays of {len(settings.users)} users are kept, for {ours}.")
    return Check(
        False,
        "No plays are kept: no user of the server is named in `users`.",
        "Name them, such as users: {anna: anna}, or set unmapped_users: create.",
    )


def _token(settings: JellyfinSettings) -> Check:
    length = len(settings.webhook_token_file.get_secret_value())
    if length < SHORTEST_TOKEN:
        return Check(
            False,
            f"The token is {length} characters long, which can be guessed.",
            "Make a new one with `openssl rand -hex 32`, here and in Jellyfin's Webhook plugin.",
        )
    return Check(True, "The token is long enough.")
