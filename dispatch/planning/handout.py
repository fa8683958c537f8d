"""Which packs of a slot list go to a swap: those promised to it, else those nobody is promised."""

from collections.abc import Collection
from heapq import heapify, heappop


def pick_packs(
    slots: list[tuple[int, str]],
    *,
    start_s: int,
    count: int,
    own: Collection[str] = (),
    promised: Collection[str] = (),
) -> tuple[str, ...]:
    """Take `count` packs out of a heap of (ready_s, pack), all ready by `start_s`.

    First its `own`, then those that are promised to no other swap, the one ready first first, and
    only then what is promised to others. Whichever are taken, as many are left as must be: packs
    that are ready stay ready.
    """
    if not own and not promised:
        return tuple(heappop(slots)[1] for _ in range(count))
    ready = sorted(entry for entry in slots if entry[0] <= start_s)
    ready.sort(key=lambda entry: 0 if entry[1] in own else 2 if entry[1] in promised else 1)
    taken = {pack for _, pack in ready[:count]}
    slots[:] = [entry for entry in slots if entry[1] not in taken]
    heapify(slots)
    if len(own) == count and set(own) == taken:  # a promise may name a pack twice
        return tuple(own)
    return tuple(pack for _, pack in ready[:count])
