"""One line a minute: what the world is doing and what the service answered."""

from collections import Counter
from collections.abc import Callable

from dispatch.management.world.wire import Traffic
from dispatch.simulation.bodies import Stage
from dispatch.simulation.world import World


class Lines:
    """Prints how the world goes."""

    def __init__(self, world: World, *, say: Callable[[str], None]) -> None:
        self.world, self._say = world, say

    def minute(self, traffic: Traffic) -> None:
        """Print the line."""
        stages = Counter(truck.stage for truck in self.world.state.trucks.values())
        tally = self.world.tally
        standing = stages[Stage.DWELL] + stages[Stage.WAIT]
        at_stations = stages[Stage.GATE] + stages[Stage.LANE]
        mean_wait_s = tally.wait_s / tally.swaps if tally.swaps else 0.0
        mean_ms = 1_000.0 * traffic.seconds / traffic.requests if traffic.requests else 0.0
        self._say(
            f"trucks: {stages[Stage.DRIVE]} moving, {standing} standing"
            f" ({stages[Stage.WAIT]} low or early), {at_stations} at stations,"
            f" {stages[Stage.STRANDED] + stages[Stage.TOWED]} stranded"
            f" | swaps {tally.swaps}, mean wait {mean_wait_s:.0f} s,"
            f" windows kept {tally.windows_kept}/{tally.arrivals}"
            f" | offers: {tally.accepted} accepted, {tally.declined} declined,"
            f" {tally.expired} expired, {tally.no_shows} not kept"
            f" | strandings {tally.stranded}, lane faults {tally.lane_faults},"
            f" refused {tally.refused_check_ins} check-ins {tally.refused_swaps} swaps"
            f" | HTTP: {traffic.requests} requests, {mean_ms:.0f} ms,"
            f" {traffic.refused} refused, {traffic.busy} busy, {traffic.errors} errors 5xx,"
            f" {traffic.lost} lost {_named(traffic.codes)}"
        )


def _named(codes: dict[str, int]) -> str:
    rows = sorted(codes.items(), key=lambda row: -row[1])[:6]
    return ", ".join(f"{count}x {code}" for code, count in rows)
