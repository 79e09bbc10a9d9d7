"""What a Jellyfin source has in the configuration."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from scrobbled.sources import AbsolutePath, HttpUrl, SecretFile, SourceSettings
from scrobbled_jellyfin.values import as_id

LONGEST_NAME = 64


def _fits_in_a_header(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().isascii() or not secret.get_secret_value().isprintable():
        raise ValueError("holds what an HTTP header cannot carry: use letters and digits")
    return secret


JellyfinUser = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class JellyfinSettings(SourceSettings):
    """One Jellyfin server.

    Attributes:
        type: always `jellyfin`.
        user: not used here: `users` says whose plays are whose.
        url: where the server is; null where it only posts to us.
        webhook_token_file: a file that holds the token that the server has to send, or the name
            of a systemd credential.
        users: from ids or names of the server's users to ours; an id goes before a name.
        unmapped_users: what becomes of plays of other users: `ignore` them, or `create` a user
            of the same name.
        path_map: where files are that the server names: from beginnings of its paths to local
            directories.
    """

    type: Literal["jellyfin"] = "jellyfin"
    url: HttpUrl | None = None
    webhook_token_file: Annotated[SecretFile, AfterValidator(_fits_in_a_header)]
    users: dict[JellyfinUser, JellyfinUser] = Field(default_factory=dict)
    unmapped_users: Literal["ignore", "create"] = "ignore"
    path_map: dict[str, AbsolutePath] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _user_is_in_users(self) -> "JellyfinSettings":
        if self.user is not None:
            raise ValueError(
                "a Jellyfin server has users of its own: say in `users` whose plays are whose, "
                "such as {anna: anna}, and take `user` out"
            )
        return self

    def user_of(self, user_id: str, name: str) -> str | None:
        """Our user for one of the server's; None for one whose plays are not wanted.

        Args:
            user_id: as `as_id` writes it.
            name: as the server shows it; "" when it did not say.
        """
        by_id = {as_id(known): ours for known, ours in self.users.items()}
        by_name = {known.casefold(): ours for known, ours in self.users.items()}
        ours = by_id.get(user_id) or by_name.get(name.casefold())
        if ours is None and self.unmapped_users == "create":
            return own_name(user_id, name)
        return ours


def own_name(user_id: str, name: str) -> str:
    """A name of ours for a user of the server: the same where it can be one."""
    wanted = "".join(sign for sign in name if sign.isprintable()).replace("/", "-").strip()
    return wanted[:LONGEST_NAME].strip() or f"jellyfin-{user_id[:8]}"
