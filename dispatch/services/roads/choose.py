"""Which roads this service drives on: the engine the settings name, kept from round to round."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings

from dispatch.planning.travel import GreatCircleTravel, TravelProvider
from dispatch.services.roads.asker import TIME_WAS_UP, Asker
from dispatch.services.roads.engine import RoadEngine
from dispatch.services.roads.osrm import OsrmEngine
from dispatch.services.roads.round import RoadTravel
from dispatch.services.roads.valhalla import ValhallaEngine
from dispatch.services.roads.valhalla_embedded import EmbeddedValhalla
from dispatch.services.roads.valhalla_http import ValhallaServer

REST_S = 30.0
"""After a round in which an engine failed, the next ones leave it alone for this long."""


class RoundTravel(TravelProvider, Protocol):
    """A provider that says what answered."""

    @property
    def mark(self) -> str:
        """What answered, in a few words."""


class CrowTravel(GreatCircleTravel):
    """The default: no map."""

    mark = "great_circle"


@dataclass(slots=True)
class _InUse:
    """The engine of this process, what it was made from, and until when it is left alone."""

    made_from: tuple[str, str, str]
    engine: RoadEngine
    rests_until_s: float = 0.0
    why: str = ""


_in_use: list[_InUse] = []  # one at most


@contextmanager
def roads_of_round(*, now: datetime) -> Iterator[RoundTravel]:
    """Give a provider for one round; what it learnt is written down at the end, if all went well.

    A round may be in a transaction that only reads, so the writing comes after it.
    """
    if settings.TRAVEL_PROVIDER == "great_circle":
        yield CrowTravel()
        return
    current = _current()
    rests = time.monotonic() < current.rests_until_s
    asker = Asker(current.engine, settings.TRAVEL_TIMEOUT_S, given_up=current.why if rests else "")
    travel = RoadTravel(
        asker, nearest=settings.TRAVEL_STATIONS, map_version=settings.TRAVEL_MAP_VERSION
    )
    yield travel
    if not rests and asker.given_up not in {"", TIME_WAS_UP}:
        current.why, current.rests_until_s = asker.given_up, time.monotonic() + REST_S
    travel.keep(now=now)


def _current() -> _InUse:
    made_from = (settings.TRAVEL_PROVIDER, settings.TRAVEL_URL, str(settings.TRAVEL_MAP_DIR))
    if not _in_use or _in_use[0].made_from != made_from:
        close_engine()
        _in_use.append(_InUse(made_from, _make(*made_from)))
    return _in_use[0]


def close_engine() -> None:
    """Let go of the engine of this process; the next round makes it anew."""
    while _in_use:
        _in_use.pop().engine.close()


def _make(provider: str, url: str, directory: str) -> RoadEngine:
    if provider == "osrm":
        return OsrmEngine(url)
    if provider == "valhalla_http":
        return ValhallaEngine(provider, ValhallaServer(url))
    return ValhallaEngine(provider, EmbeddedValhalla(Path(directory)))
