"""The life of an assignment: the one table of states and allowed moves (docs/reference)."""

OFFERED = "offered"
ACCEPTED = "accepted"
DECLINED = "declined"
EXPIRED = "expired"
EN_ROUTE = "en_route"
ARRIVED = "arrived"
QUEUED = "queued"
SWAPPING = "swapping"
DONE = "done"
NO_SHOW = "no_show"
CANCELLED = "cancelled"
DIVERTED = "diverted"
FAILED = "failed"

# From each state, where an assignment may go. A state that leads nowhere is an end.
MOVES: dict[str, tuple[str, ...]] = {
    OFFERED: (ACCEPTED, DECLINED, EXPIRED, CANCELLED, DIVERTED),
    ACCEPTED: (EN_ROUTE, ARRIVED, NO_SHOW, CANCELLED, DIVERTED, FAILED),
    EN_ROUTE: (ARRIVED, NO_SHOW, CANCELLED, DIVERTED, FAILED),
    ARRIVED: (QUEUED, SWAPPING, NO_SHOW, CANCELLED, DIVERTED, FAILED),
    QUEUED: (SWAPPING, NO_SHOW, CANCELLED, DIVERTED, FAILED),
    SWAPPING: (DONE, FAILED),
    DECLINED: (),
    EXPIRED: (),
    DONE: (),
    NO_SHOW: (),
    CANCELLED: (),
    DIVERTED: (),
    FAILED: (),
}
STATES = tuple(MOVES)
LIVE = tuple(state for state, moves in MOVES.items() if moves)
ENDED = tuple(state for state, moves in MOVES.items() if not moves)


def may_move(source: str, target: str) -> bool:
    """Say whether an assignment in state `source` may go to `target`."""
    return target in MOVES[source]
