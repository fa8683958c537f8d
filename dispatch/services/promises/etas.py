"""Keep the ETA of accepted promises true while their trucks drive."""

from datetime import datetime, timedelta

from dispatch.models import DriverNotice, SwapAssignment
from dispatch.planning.windows import Approach, probability_by
from dispatch.services.news import refresh_downlink, tell_driver
from dispatch.services.plans.plan_to_promise import soc_on_arrival
from dispatch.snapshot import Snapshot, WayToStation, way_of

WORTH_TELLING = timedelta(minutes=2)
DRIVING = {"accepted", "en_route"}


def refresh_etas(snapshot: Snapshot, *, now: datetime) -> int:
    """Write ETA, distance, charge on arrival and probability of firm promises anew.

    Return how many moved. The window stays as it was accepted.
    """
    moved = 0
    for assignment in snapshot.standing.firm.values():
        ahead = snapshot.on_shift.get(assignment.truck_id)
        way = way_of(assignment, ahead) if ahead and assignment.state in DRIVING else None
        if ahead is None or way is None:
            continue
        eta = snapshot.as_of + timedelta(seconds=way.arrive_s)
        if abs(eta - assignment.eta) < WORTH_TELLING:
            continue
        changed = SwapAssignment.objects.filter(
            pk=assignment.pk, version=assignment.version, state__in=DRIVING
        ).update(
            eta=eta,
            distance_m=way.distance_m,
            soc_on_arrival_percent=soc_on_arrival(ahead, way),
            probability=_still_kept(assignment, way, snapshot),
        )
        if changed:
            moved += 1
            assignment.refresh_from_db()
            refresh_downlink(assignment.truck_id, now=now)
            tell_driver(assignment, kind=DriverNotice.Kind.CHANGED, now=now)
    return moved


def _still_kept(assignment: SwapAssignment, way: WayToStation, snapshot: Snapshot) -> float:
    """Return how likely the swap begins before the window is over, by what is known now."""

    def ahead_s(at: datetime) -> float:
        return (at - snapshot.as_of).total_seconds()

    ready_s = ahead_s(assignment.packs_ready_at) if assignment.packs_ready_at else 0.0
    approach = Approach(
        start_s=max(0.0, ahead_s(assignment.occupies.lower)),
        arrival_s=way.arrive_s,
        way_s=way.arrive_s,
        packs_s=ready_s if ready_s > 0 else None,
        charging_s=ready_s,
    )
    spreads = snapshot.spreads.of(way.road_class, assignment.station_id)
    return probability_by(ahead_s(assignment.window.upper), approach, spreads)
