"""Small days: equal seeds give equal days, nothing is made or lost, faults are found."""

from dataclasses import replace

import numpy as np
import pytest

from dispatch.planning.baseline import greedy
from dispatch.planning.check import check_plan
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.prices import Prices
from dispatch.planning.problem import SwapProblem
from dispatch.simulation.day.bound import DayBound
from dispatch.simulation.day.followed import Limits, known_policy
from dispatch.simulation.day.known import KnownDay
from dispatch.simulation.day.params import DayParams
from dispatch.simulation.day.planned import Planned
from dispatch.simulation.day.runs import (
    BOUND,
    KNOWN,
    POLICIES,
    DayResult,
    DayTask,
    build,
    policy_of,
    run_task,
)
from dispatch.simulation.day.tally import Tally
from dispatch.simulation.day.view import Decision, View
from dispatch.simulation.day.world import Day

SMALL = DayTask(policy="planner", trucks=24, stations=8, hours=2, work_limit=20)


class Watch:
    """Asks another policy, and looks at the world each time."""

    def __init__(self, task: DayTask) -> None:
        self._policy = policy_of(task)
        self.day: Day | None = None
        self.looks = 0

    def decide(self, view: View) -> list[Decision]:
        assert self.day is not None
        self.looks += 1
        for site, body in zip(self.day.sites, self.day.stations, strict=True):
            for kind, packs in body.ready_s.items():
                assert len(packs) == len(site.packs[kind]), "a pack was made or lost"
            swapping = sum(until_s > view.now_s for until_s in body.busy_until_s)
            inside = [t for t in self.day.trucks.values() if t.stage == "lane"]
            here = [t for t in inside if self.day.sites[t.site] is site]
            assert len(here) <= site.lanes, "two trucks in one lane"
            assert len(here) == swapping
        stranded = sum(truck.energy_wh < 0 for truck in self.day.trucks.values())
        assert stranded <= self.day.tally.stranded
        return self._policy.decide(view)


def run(task: DayTask, params: DayParams | None = None) -> tuple[Day, Tally]:
    sites, trucks = build(params or task.params)
    watch = Watch(task)
    watch.day = Day(params or task.params, sites, trucks, watch)
    tally = watch.day.run()
    assert watch.looks > 0
    return watch.day, tally


@pytest.mark.parametrize("policy", POLICIES)
def test_everybody_gets_through_the_day_and_nothing_is_lost(policy: str) -> None:
    day, tally = run(replace(SMALL, policy=policy))
    assert tally.unfinished == 0
    assert tally.stranded == 0
    assert len(tally.swaps) > 10
    assert sum(truck.swaps for truck in day.trucks.values()) == len(tally.swaps)
    assert all(row.wait_s >= 0 for row in tally.swaps)


@pytest.mark.parametrize("policy", POLICIES)
def test_equal_seeds_give_equal_days(policy: str) -> None:
    first, again = (run_task(replace(SMALL, policy=policy)) for _ in range(2))
    other = run_task(replace(SMALL, policy=policy, seed=2))
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_one_truck_is_in_a_lane_and_takes_packs_that_are_charged() -> None:
    day, tally = run(replace(SMALL, policy="nearest"))
    for index, site in enumerate(day.sites):
        times = sorted((r.started_s, r.ended_s) for r in tally.swaps if r.site == index)
        for started_s, ended_s in times:
            others = sum(a <= started_s < b for a, b in times)
            assert ended_s - started_s == site.swap_s
            assert others <= site.lanes


def test_chance_is_the_same_for_every_policy_and_hidden_from_it() -> None:
    params = SMALL.params
    sites, trucks = build(params)
    days = [Day(params, sites, trucks, policy_of(replace(SMALL, policy=p))) for p in POLICIES]
    lucks = [[day.luck.of(truck) for truck in trucks] for day in days]
    assert all(luck == lucks[0] for luck in lucks)
    assert len({luck.pace for luck in lucks[0]}) == len(trucks)


def test_a_truck_that_runs_empty_is_counted() -> None:
    """Planted: packs that hold a twentieth of what is told strand somebody."""
    params = SMALL.params
    sites, trucks = build(params)
    day = Day(params, sites, trucks, policy_of(SMALL))
    for body in day.trucks.values():
        body.energy_wh /= 20.0
    assert day.run().stranded > 0


def test_a_policy_that_promises_nothing_leaves_drivers_to_themselves() -> None:
    class Silent:
        def decide(self, view: View) -> list[Decision]:
            assert view.sites
            return []

    params = SMALL.params
    sites, trucks = build(params)
    tally = Day(params, sites, trucks, Silent()).run()
    assert tally.unfinished == 0
    assert tally.unplanned == len(tally.swaps) > 0


def test_who_refuses_is_offered_another_station() -> None:
    params = SMALL.params
    always = replace(params, chances=replace(params.chances, refused_share=0.5))
    _, tally = run(SMALL, always)
    assert tally.refused > 5
    assert tally.unfinished == 0


def expected(policy: str) -> DayResult:
    task = replace(SMALL, policy=policy, is_as_expected=True, bound_steps=60, known_steps=60)
    return run_task(task)


def test_no_policy_loses_less_than_the_bound_not_even_one_that_knows_the_day() -> None:
    bound = expected(BOUND)
    assert bound.lost_min > 0
    known = expected(KNOWN)
    assert known.stranded == known.unplanned == known.unfinished == 0
    assert bound.lost_min - 1e-6 <= known.lost_min <= expected("planner").lost_min
    for policy in POLICIES:
        assert expected(policy).lost_min >= bound.lost_min - 1e-6


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_at_any_prices_the_bound_is_below_a_day_that_was_lived_through(seed: int) -> None:
    """Lanes and packs are so few that the trucks lose time to each other."""
    task = replace(SMALL, trucks=40, hours=8, is_as_expected=True, seed=seed)
    sites, trucks = build(task.params)
    known = known_policy(sites, trucks, limits=Limits(60, 60))
    tally = Day(task.params, sites, trucks, known).run()
    assert tally.unfinished == tally.stranded == tally.unplanned == 0
    least_min = sum(tally.lost_s.values()) / 60
    bound = DayBound(sites, trucks)
    found = bound.find(steps=60)
    assert found.alone_min < found.lost_min <= least_min
    chance = np.random.default_rng(seed)
    for scale in (0.01, 0.1, 1.0):
        wild = Prices(
            *(
                chance.exponential(scale, prices.shape)
                for prices in (found.prices.lanes, found.prices.stock)
            )
        )
        assert bound.evaluate(wild)[0] <= least_min
        mixed = wild.blended(found.prices, 0.9)
        assert bound.evaluate(mixed)[0] <= least_min


def test_what_is_known_is_found_as_it_is_lived_through() -> None:
    """Nobody waits longer than was found, and nothing is taken twice."""
    task = replace(SMALL, trucks=60, is_as_expected=True)
    sites, trucks = build(task.params)
    bound = DayBound(sites, trucks)
    search = KnownDay(bound, bound.find(steps=20).prices)
    found = search.find(steps=40)
    graph = bound.graph
    for swaps in found.values():
        for row, start in swaps:
            assert start >= graph.start_min[row]
    taken = np.zeros_like(bound.there_is.stock)
    for row, start in (swap for swaps in found.values() for swap in swaps):
        taken[graph.pool[row], start : start + graph.out_min[row]] += graph.positions[row]
    assert (taken <= bound.there_is.stock).all()
    again = KnownDay(bound, bound.find(steps=20).prices).find(steps=40)
    assert again == found


def test_prices_raise_the_bound_above_what_each_truck_alone_would_lose() -> None:
    task = replace(SMALL, trucks=60, is_as_expected=True)
    sites, trucks = build(task.params)
    found = DayBound(sites, trucks).find(steps=60)
    assert found.lost_min > found.alone_min


def test_the_bound_finds_a_planted_lane_that_does_not_exist() -> None:
    """A day with more lanes and packs must have a lower bound; without them a higher one."""
    task = replace(SMALL, trucks=60, is_as_expected=True)
    sites, trucks = build(task.params)
    rich = tuple(
        replace(site, lanes=9, packs={kind: held * 9 for kind, held in site.packs.items()})
        for site in sites
    )
    poor, plenty = (DayBound(these, trucks).find(steps=60) for these in (sites, rich))
    assert plenty.lost_min < poor.lost_min
    assert plenty.lost_min == pytest.approx(plenty.alone_min)


def test_the_planner_is_asked_as_in_production() -> None:
    """Each plan it gives keeps every rule of the exchange format."""
    faults: list[str] = []

    def checked(problem: SwapProblem, params: PlannerParams, *, seed: int = 0) -> SwapPlan:
        plan = greedy(problem, params, seed=seed)
        faults.extend(str(fault) for fault in check_plan(problem, plan))
        return plan

    params = SMALL.params
    sites, trucks = build(params)
    Day(params, sites, trucks, Planned(checked, PlannerParams(), keeps=False)).run()
    assert faults == []
