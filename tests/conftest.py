"""What holds for every test: how hard Hypothesis tries, and a loop that nothing may block."""

import os
from collections.abc import Iterator

import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from hypothesis import HealthCheck, settings
from tests.installation import Installation, install_wheel
from tests.programs import in_ci

from scrobbled import log

settings.register_profile("dev", max_examples=50, deadline=None)
# The same examples each time, so that CI never fails by chance, and many of them.
settings.register_profile(
    "ci",
    max_examples=300,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if in_ci() else "dev")


@pytest.fixture(autouse=True)
def no_blocking_calls() -> Iterator[BlockBuster]:
    """Raise `BlockingError` where our code blocks a running event loop, in any test.

    Only calls made from the daemon and the plugins are judged, not those of the tests. Threads
    and processes without a loop may block as they like: that is what they are for.
    """
    with blockbuster_ctx(["scrobbled", "scrobbled_mpd"]) as blockbuster:
        for function in ("os.listdir", "os.getcwd"):
            # A first import looks through folders; after it the module is there.
            blockbuster.functions[function].can_block_in(
                "<frozen importlib._bootstrap>", "_find_and_load"
            )
        for function in ("io.BufferedWriter.write", "os.write", "threading.Lock.acquire"):
            # A pool starts its processes when work is first given to it: a few milliseconds,
            # once. asyncio's own subprocesses are allowed the same.
            blockbuster.functions[function].can_block_in("concurrent/futures/process.py", "submit")
        # The kernel makes this file up in memory; no disk is read.
        blockbuster.functions["io.TextIOWrapper.read"].can_block_in(
            "scrobbled/runtime/clock.py", "read_host_boot_id"
        )
        yield blockbuster


@pytest.fixture(autouse=True)
def no_secrets_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide what this test keeps secret, and not what another one did: words, often."""
    monkeypatch.setattr(log, "_SECRETS", log._Secrets())  # noqa: SLF001 - as in a new process


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The built wheel in an environment of its own, one for the whole run of the tests.

    It takes most of a minute: a test that asks for it wants `@pytest.mark.timeout(600)`.
    """
    folder = tmp_path_factory.getbasetemp()
    # Each of the processes that share the tests has a folder within the run's own.
    return install_wheel(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)
