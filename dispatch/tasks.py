"""Celery tasks of dispatch: each takes a job's row and calls one service (ADR 0003)."""

import time
from datetime import datetime

from django.conf import settings

from dispatch.services.channels.book import channels
from dispatch.services.channels.deliver import deliver
from dispatch.services.channels.ladder import climb
from dispatch.services.channels.sweep import sweep_news
from dispatch.services.charging.plan import plan_charging, stations_that_charge
from dispatch.services.consumption.learn import LEARN_TASK, learn_consumption
from dispatch.services.gate.closed_lanes import (
    LEAVE_TASK,
    leave_closed_lanes,
    wait_for_plan_s,
)
from dispatch.services.gate.unusable import break_holds
from dispatch.services.late_credit import credit_retro_events
from dispatch.services.outbox import Tick
from dispatch.services.plans.archive import sweep_runs
from dispatch.services.plans.explanations import EXPLAIN_TASK, explain_run
from dispatch.services.plans.replans import ONE_TRUCK_TASK, PLAN_TASK
from dispatch.services.plans.runs import RegionBusyError, run_plan
from dispatch.services.promises.measure import measure_spreads
from dispatch.services.promises.now import answer_truck
from dispatch.services.promises.outcomes import note_outcomes, sweep_outcomes
from dispatch.services.promises.watch import expire_offers, watch_assignments
from dispatch.services.roads.book import prune_books
from dispatch.services.stations.energy import add_up_energy
from dispatch.services.stations.stock_outs import note_stock_outs
from dispatch.services.summaries.mail import SEND_TASK, promise_summaries, send_summary
from dispatch.services.trips.progress import advance_trips
from dispatch.services.trips.shuttles import extend_shuttles
from dispatch.services.workbench.drafts import PREVIEW_TASK, sweep_drafts
from dispatch.services.workbench.preview import preview_draft
from fleet import clock
from fleet.services.jobs import sweep_jobs
from fleet.services.quarantine import BREAK_HOLDS_TASK
from fleet.services.sent_files import sweep_sent_files
from fleet.tasks import JobBusyError, job_task
from telematics.services.alarms.promised import RING_TASK
from telematics.services.clones.watch import WATCH_TASK
from telematics.services.gaps.keep import EVERY_S as GAPS_EVERY_S
from telematics.services.late.retro import CREDIT_TASK

BUSY_WAIT_S = 0.3
CLIMBS_FOR_S = 20.0
SCHEDULE = (
    Tick(name=PLAN_TASK, every_s=settings.PLAN_EVERY_S, queue="plan", is_per_region=True),
    Tick(name="dispatch.expire_offers", every_s=2),
    Tick(name="dispatch.watch_assignments", every_s=2),
    Tick(name="dispatch.climb", every_s=2),
    Tick(name="dispatch.plan_charging", every_s=20),
    Tick(name="dispatch.add_up_energy", every_s=60),
    Tick(name="dispatch.note_stock_outs", every_s=20),
    Tick(name="dispatch.sweep", every_s=600),
    Tick(name="dispatch.advance_trips", every_s=5),
    Tick(name=LEARN_TASK, every_s=60),
    Tick(name="dispatch.note_outcomes", every_s=30),
    Tick(name="dispatch.measure_spreads", every_s=120),
    Tick(name="dispatch.promise_summaries", every_s=60),
    Tick(name="telematics.keep_partitions", every_s=3600),
    Tick(name=WATCH_TASK, every_s=10),
    Tick(name="telematics.rebuild_a_key", every_s=1800),
    Tick(name="telematics.watch_strays", every_s=60),
    Tick(name="telematics.roll_up", every_s=60),
    Tick(name="telematics.promise_dirty_days", every_s=30),
    Tick(name="telematics.freshen_today", every_s=300),
    Tick(name=RING_TASK, every_s=5),
    Tick(name="telematics.keep_gaps", every_s=GAPS_EVERY_S),
)


@job_task(name=PLAN_TASK, lease_s=60)
def run_plan_task(*, region_id: int, cause: str = "tick") -> None:
    """Plan a region once."""
    try:
        run_plan(region_id, cause=cause, read_clock=clock.now)
    except RegionBusyError as error:
        raise JobBusyError(wait_s=BUSY_WAIT_S) from error


@job_task(name=PREVIEW_TASK, lease_s=60)
def preview_draft_task(*, draft_id: int, revision: int) -> None:
    """Look at the next plan with and without a person's draft; no promise is written."""
    preview_draft(draft_id, revision, read_clock=clock.now)


@job_task(name=ONE_TRUCK_TASK, lease_s=30)
def plan_one_truck_task(*, truck_id: int, cause: str) -> None:
    """Answer one truck beside all promises that stand, before the region's plan comes to it."""
    answer_truck(truck_id, cause=cause, now=clock.now())


@job_task(name=EXPLAIN_TASK, lease_s=90)
def explain_run_task(*, run_id: int) -> None:
    """Keep with a run's promises why their stations were chosen."""
    explain_run(run_id)


@job_task(name="dispatch.expire_offers", lease_s=30)
def expire_offers_task() -> None:
    """End the offers nobody answered in time."""
    expire_offers(now=clock.now())


@job_task(name="dispatch.watch_assignments", lease_s=30)
def watch_assignments_task() -> None:
    """Move promises along as the trucks' movements tell, and end those whose time is over."""
    watch_assignments(now=clock.now())


@job_task(name="dispatch.climb", lease_s=60)
def climb_task() -> None:
    """Bring news that drivers have not seen to them by the next channel."""
    ends_s = time.monotonic() + CLIMBS_FOR_S
    climb(now=clock.now())
    while deliver(channels=channels(), now=clock.now()) and time.monotonic() < ends_s:
        climb(now=clock.now())


@job_task(name="dispatch.plan_charging", lease_s=60)
def plan_charging_task(station_id: int | None = None) -> None:
    """Plan what the slots of a station charge; of all stations, each on its own, by the tick."""
    for pk in stations_that_charge() if station_id is None else [station_id]:
        plan_charging(pk, now=clock.now())


@job_task(name="dispatch.add_up_energy", lease_s=60)
def add_up_energy_task() -> None:
    """Add up what stations charged in the hour that is ending, by quarters."""
    add_up_energy(now=clock.now())


@job_task(name="dispatch.note_stock_outs", lease_s=30)
def note_stock_outs_task() -> None:
    """Notice which stations have no charged pack left, and which have one again."""
    note_stock_outs(now=clock.now())


@job_task(name=BREAK_HOLDS_TASK, lease_s=30)
def break_holds_task(*, pack_id: int, why: str = "pack_quarantined") -> None:
    """Move the promises off a pack that cannot be handed out."""
    break_holds([pack_id], why=why, now=clock.now())


@job_task(name=LEAVE_TASK, lease_s=30)
def leave_closed_task(*, station_id: int, since: str) -> None:
    """Move what no plan moved out of closed lanes."""
    now = clock.now()
    if wait_s := wait_for_plan_s(datetime.fromisoformat(since), now=now):
        raise JobBusyError(wait_s=wait_s)
    leave_closed_lanes(station_id, now=now)


@job_task(name=CREDIT_TASK, lease_s=60)
def credit_retro_events_task(*, truck_id: int) -> None:
    """Name the promise of then in what late reports of a truck showed."""
    credit_retro_events(truck_id)


@job_task(name="dispatch.advance_trips", lease_s=60)
def advance_trips_task() -> None:
    """Move trips along as the trucks do, and give shuttles their next ones."""
    advance_trips(now=clock.now())
    extend_shuttles(now=clock.now())


@job_task(name=LEARN_TASK, lease_s=120)
def learn_consumption_task() -> None:
    """Learn what trucks consume from the drives they have reported."""
    learn_consumption(now=clock.now())


@job_task(name="dispatch.note_outcomes", lease_s=60)
def note_outcomes_task() -> None:
    """Keep what came of promises that are over, and what each cost beyond its fair share."""
    note_outcomes(now=clock.now())


@job_task(name="dispatch.measure_spreads", lease_s=120)
def measure_spreads_task() -> None:
    """Measure how far things turn out from what was predicted, region by region."""
    measure_spreads(now=clock.now())


@job_task(name="dispatch.promise_summaries", lease_s=60)
def promise_summaries_task() -> None:
    """Promise the reports by mail whose period is over and settled."""
    promise_summaries(now=clock.now())


@job_task(name=SEND_TASK, lease_s=120)
def send_summary_task(*, sending_id: int) -> None:
    """Send one report by mail."""
    send_summary(sending_id, now=clock.now())


@job_task(name="dispatch.sweep", lease_s=300)
def sweep_task() -> None:
    """Delete what was done, looked at or asked for long ago and nobody comes back to."""
    sweep_jobs()
    sweep_sent_files()
    sweep_runs(now=clock.now())
    prune_books(now=clock.now())
    sweep_outcomes(now=clock.now())
    sweep_news(now=clock.now())
    sweep_drafts(now=clock.now())
