"""What the world says to the service: each message is one HTTP request, by whom and about what."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np


class Kind(StrEnum):
    """The requests trucks, drivers and stations make."""

    REPORT = "report"
    ACTION = "action"
    SEEN = "seen"
    READINGS = "readings"
    CHARGE_PLAN = "charge_plan"
    ARRIVALS = "arrivals"
    CHECK_IN = "check_in"
    SWAP = "swap"
    LANE_CLOSE = "lane_close"
    LANE_OPEN = "lane_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One request of `speaker` (a plate or a station's code).

    `name` tells the driver's action, the lane's number or the plate of the truck at the station
    apart; `assignment` is the promise it is about. `body` is what goes over the wire.
    """

    kind: Kind
    speaker: str
    name: str = ""
    assignment: int = 0
    body: dict[str, Any] = field(default_factory=dict)


def wire_time(at_s: float) -> str:
    """Write an instant (seconds since 1970) as the interfaces want it."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")


def read_time(text: str) -> float:
    """Read an instant of an answer as seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


def new_id(chance: np.random.Generator) -> str:
    """Draw the sender's id of an event: sent again, it is the same event."""
    return str(UUID(bytes=chance.bytes(16), version=4))
