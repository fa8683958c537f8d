"""How units report, and how often what goes wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """One run: `units` report for `seconds`, each every `every_s`, `batch` reports a request.

    `drop`, `duplicate`, `reorder` and `cut` are shares of requests or reports: measured and never
    sent; sent twice; sent one to three intervals later; the connection cut amid the request or
    before its answer, and the request sent again. Clocks are wrong by up to `skew_s`. Units are
    offline for the share `offline` of the time, `offline_s` at a time, and send what piled up.
    """

    seed: int
    units: int
    seconds: float
    every_s: float
    batch: int = 1
    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    cut: float = 0.0
    skew_s: float = 0.0
    offline: float = 0.0
    offline_s: float = 60.0
