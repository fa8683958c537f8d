"""What can be wrong when a truck stands at a station, each with its code."""

from typing import Any

from dispatch.services.promises.moves import DispatchError


class SwapRefusedError(DispatchError):
    """A check-in or a swap was refused and changed nothing; `facts` say what would be right."""

    def __init__(self, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.facts = facts


class UnknownCodeError(SwapRefusedError):
    """No assignment at this station has the check-in code."""

    code = "unknown_code"


class WrongTruckError(SwapRefusedError):
    """The code belongs to another truck; `plate` is the right one."""

    code = "wrong_truck"


class LaneClosedError(SwapRefusedError):
    """The lane takes no truck now; `open_lanes` are those that do."""

    code = "lane_closed"


class UnknownLaneError(SwapRefusedError):
    """The station has no lane of this number."""

    code = "unknown_lane"


class UnknownSlotError(SwapRefusedError):
    """The station has no slot of this number."""

    code = "unknown_slot"


class WrongPackError(SwapRefusedError):
    """The packs exchanged are not those promised; `expected` says which are."""

    code = "wrong_pack"


class SlotTakenError(SwapRefusedError):
    """The books have another pack in the slot one was put into."""

    code = "slot_taken"


class RefusedPackError(SwapRefusedError):
    """What was asked of a pack is refused; `code` says why."""

    def __init__(self, detail: str, *, code: str, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.code = code
