"""Proven lower bounds on the cost of any plan."""

from dispatch.planning.schedule import Schedule


def least_cost_s(schedule: Schedule) -> int:
    """Each truck alone in the region: no plan can cost less, and it takes no time to know."""
    return schedule.constant_s + sum(job.least_cost_s for job in schedule.jobs)
