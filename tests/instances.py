"""Small random dispatch problems: seeded, and mean enough that every rule matters in some."""

from random import Random
from typing import Any

from dispatch.planning.baseline import greedy
from dispatch.planning.exchange import problem_from_json
from dispatch.planning.params import PlannerParams
from dispatch.planning.problem import SwapProblem

FULL_WH = 100_000


def swap_problem(
    seed: int, *, trucks: int = 3, stations: int = 2, with_options: bool = False
) -> SwapProblem:
    """Make a problem of a few trucks that fight for few lanes and packs; the same for a seed."""
    return problem_from_json(
        problem_json(seed, trucks=trucks, stations=stations, with_options=with_options)
    )


def problem_json(
    seed: int, *, trucks: int = 3, stations: int = 2, with_options: bool = False
) -> dict[str, Any]:
    """Make the same as :func:`swap_problem`, as JSON values."""
    random = Random(seed)  # noqa: S311 - not for secrets
    kinds = ["A", "B"] if with_options else ["A"]
    made_stations = [_station(random, number, kinds, with_options) for number in range(stations)]
    body: dict[str, Any] = {
        "format": "swap-problem/1",
        "as_of": "2026-11-21T08:00:00+08:00",
        "horizon_s": random.choice([3600, 7200]),
        "params": {
            "unserved_s": 9000,
            "late_weight": random.choice([0, 2]),
            "change_s": random.choice([0, 400]) if with_options else 0,
        },
        "pack_types": [{"id": kind, "full_wh": FULL_WH} for kind in kinds],
        "stations": made_stations,
        "trucks": [
            _truck(random, number, made_stations, kinds, with_options) for number in range(trucks)
        ],
    }
    if with_options:
        body["params"]["s_per_cny"] = random.choice([0, 20])
        _promise(random, body)
    return body


def _station(random: Random, number: int, kinds: list[str], with_options: bool) -> dict[str, Any]:
    name = f"S{number}"
    lanes: list[dict[str, Any]] = []
    for lane in range(random.choice([1, 1, 2])):
        begin = random.randrange(0, 1800, 50)
        closed = [[begin, begin + random.randrange(100, 900, 50)]] if random.random() < 0.4 else []
        lanes.append({"id": f"{name}-L{lane}", "swap_s": 300, "closed": closed})
    if with_options and random.random() < 0.3:
        lanes[-1]["types"] = [random.choice(kinds)]
    packs: list[dict[str, Any]] = []
    for pack in range(random.randrange(1, 5)):
        ready_s = random.choice([0, 0, random.randrange(0, 3000, 50)])
        packs.append({"id": f"{name}-P{pack}", "type": random.choice(kinds), "ready_s": ready_s})
        if with_options and random.random() < 0.4:
            packs[-1]["full_wh"] = random.randrange(90_000, 110_000, 1000)
    made: dict[str, Any] = {"id": name, "lanes": lanes, "charge_w": 240_000, "packs": packs}
    if with_options:
        made["price_cny_milli_per_kwh"] = [[0, 300], [1800, 1100]]
    return made


def _truck(
    random: Random,
    number: int,
    stations: list[dict[str, Any]],
    kinds: list[str],
    with_options: bool,
) -> dict[str, Any]:
    stops = random.randrange(2, 5)
    positions = random.choice([1, 1, 2]) if with_options else 1
    legs = [
        {"travel_s": random.randrange(600, 2400, 50), "energy_wh": energy_wh * positions}
        for energy_wh in random.choices(range(20_000, 60_000, 1000), k=stops - 1)
    ]
    name = f"T{number}"
    made: dict[str, Any] = {
        "id": name,
        "pack_type": random.choice(kinds),
        "pack_positions": positions,
        "energy_wh": random.randrange(25_000, 60_000, 1000) * positions,
        "reserve_wh": 10_000 * positions,
        "ready_s": random.randrange(0, 1200, 50),
        "stops": [
            {
                "dwell_s": random.choice([0, 600]) if stop else 0,
                "due_s": random.choice([None, random.randrange(600, 6000, 50)]),
            }
            for stop in range(stops)
        ],
        "legs": legs,
        "detours": _detours(random, legs, stations),
        "holds": [],
    }
    if with_options:
        made["weight_percent"] = random.choice([100, 100, 150])
        if random.random() < 0.3:
            made["packs"] = [
                {"id": f"{name}-{position}", "full_wh": random.randrange(90_000, 110_000, 1000)}
                for position in range(positions)
            ]
    return made


def _detours(
    random: Random, legs: list[dict[str, Any]], stations: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    found = []
    for after, leg in enumerate(legs):
        for station in stations:
            if random.random() < 0.25:
                continue
            share = random.uniform(0.2, 0.8)
            longer = random.uniform(1.0, 1.4)
            detour = {"after": after, "station": station["id"]}
            for way, part in (("to", share), ("from", 1 - share)):
                detour[f"{way}_s"] = round(leg["travel_s"] * part * longer / 50) * 50
                detour[f"{way}_wh"] = round(leg["energy_wh"] * part * longer)
            found.append(detour)
    return found


def _promise(random: Random, body: dict[str, Any]) -> None:
    """Turn some swaps of a plan into promises: fixed as they are, others moved about a little."""
    plan = greedy(problem_from_json(body), PlannerParams())
    trucks = {truck["id"]: truck for truck in body["trucks"]}
    fixed: set[str] = set()
    for swap in plan.swaps:
        fate = random.choice(["none", "fixed", "loose", "loose"])
        returned = {pack.rsplit("/", 1)[0] for pack in swap.packs if "/" in pack}
        if fate == "fixed" and not returned <= fixed:
            fate = "loose"  # a promise may only rest on packs that are promised themselves
        if fate == "fixed":
            fixed.add(f"{swap.truck}/{swap.after}")
        if fate == "none":
            continue
        moved_s = 0 if fate == "fixed" else random.choice([0, 60, -600, 900])
        trucks[swap.truck]["holds"].append(
            {
                "after": swap.after,
                "station": swap.station,
                "lane": swap.lane,
                "start_s": swap.start_s + moved_s,
                "packs": list(swap.packs),
                "fixed": fate == "fixed",
            }
        )
