"""The gate of a station: who of those that wait is next.

A truck goes in when a lane and its packs are there and its promised time has come, or earlier if
nobody who is promised an earlier time is still on the way; without a promise its time is that of
its arrival. So a late truck does not hold up the next one past its time, and nobody jumps the
queue.
"""

from dispatch.simulation.day.bodies import SiteBody, TruckBody


def next_in(
    body: SiteBody, trucks: dict[int, TruckBody], now_s: int
) -> tuple[TruckBody, int] | None:
    """Return the next truck and its lane, or None if nobody can go in now."""
    lane = _free_lane(body, now_s)
    if lane is None:
        return None
    for number in sorted(body.waiting, key=lambda waiting: (_due_s(trucks[waiting]), waiting)):
        truck = trucks[number]
        due_s = _due_s(truck)
        is_first = not any(start_s < due_s for start_s in body.expected.values())
        if (due_s <= now_s or is_first) and _has_packs(body, truck, now_s):
            return truck, lane
    return None


def hand_out(body: SiteBody, kind: str, positions: int, back_s: int) -> None:
    """Take the packs that were charged first; those of the truck are charged at `back_s`."""
    packs = sorted(body.ready_s[kind])
    body.ready_s[kind] = packs[positions:] + [back_s] * positions


def wake_s(body: SiteBody, trucks: dict[int, TruckBody], now_s: int) -> int | None:
    """Return when somebody who waits might go in next, if nothing else happens."""
    if not body.waiting:
        return None
    times = [body.lane_free_s(lane, now_s) for lane in range(len(body.busy_until_s))]
    times += [time_s for packs in body.ready_s.values() for time_s in packs]
    times += [_due_s(trucks[number]) for number in body.waiting]
    later = [time_s for time_s in times if time_s > now_s]
    return min(later, default=None)


def _due_s(truck: TruckBody) -> int:
    return truck.arrived_s if truck.start_s is None else truck.start_s


def _free_lane(body: SiteBody, now_s: int) -> int | None:
    for lane in range(len(body.busy_until_s)):
        if body.lane_free_s(lane, now_s) <= now_s:
            return lane
    return None


def _has_packs(body: SiteBody, truck: TruckBody, now_s: int) -> bool:
    kind = truck.truck.kind
    ready = sum(at_s <= now_s for at_s in body.ready_s[kind.pack.code])
    return ready >= kind.pack_positions
