"""What a policy sees at one instant: estimates, never what chance has in store."""

from dataclasses import dataclass

from dispatch.simulation.day.fleet import DayTruck
from dispatch.simulation.day.sites import Site


@dataclass(frozen=True, slots=True)
class Choice:
    """A node to turn off at and a station; times and energies from the truck's next node on.

    `price_s` is what it costs the truck to the end of its shift if it waits nowhere.
    """

    node: int
    site: int
    offset_s: int
    used_wh: int
    to_s: int
    to_wh: int
    price_s: float


@dataclass(frozen=True, slots=True)
class Promise:
    """Where a truck turns off, to which station, and when its swap begins; None: as it comes."""

    node: int
    site: int
    start_s: int | None


@dataclass(frozen=True, slots=True)
class Seeker:
    """A truck on its road that must swap within the notice.

    It is at its next node in `ready_s` with `energy_wh`; `last` is the last node from which it
    reaches a station.
    """

    truck: DayTruck
    ready_s: int
    energy_wh: int
    last: int
    choices: tuple[Choice, ...]
    promise: Promise | None


@dataclass(frozen=True, slots=True)
class Comer:
    """A truck that has left its road for a station, or waits there (`eta_s` 0)."""

    truck: DayTruck
    site: int
    eta_s: int
    energy_wh: int
    to_wh: int
    start_s: int | None
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class SiteNow:
    """A station: from when each lane is free, and when each pack is charged (seconds from now)."""

    site: Site
    lanes_free_s: tuple[int, ...]
    ready_s: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class View:
    """One instant of the day.

    `untold` are the trucks on the road whose need is not told yet; they may be reckoned with by
    who knows the day's orders, and are promised nothing.
    """

    now_s: int
    sites: tuple[SiteNow, ...]
    seekers: tuple[Seeker, ...]
    comers: tuple[Comer, ...]
    untold: tuple[Seeker, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A promise for a seeker, or another time for a comer (`node` None)."""

    truck: int
    node: int | None
    site: int
    start_s: int | None
