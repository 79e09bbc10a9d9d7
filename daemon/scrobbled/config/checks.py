"""What no single value shows: names given twice, and names that nobody has."""

from collections.abc import Iterator
from typing import Any

from scrobbled.config.problems import Finding, suggest


def cross_check(data: dict[str, Any]) -> Iterator[Finding]:
    """Finds contradictions between values of the plain `data`, whatever else is wrong with it."""
    yield from _users(data)
    yield from _sources(data)


def _users(data: dict[str, Any]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for index, user in _entries(data, "users"):
        name = user.get("name")
        if not isinstance(name, str):
            continue
        if (folded := name.casefold()) in seen:
            sentence = f"there is a user {seen[folded]!r} already: give this one another name"
            yield Finding(("users", index, "name"), sentence)
        seen.setdefault(folded, name)


def _sources(data: dict[str, Any]) -> Iterator[Finding]:
    users = [user.get("name") for _, user in _entries(data, "users")]
    names = [name for name in users if isinstance(name, str)]
    seen: set[tuple[str, str]] = set()
    for index, source in _entries(data, "sources"):
        kind, name, user = source.get("type"), source.get("name"), source.get("user")
        if isinstance(kind, str) and isinstance(name, str):
            if (kind, name) in seen:
                sentence = f"there is a source {kind}:{name} already: give this one another name"
                yield Finding(("sources", index, "name"), sentence)
            seen.add((kind, name))
        if isinstance(user, str) and names and user not in names:
            hint = suggest(user, names) or f": there are {', '.join(names)}"
            yield Finding(("sources", index, "user"), f"{user!r} is not one of the users{hint}")
        yield from _mapped_users(index, source.get("users"), names)


def _mapped_users(index: int, mapped: Any, names: list[str]) -> Iterator[Finding]:
    """Of a source that has users of its own, each is one of ours."""
    for theirs, ours in mapped.items() if isinstance(mapped, dict) and names else ():
        if isinstance(ours, str) and ours not in names:
            hint = suggest(ours, names) or f": there are {', '.join(names)}"
            place = ("sources", index, "users", theirs)
            yield Finding(place, f"{ours!r} is not one of the users{hint}")


def _entries(data: dict[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    entries = data.get(key)
    if isinstance(entries, list):
        for index, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield index, entry
