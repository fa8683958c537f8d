"""Between a view of the day and the planner's exchange: the problem it is asked, and its plan."""

from dataclasses import dataclass
from itertools import pairwise

from dispatch.planning import problem as planning
from dispatch.planning.plan import SwapPlan
from dispatch.simulation.day.view import Choice, Comer, Decision, Seeker, View

HORIZON_S = 4 * 3_600
LEVEL_S = 14_400
"""Added to every way of a truck, so that no drive on from a station gets negative when what
follows is in it; a constant that changes no choice."""
UNSERVED_S = 21_600
_AS_OF = "2026-11-22T00:00:00+08:00"


@dataclass(frozen=True, slots=True)
class Question:
    """A problem and what its trucks and ways mean in the view."""

    problem: planning.SwapProblem
    seekers: dict[str, dict[tuple[int, str], Choice]]
    comers: dict[str, Comer]


def ask(
    view: View,
    *,
    choices: dict[int, tuple[Choice, ...]] | None = None,
    change_s: int = 0,
    foreseen: tuple[Seeker, ...] = (),
) -> Question:
    """Make the planner's problem of a view.

    `choices` limits the ways of some seekers (by the number of their truck). What a way costs
    the truck later is part of its drive on from the station, so that the planner weighs it. Those
    `foreseen` are planned beside the others, who leave them room; the answer does not name them.
    """
    ways_of: dict[str, dict[tuple[int, str], Choice]] = {}
    trucks = []
    for seeker in view.seekers:
        able = seeker.choices if choices is None else choices[seeker.truck.number]
        truck, ways = _seeking(seeker, able, view)
        ways_of[truck.id] = ways
        trucks.append(truck)
    trucks += [_coming(comer, view) for comer in view.comers]
    trucks += [_seeking(seeker, seeker.choices, view)[0] for seeker in foreseen]
    asked = [s.truck for s in (*view.seekers, *foreseen)] + [c.truck for c in view.comers]
    kinds = {truck.pack_type: truck for truck in asked}
    problem = planning.SwapProblem(
        as_of=_AS_OF,
        horizon_s=HORIZON_S,
        params=planning.CostParams(unserved_s=UNSERVED_S + LEVEL_S, change_s=change_s),
        pack_types=tuple(
            planning.PackType(id=kind, full_wh=truck.work.full_wh // truck.kind.pack_positions)
            for kind, truck in sorted(kinds.items())
        ),
        stations=tuple(_station(index, view, set(kinds)) for index in range(len(view.sites))),
        trucks=tuple(trucks),
    )
    return Question(problem, ways_of, {comer.truck.id: comer for comer in view.comers})


def answer(question: Question, plan: SwapPlan, view: View) -> list[Decision]:
    """Turn a plan into decisions about seekers and comers."""
    numbers = {seeker.truck.id: seeker.truck.number for seeker in view.seekers}
    sites = {now.site.code: index for index, now in enumerate(view.sites)}
    decisions = []
    for swap in plan.swaps:
        comer = question.comers.get(swap.truck)
        start_s = view.now_s + swap.start_s
        if comer is not None:
            decisions.append(Decision(comer.truck.number, None, comer.site, start_s))
        elif swap.truck in question.seekers:
            choice = question.seekers[swap.truck][swap.after, swap.station]
            site = sites[swap.station]
            decisions.append(Decision(numbers[swap.truck], choice.node, site, start_s))
    return decisions


def _station(index: int, view: View, kinds: set[str]) -> planning.Station:
    now = view.sites[index]
    code = now.site.code
    return planning.Station(
        id=code,
        lanes=tuple(
            planning.Lane(
                id=f"{code}-L{number}",
                swap_s=now.site.swap_s,
                closed=((0, free_s),) if free_s > 0 else (),
            )
            for number, free_s in enumerate(now.lanes_free_s, start=1)
        ),
        charge_w=now.site.charge_w,
        packs=tuple(
            planning.Pack(id=f"{code}/{kind}/{number}", type=kind, ready_s=ready_s)
            for kind in sorted(now.ready_s)
            if kind in kinds
            for number, ready_s in enumerate(now.ready_s[kind])
        ),
    )


def _seeking(
    seeker: Seeker, choices: tuple[Choice, ...], view: View
) -> tuple[planning.Truck, dict[tuple[int, str], Choice]]:
    """Write a seeker as a truck whose stops are the nodes at which it may turn off."""
    nodes = sorted({choice.node for choice in choices})
    first = {choice.node: choice for choice in choices}
    offsets = [first[node].offset_s for node in nodes]
    used = [first[node].used_wh for node in nodes]
    gaps_s = [b - a for a, b in pairwise(offsets)] + [0]
    gaps_wh = [b - a for a, b in pairwise(used)]
    energy_wh = seeker.energy_wh - used[0]
    reserve_wh = seeker.truck.work.reserve_wh
    # Less than the last leg takes: without a swap the truck does not get to the end.
    gaps_wh.append(energy_wh - sum(gaps_wh) - reserve_wh + 1)
    lost_s = {c: c.price_s - view.sites[c.site].site.swap_s for c in choices}
    base_s = min(lost_s.values())
    ways: dict[tuple[int, str], Choice] = {}
    detours = []
    for choice in choices:
        after = nodes.index(choice.node)
        code = view.sites[choice.site].site.code
        ways[after, code] = choice
        later_s = round(lost_s[choice] - base_s)
        detours.append(
            planning.Detour(
                after=after,
                station=code,
                to_s=choice.to_s,
                to_wh=choice.to_wh,
                from_s=later_s - choice.to_s + gaps_s[after] + LEVEL_S,
                from_wh=0,
            )
        )
    truck = planning.Truck(
        id=seeker.truck.id,
        pack_type=seeker.truck.pack_type,
        pack_positions=seeker.truck.kind.pack_positions,
        energy_wh=energy_wh,
        reserve_wh=reserve_wh,
        ready_s=seeker.ready_s + offsets[0],
        stops=tuple(planning.Stop() for _ in range(len(nodes) + 1)),
        legs=tuple(
            planning.Leg(travel_s=gap_s, energy_wh=gap_wh)
            for gap_s, gap_wh in zip(gaps_s, gaps_wh, strict=True)
        ),
        detours=tuple(detours),
        holds=_holds(seeker, ways, view),
    )
    return truck, ways


def _holds(
    seeker: Seeker, ways: dict[tuple[int, str], Choice], view: View
) -> tuple[planning.Hold, ...]:
    """Write the standing promise as one that may be changed."""
    promise = seeker.promise
    if promise is None or promise.start_s is None:
        return ()
    for (after, code), choice in ways.items():
        if choice.node == promise.node and choice.site == promise.site:
            start_s = max(0, promise.start_s - view.now_s)
            return (planning.Hold(after=after, station=code, lane="", start_s=start_s, packs=()),)
    return ()


def _coming(comer: Comer, view: View) -> planning.Truck:
    """Write a comer as a truck with one way: to where it is going."""
    code = view.sites[comer.site].site.code
    reserve_wh = max(0, min(comer.truck.work.reserve_wh, comer.energy_wh - comer.to_wh))
    return planning.Truck(
        id=comer.truck.id,
        pack_type=comer.truck.pack_type,
        pack_positions=comer.truck.kind.pack_positions,
        energy_wh=comer.energy_wh,
        reserve_wh=reserve_wh,
        stops=(planning.Stop(), planning.Stop()),
        legs=(planning.Leg(travel_s=0, energy_wh=comer.energy_wh - reserve_wh + 1),),
        detours=(
            planning.Detour(
                after=0,
                station=code,
                to_s=comer.eta_s,
                to_wh=comer.to_wh,
                from_s=LEVEL_S,
                from_wh=0,
            ),
        ),
    )
