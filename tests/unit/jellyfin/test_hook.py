"""What the webhook answers, and what it keeps."""

from pathlib import Path

import pytest
from tests.unit.jellyfin.bodies import body, minimal
from tests.unit.jellyfin.mailing import TOKEN, MemoryInbox, settings

from scrobbled.errors import RetryLater
from scrobbled_jellyfin.hook import JellyfinHook


@pytest.fixture
def inbox() -> MemoryInbox:
    """An empty one."""
    return MemoryInbox()


@pytest.fixture
def hook(tmp_path: Path, inbox: MemoryInbox) -> JellyfinHook:
    """The webhook of a source with one user."""
    return JellyfinHook(settings(tmp_path), inbox)


@pytest.mark.parametrize(
    ("headers", "admitted"),
    [
        ({"Authorization": f"Bearer {TOKEN}"}, True),
        ({"authorization": f"bearer  {TOKEN} "}, True),
        ({"Authorization": f"Bearer {TOKEN}x"}, False),
        ({"Authorization": f"Bearer {TOKEN[:-1]}"}, False),
        ({"Authorization": f"Basic {TOKEN}"}, False),
        ({"Authorization": TOKEN}, False),
        ({"Authorization": "Bearer "}, False),
        ({"Authorization": "Bearer \udce9"}, False),
        ({"X-Token": TOKEN}, False),
        ({}, False),
    ],
    ids=range(10),
)
def test_the_token(hook: JellyfinHook, headers: dict[str, str], *, admitted: bool) -> None:
    """Only the right one, in the header that it belongs into."""
    assert hook.admits(headers) == admitted


async def test_what_tells_of_music_is_kept(hook: JellyfinHook, inbox: MemoryInbox) -> None:
    """As it came, but for a byte order mark."""
    texts = [body(), minimal("PlaybackProgress", 1, 1), body("PlaybackStop")]
    for text in texts:
        assert (await hook.receive(b"\xef\xbb\xbf" + text.encode())).status == 204

    assert inbox.kept == texts


@pytest.mark.parametrize(
    "text",
    [
        body(ItemType="Episode"),
        body("UserDataSaved"),
        body("ItemAdded"),
        body("Unheard"),
        body(UserId="ff", NotificationUsername="bob"),
        "{}",
    ],
    ids=range(6),
)
async def test_what_is_not_wanted(hook: JellyfinHook, inbox: MemoryInbox, text: str) -> None:
    """Answered as if it were, and forgotten."""
    answer = await hook.receive(text.encode())

    assert (answer.status, answer.reason) == (204, None)
    assert inbox.kept == []
    assert inbox.buried == []


@pytest.mark.parametrize("text", [b"{", b"\xff", b"[]", body(ItemId="").encode()], ids=range(4))
async def test_what_cannot_be_understood(
    hook: JellyfinHook, inbox: MemoryInbox, text: bytes
) -> None:
    """It is kept for inspection, with the reason that the answer has."""
    answer = await hook.receive(text)
    ((buried, reason),) = inbox.buried

    assert answer.status == 400
    assert answer.reason == reason
    assert buried == text.decode(errors="backslashreplace")


async def test_what_cannot_be_kept(hook: JellyfinHook, inbox: MemoryInbox) -> None:
    """The caller answers for that."""
    inbox.full = True

    with pytest.raises(RetryLater):
        await hook.receive(body().encode())


async def test_guesses_are_kept_now_and_then(hook: JellyfinHook, inbox: MemoryInbox) -> None:
    """The first of a track, and then one in thirty seconds."""
    for at_s in range(100):
        inbox.clock.now_s = at_s
        text = body("PlaybackProgress", at_s, IsAutomated=True, PlaybackPositionTicks=at_s)
        assert (await hook.receive(text.encode())).status == 204
    other = body("PlaybackProgress", 100, IsAutomated=True, ItemId="ab" * 16)
    await hook.receive(other.encode())

    assert len(inbox.kept) == 5
    assert inbox.kept[-1] == other


async def test_a_guess_that_could_not_be_kept_is_no_guess(
    hook: JellyfinHook, inbox: MemoryInbox
) -> None:
    """The next one is kept in its place."""
    text = body("PlaybackProgress", 0, IsAutomated=True).encode()
    inbox.full = True
    with pytest.raises(RetryLater):
        await hook.receive(text)
    inbox.full = False
    await hook.receive(text)

    assert len(inbox.kept) == 1


async def test_clients_own_reports_are_all_kept(hook: JellyfinHook, inbox: MemoryInbox) -> None:
    """Only they are evidence."""
    for at_s in range(5):
        await hook.receive(body("PlaybackProgress", at_s).encode())

    assert len(inbox.kept) == 5
