from dataclasses import replace
from math import inf
from pathlib import Path
from random import Random

from dispatch.planning.assemble import assemble_plan
from dispatch.planning.baseline import fill_greedily
from dispatch.planning.check import check_plan
from dispatch.planning.exchange import read_problem
from dispatch.planning.guide import Guide
from dispatch.planning.schedule import Schedule
from dispatch.planning.search import Search
from dispatch.planning.tolls import Tolls

DATA = Path(__file__).parents[3] / "data" / "planning"


def searched() -> tuple[Schedule, Search]:
    schedule = Schedule(read_problem(DATA / "shuttle-100x8-s1.json.gz"))
    fill_greedily(schedule)
    return schedule, Search(schedule, random=Random(1))  # noqa: S311 - not for secrets


def misleading(schedule: Schedule, *, slot_s: int) -> Guide:
    """Tolls that send every truck away from the first stations until late."""
    slots = -(-schedule.region.horizon_s // slot_s)
    dear = [20_000.0] * (slots // 2) + [0.0] * (slots - slots // 2)
    lanes = {
        name: dear if number < 4 else [0.0] * slots for number, name in enumerate(schedule.books)
    }
    return Guide(schedule, Tolls(slot_s, lanes, {}))


def test_the_best_schedule_is_kept_whatever_a_guide_says() -> None:
    schedule, search = searched()
    search.run(until_s=inf, bound_s=lambda: 0, most_steps=400)
    found_s = schedule.cost_s
    assert search.follow(misleading(schedule, slot_s=300))
    assert schedule.cost_s > found_s == search.best_s
    search.run(until_s=inf, bound_s=lambda: 0, most_steps=400)
    assert schedule.cost_s == found_s
    plan = assemble_plan(schedule, bound_s=0, seconds=0)
    assert check_plan(schedule.problem, plan) == ()
    assert plan.cost_s == found_s


def test_a_guide_that_sees_no_finer_or_comes_late_does_not_undo_the_work() -> None:
    schedule, search = searched()
    assert search.follow(misleading(schedule, slot_s=300))
    here_s = schedule.cost_s
    assert not search.follow(misleading(schedule, slot_s=300))
    assert schedule.cost_s == here_s
    search.run(until_s=inf, bound_s=lambda: 0, most_steps=300)
    here_s = schedule.cost_s
    assert not search.follow(misleading(schedule, slot_s=100), anew=False)
    assert schedule.cost_s == here_s


def test_a_way_is_found_only_within_what_may_be_spent() -> None:
    schedule, _ = searched()
    free = [job for job in schedule.jobs if job.index in schedule.placements]
    for job in free:
        schedule.take_out(job)
        cheapest = schedule.best(job)
        assert cheapest is not None
        assert schedule.best(job, within_s=cheapest.cost_s) is None
        within = schedule.best(job, within_s=cheapest.cost_s + 1)
        assert within == cheapest
        schedule.put(job, cheapest)


def test_what_may_be_spent_counts_no_tolls_but_the_choice_does() -> None:
    schedule, _ = searched()
    job = next(
        job
        for job in schedule.jobs
        if len({way.visits[0].detour.station for way in job.itineraries[:2]}) == 2
        and job.itineraries[1].least_s < job.itineraries[0].least_s + 500
    )
    schedule.take_out(job)
    plain = schedule.best(job)
    assert plain is not None
    station = plain.itinerary.visits[0].detour.station
    slots = -(-schedule.region.horizon_s // 300)
    lanes = {name: [5_000.0 if name == station else 0.0] * slots for name in schedule.books}
    schedule.tolls = Tolls(300, lanes, {})
    other = schedule.best(job)
    assert other is not None
    assert other.itinerary.visits[0].detour.station != station
    assert other.cost_s > plain.cost_s
    alone = schedule.best(job, within_s=plain.cost_s + 1)
    assert alone is not None
    assert (replace(alone, rank_s=0.0), alone.rank_s) == (
        replace(plain, rank_s=0.0),
        plain.cost_s + 5_000.0,
    )
