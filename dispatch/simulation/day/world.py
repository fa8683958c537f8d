"""The day itself: events in order of time, the same for every policy but for what it decides."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from time import perf_counter

from dispatch.simulation.day import gate, road
from dispatch.simulation.day.bodies import SiteBody, Stage, TruckBody
from dispatch.simulation.day.fleet import DayTruck
from dispatch.simulation.day.looking import look
from dispatch.simulation.day.luck import Luck
from dispatch.simulation.day.params import DayParams
from dispatch.simulation.day.policy import Policy
from dispatch.simulation.day.sites import Site, charge_s
from dispatch.simulation.day.tally import SwapRow, Tally
from dispatch.simulation.day.view import Decision, Promise

LAST_S = 48 * 3_600
"""A day that is not over by then never is: the trucks left are counted as unfinished."""


class Day:
    """A day under one policy. Run it once."""

    def __init__(
        self,
        params: DayParams,
        sites: tuple[Site, ...],
        trucks: tuple[DayTruck, ...],
        policy: Policy,
    ) -> None:
        self.params, self.policy = params, policy
        self.sites = sites
        self.luck = Luck(params, trucks, sites)
        self.tally = Tally()
        self.trucks = {
            truck.number: TruckBody(truck, self.luck.of(truck), float(truck.energy_wh))
            for truck in trucks
        }
        self.stations = [self._station(index, site) for index, site in enumerate(sites)]
        self.now_s = 0
        self._order = count()
        self._events: list[tuple[int, int, Callable[[int], None], int]] = []
        self._left = len(trucks)

    def run(self, progress: Callable[[float], None] | None = None) -> Tally:
        """Let the day happen; `progress` is told the share of trucks that are done."""
        for truck in self.trucks.values():
            waits = road.before_shift(truck)
            self._at(waits.began_s, self._wake, truck.truck.number)
        self._at(0, self._decide, 0)
        while self._events and self._left and self.now_s < LAST_S:
            at_s, _, happen, about = heappop(self._events)
            self.now_s = at_s
            happen(about)
            if progress is not None and happen == self._decide:
                progress(1.0 - self._left / len(self.trucks))
        self.tally.unfinished = self._left
        for number, truck in self.trucks.items():
            self.tally.lost_s[number] = truck.lost_s
        return self.tally

    def _station(self, index: int, site: Site) -> SiteBody:
        ready_s = {
            kind: [charge_s(max(held) - held_wh, site.charge_w) for held_wh in held]
            for kind, held in site.packs.items()
        }
        return SiteBody(site, [0] * site.lanes, self.luck.closed[index], ready_s)

    def _at(self, at_s: int, happen: Callable[[int], None], about: int) -> None:
        heappush(self._events, (at_s, next(self._order), happen, about))

    def _wake(self, number: int) -> None:
        """Show a truck some time before its shift begins."""
        truck = self.trucks[number]
        truck.stage, truck.move = Stage.ROAD, road.before_shift(truck)
        road.look_ahead(truck, self.now_s)
        self._at(truck.truck.begins_s, self._node, number)

    def _node(self, number: int) -> None:
        """Turn off at the node the truck is at, or go on to the next."""
        truck = self.trucks[number]
        truck.stage = Stage.ROAD
        self._spend(truck)
        if truck.point is None:
            truck.stage = Stage.DONE
            self._left -= 1
            return
        road.note_outlook(truck, self.now_s)
        turn = road.turning(truck)
        if turn is not None:
            self._turn(truck, turn)
            return
        truck.move = road.to_next(truck, self.now_s)
        road.look_ahead(truck, self.now_s)
        self._at(self.now_s + truck.move.true_s, self._node, number)

    def _spend(self, truck: TruckBody) -> None:
        """Take what the move under way has used; a truck that ran empty is towed."""
        if truck.move is None:
            return
        truck.energy_wh -= truck.move.true_wh
        truck.move = None
        if truck.energy_wh <= 0:
            self.tally.stranded += 1
            truck.energy_wh = truck.truck.kind.capacity_wh * self.params.towed_percent / 100.0
            truck.lost_s += self.params.tow_s
        elif truck.energy_wh < truck.truck.work.reserve_wh:
            self.tally.below_reserve += 1

    def _turn(self, truck: TruckBody, promise: Promise) -> None:
        """Leave the road for the station."""
        number, site = truck.truck.number, promise.site
        for station in self.stations:
            station.expected.pop(number, None)
        truck.is_planned = truck.promise is not None and truck.promise.site == site
        self.tally.unplanned += not truck.is_planned
        truck.move, truck.to_true_s = road.to_station(truck, site, self.now_s)
        truck.stage, truck.site, truck.start_s = Stage.TURNED, site, promise.start_s
        truck.turned_at = truck.point if truck.point is not None else 0
        if promise.start_s is not None:
            self.stations[site].expected[number] = promise.start_s
        self._at(self.now_s + truck.move.true_s, self._arrive, number)

    def _arrive(self, number: int) -> None:
        truck = self.trucks[number]
        self._spend(truck)
        truck.stage, truck.arrived_s = Stage.GATE, self.now_s
        station = self.stations[truck.site]
        station.expected.pop(number, None)
        station.waiting.append(number)
        self._serve(truck.site)

    def _serve(self, index: int) -> None:
        """Let in whoever can go in, and come back when the next might."""
        station = self.stations[index]
        while (chosen := gate.next_in(station, self.trucks, self.now_s)) is not None:
            truck, lane = chosen
            station.waiting.remove(truck.truck.number)
            truck.stage = Stage.LANE
            end_s = self.now_s + station.site.swap_s
            station.busy_until_s[lane] = end_s
            kind = truck.truck.kind
            each_wh = int(truck.energy_wh) // kind.pack_positions
            full_wh = truck.truck.work.full_wh // kind.pack_positions
            back_s = end_s + charge_s(full_wh - each_wh, station.site.charge_w)
            gate.hand_out(station, kind.pack.code, kind.pack_positions, back_s)
            self._at(end_s, self._swapped, truck.truck.number)
        wake_s = gate.wake_s(station, self.trucks, self.now_s)
        if wake_s is not None and not self.now_s < station.wakes_s <= wake_s:
            station.wakes_s = wake_s
            self._at(wake_s, self._serve, index)

    def _swapped(self, number: int) -> None:
        """Drive out of the lane, on to the end of the leg."""
        truck = self.trucks[number]
        site = truck.site
        full_wh = truck.truck.work.full_wh
        charged_wh = full_wh - int(truck.energy_wh)
        truck.energy_wh = float(full_wh)
        truck.move, detour_s = road.back_to_road(truck, self.now_s)
        started_s = self.now_s - self.stations[site].site.swap_s
        row = SwapRow(
            truck=number,
            site=site,
            told_s=truck.told_s if truck.told_s is not None else truck.arrived_s,
            arrived_s=truck.arrived_s,
            started_s=started_s,
            ended_s=self.now_s,
            detour_s=detour_s,
            is_planned=truck.is_planned,
            energy_wh=charged_wh,
        )
        self.tally.swaps.append(row)
        truck.lost_s += detour_s + row.wait_s + self.stations[site].site.swap_s
        truck.swaps += 1
        road.forget_swap(truck)
        truck.stage = Stage.ROAD
        road.look_ahead(truck, self.now_s)
        self._at(self.now_s + truck.move.true_s, self._node, number)
        self._serve(site)

    def _decide(self, _: int) -> None:
        """Ask the policy, and tell the drivers."""
        view = look(self, self.now_s)
        began_s = perf_counter()
        decisions = self.policy.decide(view)
        if view.seekers or view.comers:
            self.tally.planning_s.append(perf_counter() - began_s)
        changed: set[int] = set()
        for decision in decisions:
            self._apply(decision, changed)
        for site in sorted(changed):
            self._serve(site)
        waiting = sum(len(station.waiting) for station in self.stations)
        ready = sum(
            at_s <= self.now_s
            for station in self.stations
            for packs in station.ready_s.values()
            for at_s in packs
        )
        self.tally.lines.append((self.now_s, waiting, ready))
        self._at(self.now_s + self.params.decide_every_s, self._decide, 0)

    def _apply(self, decision: Decision, changed: set[int]) -> None:
        truck = self.trucks[decision.truck]
        if decision.node is None:
            if truck.stage not in {Stage.TURNED, Stage.GATE} or truck.site != decision.site:
                return
            truck.start_s = decision.start_s
            changed.add(truck.site)
            if truck.stage is Stage.TURNED and decision.start_s is not None:
                self.stations[truck.site].expected[decision.truck] = decision.start_s
            return
        if truck.stage is not Stage.ROAD:
            return
        self._promise(truck, decision.node, decision)

    def _promise(self, truck: TruckBody, node: int, decision: Decision) -> None:
        """Offer a promise; who refused a station takes it only when there is no other."""
        number, before = truck.truck.number, truck.promise
        is_new = before is None or before.site != decision.site
        is_offer = is_new and decision.start_s is not None and decision.site not in truck.banned
        if is_offer and self.luck.refuses(truck.truck, truck.swaps, decision.site):
            self.tally.refused += 1
            truck.banned.add(decision.site)
            return
        self.tally.changed += before is not None and is_new
        if before is not None:
            self.stations[before.site].expected.pop(number, None)
        truck.promise = Promise(node, decision.site, decision.start_s)
        if decision.start_s is not None:
            self.stations[decision.site].expected[number] = decision.start_s
