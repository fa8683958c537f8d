"""Keep the ETA of accepted promises true while their trucks drive."""

from datetime import datetime, timedelta

from dispatch.models import DriverNotice, SwapAssignment
from dispatch.services.news import refresh_downlink, tell_driver
from dispatch.services.plans.plan_to_promise import soc_on_arrival
from dispatch.snapshot import Snapshot, way_of

WORTH_TELLING = timedelta(minutes=2)
DRIVING = {"accepted", "en_route"}


def refresh_etas(snapshot: Snapshot, *, now: datetime) -> int:
    """Write ETA, distance and charge on arrival of firm promises anew; return how many moved."""
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
        )
        if changed:
            moved += 1
            assignment.refresh_from_db()
            refresh_downlink(assignment.truck_id, now=now)
            tell_driver(assignment, kind=DriverNotice.Kind.CHANGED, now=now)
    return moved
