"""What the demo tells people: where the doors are, and the first things that happen."""

import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.error import URLError

import psycopg

EVERY_S = 0.5
MOVING_KMH = 5.0
QUESTIONS = {
    "first moving truck": (
        "SELECT EXISTS (SELECT FROM telematics_truckstate"
        " WHERE speed_kmh > %(moving_kmh)s AND received_at > %(since)s)"
    ),
    "first completed swap": (
        "SELECT count(*) > %(swaps_before)s FROM dispatch_swapassignment WHERE state = 'done'"
    ),
}

SHOWN = {"fleet_manager": "Fleet manager", "station_operator": "Station operator"}


def web_answers(base_url: str) -> bool:
    """Whether the web server answers now."""
    try:
        with urllib.request.urlopen(f"{base_url}/livez", timeout=2) as answer:  # noqa: S310 -- own
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


class Milestones:
    """The first things that happen after a start, each told once."""

    def __init__(self, database_url: str, *, since_s: float) -> None:
        """Look from the service's instant `since_s` (seconds since 1970) on."""
        self._database_url = database_url
        self._began_s = self._asked_s = time.monotonic()
        (swaps,) = self._ask("SELECT count(*) FROM dispatch_swapassignment WHERE state = 'done'")
        self._facts = {
            "moving_kmh": MOVING_KMH,
            "since": datetime.fromtimestamp(since_s, UTC),
            "swaps_before": swaps,
        }
        self._open = dict(QUESTIONS)

    def _ask(self, question: str) -> tuple[Any, ...]:
        with psycopg.connect(self._database_url, connect_timeout=2) as connection:
            answer = connection.execute(question.encode(), getattr(self, "_facts", None))
            return answer.fetchone() or (None,)

    def reached(self) -> Iterator[str]:
        """Yield a name for each milestone reached since the last time."""
        if not self._open or time.monotonic() - self._asked_s < EVERY_S:
            return
        self._asked_s = time.monotonic()
        for name, question in [*self._open.items()]:
            try:
                (is_reached,) = self._ask(question)
            except psycopg.OperationalError:  # the server starts again; ask later
                return
            if is_reached:
                del self._open[name]
                yield name


def doors(base_url: str, world: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that say where to enter, from what the scenario wrote about its people."""
    for role, name in SHOWN.items():
        login = next(login for login in world["logins"] if login["role"] == role)
        yield f"{name:<17} {base_url}{login['path']}  {login['username']} / {login['password']}"
    yield f"{'Driver':<17} {base_url}{world['driver_link']}"
    yield f"{'API':<17} {base_url}/api/v1/docs"
    if visitor := world.get("visitor"):
        yield f"{'A truck for you':<17} {visitor['plate']}  KEY={visitor['obu_key']}"
