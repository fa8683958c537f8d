"""Celery tasks of dispatch: each takes a job's row and calls one service (ADR 0003)."""

from dispatch.services.charging import plan_charging, stations_that_charge
from dispatch.services.outbox import Tick
from dispatch.services.watch import expire_offers
from fleet import clock
from fleet.services.jobs import sweep_jobs
from fleet.tasks import job_task

SCHEDULE = (
    Tick(name="dispatch.expire_offers", every_s=5),
    Tick(name="dispatch.plan_charging", every_s=20),
    Tick(name="dispatch.sweep_jobs", every_s=600),
)


@job_task(name="dispatch.expire_offers", lease_s=30)
def expire_offers_task() -> None:
    """End the offers nobody answered in time."""
    expire_offers(now=clock.now())


@job_task(name="dispatch.sweep_jobs", lease_s=120)
def sweep_jobs_task() -> None:
    """Delete the rows of work done long ago."""
    sweep_jobs()


@job_task(name="dispatch.plan_charging", lease_s=60)
def plan_charging_task(station_id: int | None = None) -> None:
    """Plan what the slots of a station charge; of all stations, each on its own, by the tick."""
    for pk in stations_that_charge() if station_id is None else [station_id]:
        plan_charging(pk, now=clock.now())
