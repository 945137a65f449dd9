from collections.abc import Iterator

import pytest

from bot.clock import SetClock
from bot.store.unit import Store
from tests.support.stores import MORNING, store_at


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
def store(tables_url: str, clock: SetClock) -> Iterator[Store]:
    """A database of either kind with no row in it."""
    with store_at(tables_url, clock) as opened:
        yield opened
