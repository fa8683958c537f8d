"""Trucks that a person would steer, for a look at what would come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """Trucks a person would steer: planned whatever they are promised; `ways` by more stations."""

    trucks: frozenset[int] = frozenset()
    ways: Mapping[int, frozenset[int]] = field(default_factory=dict)


NOBODY = Steered()
