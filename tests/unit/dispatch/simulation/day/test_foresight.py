"""Foresight: the day's orders are known, what it brings is not; swaps cost what they keep."""

from dataclasses import replace

import numpy as np
import pytest

from dispatch.planning.baseline import greedy
from dispatch.planning.params import PlannerParams
from dispatch.planning.prices import Prices
from dispatch.simulation.day.bound import DayBound
from dispatch.simulation.day.fleet import DayTruck, day_trucks
from dispatch.simulation.day.foreseen import AHEAD_S, Foresight, told_in_s
from dispatch.simulation.day.likely import Likely, likely_prices
from dispatch.simulation.day.policy import Nearest
from dispatch.simulation.day.problems import answer, ask
from dispatch.simulation.day.runs import FORESIGHT, DayTask, build, policy_of, run_task
from dispatch.simulation.day.sites import Site
from dispatch.simulation.day.view import Decision, View
from dispatch.simulation.day.world import Day
from dispatch.simulation.day.worth import Worth

SMALL = DayTask(
    policy=FORESIGHT, trucks=24, stations=8, hours=2, work_limit=20, draws=2, draw_steps=10
)


def prices_like(likely: Likely, bound: DayBound) -> Prices:
    """Give the prices of the stations as the bound has them."""
    stock = np.zeros_like(bound.there_is.stock)
    for pool, row in bound.pools.items():
        stock[row] = likely.packs[pool]
    return Prices(likely.lanes, stock)


def at_random(sites: tuple[Site, ...], *, scale_min: float) -> Likely:
    """Give prices that change every ten minutes."""
    chance = np.random.default_rng(3)

    def row() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.repeat(chance.exponential(scale_min, 288), 10)

    lanes = np.array([row() for _ in sites])
    packs = {(index, kind): row() for index, site in enumerate(sites) for kind in site.packs}
    return Likely(sites, lanes, packs)


def world() -> tuple[tuple[Site, ...], tuple[DayTruck, ...]]:
    return build(replace(SMALL, is_as_expected=True).params)


def test_everybody_gets_through_the_day_twice_alike() -> None:
    first, again = (run_task(SMALL) for _ in range(2))
    assert first.unfinished == first.stranded == 0
    assert first.swaps > 10
    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != run_task(replace(SMALL, policy="planner")).fingerprint


def test_a_draw_of_the_day_has_its_orders_and_other_charges() -> None:
    params = SMALL.params
    sites, trucks = build(params)
    drawn = {truck.number: truck for truck in day_trucks(replace(params, charges=1), sites)}
    pairs = [(truck, drawn[truck.number]) for truck in trucks if truck.number in drawn]
    assert len(pairs) > 20
    assert all(a.begins_s == b.begins_s and a.work.whole_s == b.work.whole_s for a, b in pairs)
    assert sum(a.energy_wh != b.energy_wh for a, b in pairs) > 20


def test_nothing_of_what_the_day_brings_is_foreseen() -> None:
    """Whatever charges the shifts really begin with, what is expected is the same."""
    params = SMALL.params
    sites, _ = build(params)
    one, other = (
        likely_prices(replace(params, charges=charges), sites, draws=2, steps=15)
        for charges in (0, 7)
    )
    assert one.packs.keys() == other.packs.keys()
    assert sum(row.sum() for row in one.packs.values()) + one.lanes.sum() > 0
    assert all((one.packs[pool] == other.packs[pool]).all() for pool in one.packs)


def test_where_nothing_is_worth_anything_each_way_costs_what_it_costs_alone() -> None:
    sites, trucks = world()
    free = at_random(sites, scale_min=0.0)
    worth, views = Worth(free), 0

    class Compared:
        def decide(self, view: View) -> list[Decision]:
            nonlocal views
            for before, after in zip(view.seekers, worth.weigh(view).seekers, strict=True):
                views += 1
                assert [choice.price_s for choice in after.choices] == pytest.approx(
                    [choice.price_s for choice in before.choices]
                )
            return []

    Day(SMALL.params, sites, trucks, Compared()).run()
    assert views > 50


def test_the_rest_of_a_shift_costs_what_the_bound_says_at_the_same_prices() -> None:
    sites, trucks = world()
    likely = at_random(sites, scale_min=0.02)
    worth, compared = Worth(likely), 0
    for truck in trucks:
        bound = DayBound(sites, (truck,)) if truck.work.outlook(0, truck.energy_wh) else None
        rest = worth.rest_min(truck, 0, truck.energy_wh)
        assert (bound is None) == (rest is None)
        if bound is None or rest is None:
            continue
        prices = prices_like(likely, bound)
        there_is = (prices.lanes * bound.there_is.lanes).sum()
        there_is += (prices.stock * bound.there_is.stock).sum()
        least = bound.evaluate(prices)[0] + there_is
        assert rest[truck.begins_s // 60] == pytest.approx(least)
        compared += 1
    assert compared > 10


def test_only_what_is_kept_from_later_trucks_is_paid_for() -> None:
    sites, _ = world()
    soon = at_random(sites, scale_min=0.1).after(100, 30, 90)
    assert (soon.lanes[:, :131] == 0).all()
    assert (soon.lanes[:, 131:] > 0).all()


def test_foresight_is_a_policy_of_its_own() -> None:
    with pytest.raises(ValueError, match="foresight"):
        policy_of(replace(SMALL, policy="oracle"))


class Watched:
    """Lets drivers do what they do, and keeps what foresight makes of each view."""

    def __init__(self, foresight: Foresight) -> None:
        self._foresight, self._drivers = foresight, Nearest()
        self.views: list[tuple[View, View]] = []

    def decide(self, view: View) -> list[Decision]:
        self.views.append((view, self._foresight.see(view)))
        return self._drivers.decide(view)


def seen() -> tuple[tuple[DayTruck, ...], list[tuple[View, View]]]:
    sites, trucks = world()
    params = replace(SMALL, is_as_expected=True).params
    drawn = day_trucks(replace(params, charges=1), sites)
    watched = Watched(Foresight(drawn, Worth(at_random(sites, scale_min=0.0))))
    Day(params, sites, trucks, watched).run()
    return trucks, watched.views


def test_who_is_told_within_two_hours_is_in_the_plan_before() -> None:
    trucks, views = seen()
    told = {seeker.truck.number for view, _ in views for seeker in view.seekers}
    before = {seeker.truck.number for _, view in views for seeker in view.untold}
    assert len(told) > 10
    assert {number for number in before if number > 0} <= told
    assert any(number < 0 for number in before)
    assert all(0 <= told_in_s(seeker) <= AHEAD_S for _, view in views for seeker in view.untold)
    # Nobody is in a plan twice: once a truck is seen, its charge is, and the drawn one goes.
    for view, after in views:
        numbers = [seeker.truck.number for seeker in after.untold]
        numbers += [seeker.truck.number for seeker in view.seekers]
        numbers += [comer.truck.number for comer in view.comers]
        assert len({abs(number) for number in numbers}) == len(numbers)
    begins_s = {truck.number: truck.begins_s for truck in trucks}
    for view, after in views:
        for seeker in after.untold:
            if seeker.truck.number < 0:
                assert view.now_s + seeker.ready_s == seeker.truck.begins_s
                assert seeker.truck.begins_s == begins_s[-seeker.truck.number]


def test_who_is_foreseen_holds_a_place_in_the_plan_and_is_promised_nothing() -> None:
    _, views = seen()
    view = max((after for _, after in views), key=lambda view: min(len(view.untold), 9))
    assert len(view.untold) > 1
    question = ask(view, foreseen=view.untold)
    ids = {seeker.truck.id for seeker in view.untold}
    plan = greedy(question.problem, PlannerParams())
    assert ids & {swap.truck for swap in plan.swaps}
    decided = {decision.truck for decision in answer(question, plan, view)}
    told = {seeker.truck.number for seeker in view.seekers}
    assert decided <= told | {comer.truck.number for comer in view.comers}
    assert not ids & {truck.id for truck in ask(view).problem.trucks}
