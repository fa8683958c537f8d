"""The batched Hungarian: every five minutes the new needs are matched with free swap times at once.

References
----------
H. W. Kuhn, "The Hungarian method for the assignment problem", Naval Research Logistics 2 (1955);
solved by `scipy.optimize.linear_sum_assignment`.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

from dispatch.planning.baseline import greedy
from dispatch.planning.books import StationBook
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.simulation.day.planned import kept
from dispatch.simulation.day.problems import Question, answer, ask
from dispatch.simulation.day.sites import charge_s
from dispatch.simulation.day.view import Choice, Decision, Seeker, View

BATCH_S = 300
SLOTS_A_WAY = 6
_LATEST_S = 4 * 3_600
_NEVER = 1e9

type _Cell = tuple[int, int]


class Hungarian:
    """Match each batch of new needs with stations and swap times; a promise once made is kept."""

    def decide(self, view: View) -> list[Decision]:
        """Match what is new, and give everybody else the times that follow from it."""
        limits = {seeker.truck.number: kept(seeker) for seeker in view.seekers}
        old = tuple(seeker for seeker in view.seekers if seeker.promise is not None)
        new = [seeker for seeker in view.seekers if seeker.promise is None]
        if view.now_s % BATCH_S == 0 and new:
            question, plan = _times(_with(view, old), limits)
            books = _books(question, plan)
            for seeker, choice in _match(new, books, view):
                limits[seeker.truck.number] = (choice,)
                old += (seeker,)
        view = _with(view, old)
        if not view.seekers and not view.comers:
            return []
        question, plan = _times(view, limits)
        return answer(question, plan, view)


def _with(view: View, seekers: tuple[Seeker, ...]) -> View:
    return View(view.now_s, view.sites, seekers, view.comers)


def _times(view: View, limits: dict[int, tuple[Choice, ...]]) -> tuple[Question, SwapPlan]:
    """Give every truck the next time at the station it has, in order of arrival."""
    question = ask(view, choices=limits)
    return question, greedy(question.problem, PlannerParams())


def _books(question: Question, plan: SwapPlan) -> dict[str, StationBook]:
    """Enter what is promised into the books of the stations."""
    problem = question.problem
    books = {station.id: StationBook(station) for station in problem.stations}
    trucks = {truck.id: truck for truck in problem.trucks}
    full_wh = {kind.id: kind.full_wh for kind in problem.pack_types}
    for swap in plan.swaps:
        truck, book = trucks[swap.truck], books[swap.station]
        way = next(
            detour
            for detour in truck.detours
            if detour.after == swap.after and detour.station == swap.station
        )
        spent_wh = sum(leg.energy_wh for leg in truck.legs[: swap.after]) + way.to_wh
        each_wh = (truck.energy_wh - spent_wh) // truck.pack_positions
        charging_s = charge_s(full_wh[truck.pack_type] - each_wh, book.station.charge_w)
        lane = [lane.id for lane in book.station.lanes].index(swap.lane)
        book.take(swap.start_s, lane, truck.pack_type, truck.pack_positions, charging_s)
    return books


def _match(
    seekers: list[Seeker], books: dict[str, StationBook], view: View
) -> list[tuple[Seeker, Choice]]:
    """Match seekers with swap times so that their costs together are least."""
    cells: dict[tuple[str, int, int], int] = {}
    costs: list[dict[int, tuple[float, Choice]]] = []
    for seeker in seekers:
        row: dict[int, tuple[float, Choice]] = {}
        for choice in seeker.choices:
            for cell, cost in _slots(seeker, choice, books, view):
                column = cells.setdefault(cell, len(cells))
                if column not in row or cost < row[column][0]:
                    row[column] = (cost, choice)
        costs.append(row)
    matrix = np.full((len(seekers), max(1, len(cells))), _NEVER)
    for number, row in enumerate(costs):
        for column, (cost, _) in row.items():
            matrix[number, column] = cost
    rows, columns = linear_sum_assignment(matrix)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [
        (seekers[number], costs[number][column][1])
        for number, column in pairs
        if matrix[number, column] < _NEVER
    ]


def _slots(
    seeker: Seeker, choice: Choice, books: dict[str, StationBook], view: View
) -> list[tuple[tuple[str, int, int], float]]:
    """Return the next free swap times at a station, each with what it costs the truck."""
    site = view.sites[choice.site].site
    book, kind = books[site.code], seeker.truck.kind
    full_wh = seeker.truck.work.full_wh
    left_wh = seeker.energy_wh - choice.used_wh - choice.to_wh
    charging_s = charge_s((full_wh - left_wh) // kind.pack_positions, site.charge_w)
    arrival_s = from_s = seeker.ready_s + choice.offset_s + choice.to_s
    found = []
    for _ in range(SLOTS_A_WAY):
        spot = book.earliest(
            from_s, _LATEST_S, seeker.truck.pack_type, kind.pack_positions, charging_s
        )
        if spot is None:
            break
        start_s, lane = spot
        cell = (site.code, lane, start_s // site.swap_s)
        found.append((cell, choice.price_s + start_s - arrival_s))
        from_s = (start_s // site.swap_s + 1) * site.swap_s
    return found
