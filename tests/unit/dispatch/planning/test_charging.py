import itertools
from math import ceil, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.charging import (
    ChargeJob,
    ChargeSchedule,
    PowerLimit,
    charge_schedule,
    power_into_packs_w,
)


@st.composite
def charge_jobs(draw: st.DrawFn, *, single_bottleneck_w: int | None = None) -> list[ChargeJob]:
    jobs = []
    for number in range(draw(st.integers(0, 8))):
        full_wh = draw(st.integers(1_000, 420_000))
        power_w = draw(st.integers(20_000, 360_000))
        jobs.append(
            ChargeJob(
                slot=f"S{number}",
                pack=f"P{number}",
                energy_wh=draw(st.integers(0, full_wh + 1_000)),
                full_wh=full_wh,
                max_power_w=single_bottleneck_w or power_w,
                ready_by_s=draw(st.none() | st.integers(0, 20_000)),
                available_s=draw(st.just(0) | st.integers(0, 8_000)),
            )
        )
    return jobs


@st.composite
def power_limits(draw: st.DrawFn) -> list[PowerLimit]:
    times = sorted(draw(st.sets(st.integers(0, 10_000), max_size=4)))
    watts = st.just(0) | st.integers(10_000, 2_500_000)
    steps = [PowerLimit(from_s, draw(watts)) for from_s in times]
    # at the end there is power, so that every pack gets full in the end
    return [*steps, PowerLimit(10_001, draw(st.integers(100_000, 2_500_000)))]


def budget_w(limits: list[PowerLimit], at_s: float) -> int:
    in_force = [step.power_w for step in limits if step.from_s <= at_s]
    return power_into_packs_w(in_force[-1]) if in_force else 0


def moments(
    schedule: ChargeSchedule, jobs: list[ChargeJob], limits: list[PowerLimit]
) -> list[float]:
    """One moment within every stretch in which nothing changes."""
    edges = {
        0.0,
        *(float(step.from_s) for step in limits),
        *(float(job.available_s) for job in jobs),
    }
    edges |= {edge for period in schedule.periods for edge in (period.from_s, period.to_s)}
    row = sorted(edges)
    return [(a + b) / 2 for a, b in itertools.pairwise(row) if b - a > 1e-6]


def powers_w(schedule: ChargeSchedule, at_s: float) -> dict[str, float]:
    at_work = [period for period in schedule.periods if period.from_s <= at_s < period.to_s]
    powers = {period.pack: period.power_w for period in at_work}
    assert len(powers) == len(at_work)
    return powers


def full_from_s(schedule: ChargeSchedule, job: ChargeJob) -> float:
    return max((p.to_s for p in schedule.periods if p.pack == job.pack), default=job.available_s)


@given(charge_jobs(), power_limits())
def test_the_limit_holds_and_no_power_is_wasted(
    jobs: list[ChargeJob], limits: list[PowerLimit]
) -> None:
    schedule = charge_schedule(jobs, limit_w=limits)
    for at_s in moments(schedule, jobs, limits):
        powers = powers_w(schedule, at_s)
        spare_w = budget_w(limits, at_s) - sum(powers.values())
        assert spare_w >= 0
        hungry = [job for job in jobs if job.available_s <= at_s < full_from_s(schedule, job)]
        assert set(powers) <= {job.pack for job in hungry}
        for job in hungry:
            assert powers.get(job.pack, 0) <= job.max_power_w
            if powers.get(job.pack, 0) < job.max_power_w:
                assert spare_w == 0
                for other in hungry:  # and what it lacks went to packs that are due before it
                    if due(other) > due(job):
                        assert other.pack not in powers


def due(job: ChargeJob) -> float:
    return inf if job.ready_by_s is None else job.ready_by_s


@given(charge_jobs(), power_limits())
def test_every_pack_gets_what_it_lacks_and_the_planner_sees_when(
    jobs: list[ChargeJob], limits: list[PowerLimit]
) -> None:
    schedule = charge_schedule(jobs, limit_w=limits)
    for job in jobs:
        periods = [period for period in schedule.periods if period.pack == job.pack]
        charged_wh = (
            sum(period.power_w * (period.to_s - period.from_s) for period in periods) / 3600
        )
        missing_wh = max(0, job.full_wh - job.energy_wh)
        assert charged_wh == pytest.approx(missing_wh, abs=0.01)
        assert all(period.slot == job.slot for period in periods)
        assert all(period.from_s >= job.available_s for period in periods)
        assert schedule.ready_s[job.pack] == ceil(full_from_s(schedule, job) - 1e-6)
        assert (job.pack in schedule.late) is (schedule.ready_s[job.pack] > due(job))


@given(charge_jobs(single_bottleneck_w=500_000), st.integers(50_000, 500_000))
def test_with_one_bottleneck_all_deadlines_are_met_that_can_be(
    jobs: list[ChargeJob], limit_w: int
) -> None:
    # Any schedule at all keeps the deadlines exactly if, between every arrival and every deadline,
    # the packs that must be filled in that time ask for no more than can be delivered.
    power_w = power_into_packs_w(limit_w)

    def asked_ws(start_s: int, end_s: int) -> int:
        return sum(
            3600 * max(0, job.full_wh - job.energy_wh)
            for job in jobs
            if job.available_s >= start_s and due(job) <= end_s
        )

    possible = all(
        asked_ws(start.available_s, end.ready_by_s)
        <= power_w * max(0, end.ready_by_s - start.available_s)
        for start in jobs
        for end in jobs
        if end.ready_by_s is not None
    ) and all(job.available_s <= due(job) for job in jobs)
    schedule = charge_schedule(jobs, limit_w=limit_w)
    assert (not schedule.late) is possible


def job(
    slot: int, missing_wh: int, *, ready_by_s: int | None = None, power_w: int = 240_000
) -> ChargeJob:
    return ChargeJob(
        slot=f"S{slot}",
        pack=f"P{slot}",
        energy_wh=267_900 - missing_wh,
        full_wh=267_900,
        max_power_w=power_w,
        ready_by_s=ready_by_s,
    )


def test_a_pack_alone_charges_as_the_planner_reckons() -> None:
    schedule = charge_schedule([job(1, 200_001)], limit_w=2_500_000)
    assert schedule.ready_s == {"P1": ceil(200_001 * 3600 / 240_000)}
    (period,) = schedule.periods
    assert (period.from_s, period.power_w) == (0.0, 240_000)


def test_the_pack_due_first_goes_first_and_the_rest_is_shared() -> None:
    schedule = charge_schedule(
        [job(1, 120_000, ready_by_s=7_200), job(2, 120_000, ready_by_s=1_800)],
        limit_w=300_000,
        efficiency=1.0,
    )
    assert [(p.pack, p.from_s, p.to_s, p.power_w) for p in schedule.periods] == [
        ("P1", 0.0, 1_800.0, 60_000),
        ("P2", 0.0, 1_800.0, 240_000),
        ("P1", 1_800.0, 3_150.0, 240_000),
    ]
    assert schedule.ready_s == {"P1": 3_150, "P2": 1_800}
    assert schedule.late == ()


def test_a_lower_limit_at_noon_is_obeyed() -> None:
    schedule = charge_schedule(
        [job(1, 120_000)],
        limit_w=[PowerLimit(0, 240_000), PowerLimit(900, 0), PowerLimit(1_800, 120_000)],
        efficiency=1.0,
    )
    assert [(p.from_s, p.to_s, p.power_w) for p in schedule.periods] == [
        (0.0, 900.0, 240_000),
        (1_800.0, 3_600.0, 120_000),
    ]


def test_a_full_pack_is_ready_when_it_is_there() -> None:
    schedule = charge_schedule([job(1, 0), job(2, -5)], limit_w=0)
    assert schedule == ChargeSchedule((), {"P1": 0, "P2": 0}, ())


def test_a_pack_that_never_fills_has_no_ready_time_and_is_late() -> None:
    schedule = charge_schedule([job(1, 10, ready_by_s=100), job(2, 10)], limit_w=0)
    assert schedule == ChargeSchedule((), {}, ("P1",))


def test_the_meter_sees_the_losses() -> None:
    assert power_into_packs_w(2_500_000) == 2_350_000
    schedule = charge_schedule([job(1, 94_000, power_w=900_000)], limit_w=100_000)
    assert schedule.ready_s == {"P1": 3_600}


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="slot charges one"):
        charge_schedule([job(1, 10), job(1, 10)], limit_w=1)
    with pytest.raises(ValueError, match="order"):
        charge_schedule([], limit_w=[PowerLimit(5, 1), PowerLimit(5, 2)])
    with pytest.raises(ValueError, match="efficiency"):
        charge_schedule([], limit_w=1, efficiency=0.0)
    with pytest.raises(ValueError, match="no power"):
        job(1, 10, power_w=0)
    with pytest.raises(ValueError, match="not negative"):
        PowerLimit(0, -1)
