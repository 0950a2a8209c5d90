"""The whole of Tutti for the tests that use it as people do."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.listener import Listener
from tests.running import Tutti, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def tutti(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tutti]:
    """One fleet for the whole session; stopping it must be quick and leave nothing."""
    with running(tmp_path_factory.mktemp("tutti") / "var") as fleet:
        yield fleet


@pytest.fixture(scope="session")
def join(tutti: Tutti) -> Iterator[Callable[[], Listener]]:
    """Let one more person sign up."""
    with ExitStack() as people:
        yield lambda: people.enter_context(Listener(tutti.address))


@pytest.fixture
def nadia(join: Callable[[], Listener]) -> Listener:
    """Someone new, with an empty library."""
    return join()
