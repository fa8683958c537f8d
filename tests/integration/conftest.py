import time

import pytest
from pytest_django import Settings


@pytest.fixture
def standing_clock(settings: Settings) -> None:
    """Hold the service's clock at `builders.NOW`: it runs, but at a billionth of the speed."""
    from tests.builders import NOW  # noqa: PLC0415 -- models: only after the settings were read

    settings.CLOCK_RATE = 1e-9
    settings.CLOCK_WALL_S = time.time()
    settings.CLOCK_AT_S = NOW.timestamp()
