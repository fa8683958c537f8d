"""Orderly charging is never late without need, never over the limit, never dearer than need be."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from dispatch.planning.charging import ChargeJob, charge_schedule
from dispatch.planning.orderly import energy_cost_cny, orderly_schedule

HOUR = 3600
LIMIT_W = 400_000
PRICES = [(0, 900), (HOUR, 300), (2 * HOUR, 600)]


@st.composite
def jobs(draw: st.DrawFn) -> list[ChargeJob]:
    return [
        ChargeJob(
            slot=f"S{number}",
            pack=f"P{number}",
            energy_wh=draw(st.integers(0, 280_000)),
            full_wh=draw(st.integers(200_000, 280_000)),
            max_power_w=draw(st.integers(60_000, 250_000)),
            ready_by_s=draw(st.none() | st.integers(0, 6 * HOUR)),
            available_s=draw(st.just(0) | st.integers(0, HOUR)),
        )
        for number in range(draw(st.integers(1, 6)))
    ]


@given(jobs(), st.integers(0, 900))
def test_no_pack_is_late_that_need_not_be_and_the_limit_holds(
    given: list[ChargeJob], phase_s: int
) -> None:
    schedule = orderly_schedule(given, limit_w=LIMIT_W, prices=PRICES, phase_s=phase_s)
    soonest = charge_schedule(given, limit_w=LIMIT_W)
    assert set(schedule.late) <= set(soonest.late)
    assert set(schedule.ready_s) == {job.pack for job in given}
    for moment in {period.from_s for period in schedule.periods}:
        active = [p for p in schedule.periods if p.from_s <= moment < p.to_s]
        assert sum(p.power_w for p in active) <= LIMIT_W * 0.94 + 1e-6
    for job in given:
        energy_wh = sum(
            p.power_w * (p.to_s - p.from_s) / 3600 for p in schedule.periods if p.pack == job.pack
        )
        assert energy_wh == pytest.approx(max(0, job.full_wh - job.energy_wh), abs=0.01)


@given(jobs())
def test_it_costs_what_a_linear_program_says_is_the_least(given: list[ChargeJob]) -> None:
    relaxed = [replace(job, ready_by_s=4 * HOUR, available_s=0) for job in given]
    schedule = orderly_schedule(relaxed, limit_w=900_000, prices=PRICES)
    lengths = np.array([HOUR, HOUR, 2 * HOUR])
    price = np.array([900, 300, 600]) / 1000
    count = len(relaxed)
    upper = [(0, job.max_power_w * length / 3.6e6) for job in relaxed for length in lengths]
    rows = np.kron(np.eye(count), np.ones(3))
    wanted = [max(0, job.full_wh - job.energy_wh) / 1000 for job in relaxed]
    limits = np.tile(np.eye(3), count)
    best = linprog(
        np.tile(price, count),
        A_ub=limits,
        b_ub=900_000 * 0.94 * lengths / 3.6e6,
        A_eq=rows,
        b_eq=wanted,
        bounds=upper,
    )
    if best.status == 0 and best.fun is not None:
        assert energy_cost_cny(schedule, PRICES) == pytest.approx(best.fun / 0.94, rel=1e-6)
        assert not schedule.late


def test_without_prices_a_pack_charges_at_once_and_the_one_due_first_before_the_others() -> None:
    job = ChargeJob(slot="A", pack="A", energy_wh=0, full_wh=94_000, max_power_w=94_000)
    due = replace(job, slot="B", pack="B", ready_by_s=HOUR)
    schedule = orderly_schedule([job, due], limit_w=100_000)
    assert schedule.ready_s == {"B": HOUR, "A": 2 * HOUR}


def test_a_late_pack_charges_now_however_dear_the_hour_is() -> None:
    late = ChargeJob(
        slot="A", pack="A", energy_wh=0, full_wh=94_000, max_power_w=94_000, ready_by_s=0
    )
    schedule = orderly_schedule([late], limit_w=100_000, prices=PRICES)
    assert schedule.ready_s == {"A": HOUR}
    assert schedule.late == ("A",)
