"""What happened in the world so far, counted."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts since the world began; `wait_s` is from a truck's arrival to the start of its swap."""

    swaps: int = 0
    accepted: int = 0
    declined: int = 0
    expired: int = 0
    lost: int = 0
    no_shows: int = 0
    arrivals: int = 0
    windows_kept: int = 0
    wait_s: float = 0.0
    stranded: int = 0
    parked_low: int = 0
    lane_faults: int = 0
    silences: int = 0
    refused_check_ins: int = 0
    refused_swaps: int = 0
    driven_m: float = 0.0
    spent_wh: float = 0.0
    charged_wh: float = 0.0
