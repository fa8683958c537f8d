"""Tell people when the planner itself is ill."""

from datetime import datetime

from dispatch.models import PlanRun, Quarantine
from telematics.models import Alarm

IN_A_ROW = 3


def note_planner_health(run: PlanRun, *, now: datetime) -> None:
    """Open one alarm after `IN_A_ROW` failures of the planner, and close it when it works again.

    Failures of another region do not close it: it names no region but says which in its detail.
    """
    live = Quarantine.objects.filter(region=run.region, digest=run.digest, lifted_at__isnull=True)
    if live.exists():
        return  # the quarantine has its own alarm, which stands while it does
    open_alarms = Alarm.objects.filter(kind=Alarm.Kind.PLANNER, closed_at__isnull=True)
    mine = open_alarms.filter(detail__startswith=f"{run.region.code}: ")
    if run.state not in {PlanRun.State.FALLBACK, PlanRun.State.FAILED}:
        mine.update(closed_at=now)
        return
    earlier = PlanRun.objects.filter(region=run.region).exclude(pk=run.pk)
    last = list(earlier.order_by("-started_at", "-pk").values_list("state", flat=True))
    failures = [PlanRun.State.FALLBACK.value, PlanRun.State.FAILED.value]
    if len(last) < IN_A_ROW - 1 or any(s not in failures for s in last[: IN_A_ROW - 1]):
        return
    detail = f"{run.region.code}: {run.error}"[:300]
    if not open_alarms.update(detail=detail):
        Alarm.objects.create(kind=Alarm.Kind.PLANNER, level=2, detail=detail, opened_at=now)
