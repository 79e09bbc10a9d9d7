"""Bounded waiting for a condition: what tests use in place of sleeping."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(
    probe: Callable[[], Awaitable[T | None]],
    *,
    within_s: float = ...,
    every_s: float = ...,
    what: str = ...,
) -> T: ...


@overload
async def eventually(
    probe: Callable[[], T | None],
    *,
    within_s: float = ...,
    every_s: float = ...,
    what: str = ...,
) -> T: ...


async def eventually(
    probe: Callable[[], object],
    *,
    within_s: float = 10.0,
    every_s: float = 0.01,
    what: str = "",
) -> object:
    """The first truthy answer of `probe`, which may be a coroutine function.

    Args:
        probe: asked again and again, without side effects.
        within_s: real seconds to wait at most.
        every_s: real seconds between two questions.
        what: what is waited for, for the failure's text.

    Raises:
        AssertionError: the condition did not come true in time; tells the last answer.
    """
    deadline = time.monotonic() + within_s
    while True:
        answer = probe()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(
                f"not within {within_s:g} s: {what or probe!r}; last seen: {answer!r}"
            )
        await asyncio.sleep(every_s)
