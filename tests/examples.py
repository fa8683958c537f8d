"""How many examples a property gets whose single example is dear."""

from typing import Any

from hypothesis import settings


def fewer_examples(divisor: int, **more: Any) -> settings:
    """Return settings with the profile's number of examples (quick or thorough), divided."""
    return settings(max_examples=max(1, settings().max_examples // divisor), **more)
