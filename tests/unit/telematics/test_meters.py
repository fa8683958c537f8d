"""What is counted of reports: once a batch, by what was said of them."""

from dataclasses import dataclass
from datetime import timedelta

from telematics.ingest.answer import Verdict
from telematics.ingest.meters import COMMIT_ROWS, LAG_S, Meters
from tests.builders import NOW


@dataclass
class Request:
    verdicts: list[Verdict]
    received_at = NOW


def verdict(word: str, age_s: float = 3, code: str = "") -> Verdict:
    made = Verdict(0, "stored", NOW - timedelta(seconds=age_s), 1)
    made.verdict = word  # type: ignore[assignment]  # one of the five words
    if code:
        made.code = code
    return made


def test_a_batch_is_counted_by_what_was_said_of_its_reports() -> None:
    meters = Meters()
    first = Request([verdict("late", 900), verdict("stored", 12), verdict("duplicate", 1)])
    second = Request([verdict("refused", code="invalid"), verdict("stored", 0.2)])
    meters.committed([first, second], took_s=0.02)
    meters.refused("revoked_key")
    meters.refused("revoked_key")
    counts = meters.counts
    assert counts.requests == {"kept": 2, "revoked_key": 2}
    assert counts.reports == {"late": 1, "stored": 2, "duplicate": 1, "refused": 1}
    assert counts.refused_reports == {"invalid": 1}
    assert (sum(counts.commit_s.counts), counts.commit_s.total) == (1, 0.02)
    assert counts.commit_rows.counts[COMMIT_ROWS.index(5)] == 1


def test_lag_is_that_of_live_reports_alone_and_never_below_zero() -> None:
    meters = Meters()
    meters.committed([Request([verdict("late", 5_000)])], took_s=0.01)
    assert sum(meters.counts.lag_s.counts) == 0
    meters.committed(
        [Request([verdict("stored", -40)]), Request([verdict("stored", 12)])], took_s=0
    )
    lag = meters.counts.lag_s
    assert lag.counts[0] == 1
    assert lag.counts[LAG_S.index(15)] == 1
    assert lag.total == 12


def test_a_value_above_all_bounds_is_counted_too() -> None:
    meters = Meters()
    meters.committed([Request([verdict("stored", 86_400)])], took_s=3_600)
    assert meters.counts.lag_s.counts[-1] == meters.counts.commit_s.counts[-1] == 1
