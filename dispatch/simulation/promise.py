"""A promise as the service tells it to a truck and its driver."""

from dataclasses import dataclass
from typing import Any, Self

from dispatch.simulation.messages import read_time

OFFERED = "offered"
ON_THE_WAY = frozenset({"accepted", "en_route", "arrived", "queued", "swapping"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The assignment of a truck; instants are seconds since 1970."""

    id: int
    version: int
    state: str
    station: str
    eta_s: float
    leave_by_s: float
    window_from_s: float
    window_to_s: float
    expires_s: float
    check_in_code: str

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Self:
        """Read the assignment of an answer."""
        return cls(
            id=wire["id"],
            version=wire["version"],
            state=wire["state"],
            station=wire["station"]["code"],
            eta_s=read_time(wire["eta"]),
            leave_by_s=read_time(wire["leave_by_at"]),
            window_from_s=read_time(wire["window_from"]),
            window_to_s=read_time(wire["window_to"]),
            expires_s=read_time(wire["offer_expires_at"]),
            check_in_code=wire["check_in_code"],
        )

    @property
    def is_offer(self) -> bool:
        """Whether the driver has still to answer."""
        return self.state == OFFERED

    @property
    def is_kept(self) -> bool:
        """Whether the driver said yes and it is not over."""
        return self.state in ON_THE_WAY
