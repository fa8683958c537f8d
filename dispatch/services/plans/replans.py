"""Ask for a plan at once, when something happened that cannot wait for the next round."""

from datetime import datetime

from fleet.services.jobs import promise_job

PLAN_TASK = "dispatch.run_plan"


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
