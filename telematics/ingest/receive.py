"""Reports of a truck, from decoded to kept: one verdict each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from fleet.models import Truck
from telematics.ingest.answer import Verdict
from telematics.ingest.decode import Report
from telematics.ingest.items import Refusal
from telematics.ingest.judge import is_credible, judge, oddity
from telematics.ingest.store import Row, live_state, store_odd, store_rows
from telematics.models import Mark
from telematics.protocols.datum import Datum, to_wgs84

ODD_DETAILS = {
    "more_than_a_day_ahead": "The time is more than a day ahead of ours. Set the unit's clock.",
    "outside_retention": "The time is before the oldest day we keep.",
}


def receive_reports(
    decoded: Sequence[Report | Refusal],
    *,
    truck: Truck,
    datum: str,
    now: datetime,
    retention: timedelta,
) -> list[Verdict]:
    """Keep the reports of a truck's onboard unit; say what became of each, in their order.

    What is said to be kept is committed when this returns, unless the caller holds a transaction
    open. `datum` is the unit's own, for reports that name none. The first of equal keys counts.
    """
    verdicts = [_refused(i, each) for i, each in enumerate(decoded) if isinstance(each, Refusal)]
    reports = {i: each for i, each in enumerate(decoded) if isinstance(each, Report)}
    firsts: dict[tuple[datetime, int], int] = {}
    for i, report in reports.items():
        firsts.setdefault((report.recorded_at, report.seq), i)
    odd: dict[int, str] = {}
    fit: dict[int, Report] = {}
    for i in firsts.values():
        if reason := oddity(reports[i].recorded_at, now=now, retention=retention):
            odd[i] = reason
        else:
            fit[i] = reports[i]
    known: dict[int, int | str] = {
        **_keep(fit, truck=truck, datum=datum, now=now),
        **_keep_odd(odd, reports, truck=truck, now=now),
    }
    verdicts += [_kept(i, report, known.get(i)) for i, report in reports.items()]
    verdicts.sort(key=lambda verdict: verdict.index)
    return verdicts


def _keep(
    reports: Mapping[int, Report], *, truck: Truck, datum: str, now: datetime
) -> dict[int, int]:
    """Store reports fit for the history; return the marks of those that were new."""
    if not reports:
        return {}
    placed = {i: _in_wgs84(report, datum) for i, report in reports.items()}
    marks = judge(list(placed.values()), live=live_state(truck.pk), now=now)
    rows = {
        i: Row(
            truck_id=truck.pk,
            received_at=now,
            report=report,
            source_datum=report.datum or datum,
            marks=mark,
            is_credible=is_credible(report, now=now),
        )
        for (i, report), mark in zip(placed.items(), marks, strict=True)
    }
    kept = store_rows(list(rows.values()))
    return {i: row.marks for i, row in rows.items() if row.key in kept}


def _in_wgs84(report: Report, datum: str) -> Report:
    source = Datum(report.datum or datum)
    if source is Datum.WGS84:
        return report
    latitude_deg, longitude_deg = to_wgs84(report.latitude_deg, report.longitude_deg, source)
    return msgspec.structs.replace(report, latitude_deg=latitude_deg, longitude_deg=longitude_deg)


def _keep_odd(
    odd: Mapping[int, str], reports: Mapping[int, Report], *, truck: Truck, now: datetime
) -> dict[int, str]:
    """Keep reports apart, as they were read; return the reasons of those that were new."""
    if not odd:
        return {}
    rows = {
        (truck.pk, reports[i].recorded_at, reports[i].seq): (i, reason) for i, reason in odd.items()
    }
    kept = store_odd(
        [
            (key, now, reason, msgspec.json.encode(reports[i]).decode())
            for key, (i, reason) in rows.items()
        ]
    )
    return {i: reason for key, (i, reason) in rows.items() if key in kept}


def _refused(index: int, refusal: Refusal) -> Verdict:
    return Verdict(
        index=index,
        verdict="refused",
        code=refusal.code,
        path=refusal.path,
        detail=refusal.detail,
    )


def _kept(index: int, report: Report, outcome: int | str | None) -> Verdict:
    """Return the verdict for marks (in the history), a reason (kept apart) or None (known)."""
    verdict = Verdict(
        index=index, verdict="duplicate", recorded_at=report.recorded_at, seq=report.seq
    )
    if isinstance(outcome, str):
        verdict.verdict, verdict.code, verdict.detail = "odd", outcome, ODD_DETAILS[outcome]
    elif outcome is not None:
        verdict.verdict = "late" if outcome & Mark.LATE else "stored"
        verdict.marks = [mark.name.lower() for mark in Mark if outcome & mark]
    return verdict
