"""Ask for a plan at once, when something happened that cannot wait for the next round."""

from datetime import datetime

from fleet.services.jobs import promise_job
from telematics.services.asking import ANSWER_TASK

PLAN_TASK = "dispatch.run_plan"
ONE_TRUCK_TASK = ANSWER_TASK


def promise_replan(region_id: int, *, cause: str, now: datetime) -> bool:
    """Promise a plan of the region; equal causes within a second are one; True if it was new."""
    second = int(now.timestamp())
    return promise_job(
        name=PLAN_TASK,
        key=f"urgent:{region_id}:{cause}:{second}",
        queue="plan",
        region_id=region_id,
        cause=cause,
    )


def promise_one_truck(truck_id: int, *, cause: str, now: datetime) -> bool:
    """Promise one truck its own answer, which waits for no plan of the region; True if new."""
    second = int(now.timestamp())
    return promise_job(
        name=ONE_TRUCK_TASK,
        key=f"one:{truck_id}:{cause}:{second}",
        truck_id=truck_id,
        cause=cause,
    )
