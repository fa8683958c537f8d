"""Judge a span of history anew, in the order of its own time: as if nothing had come late."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from telematics.models import Mark
from telematics.services.late.said import (
    Said,
    first_credible_from,
    last_credible_before,
    read_said,
)
from telematics.services.plausibility import is_credible, is_on_null_island, marks_after

AGAINST_NEIGHBOURS = Mark.IMPLAUSIBLE_POSITION.value | Mark.IMPLAUSIBLE_CHARGE.value
"""What marks say that rest on the report before; all others rest on a report and its arrival."""

# Only where the mark is still what was read: a report is judged by one process at a time.
MARK = """
UPDATE telematics_truckreport r SET marks = t.marks
  FROM unnest(%s::timestamptz[], %s::bigint[], %s::smallint[]) AS t (recorded_at, seq, marks)
 WHERE r.truck_id = %s AND r.recorded_at = t.recorded_at AND r.seq = t.seq
   AND r.recorded_at BETWEEN %s AND %s
"""
# The live state shows the marks of the report it is; it stays that report.
MARK_LIVE = """
UPDATE telematics_truckstate s SET marks = t.marks
  FROM unnest(%s::timestamptz[], %s::bigint[], %s::smallint[]) AS t (recorded_at, seq, marks)
 WHERE s.truck_id = %s AND s.recorded_at = t.recorded_at AND s.seq = t.seq
"""


def judge_anew(truck_id: int, *, start: datetime, end: datetime) -> int:
    """Mark the reports of [start, end), and the next one, by their neighbours of own time.

    On arrival a report is held against the live state; a late one has no such neighbour, and a
    report that came before the ones between was held against the wrong one. The caller sees to
    it that a truck is judged by one process at a time.

    Returns
    -------
    int
        Reports whose marks changed.
    """
    reports = read_said(truck_id, start=start, end=end)
    if not reports:
        return 0
    following = first_credible_from(truck_id, end)
    if following:
        reports += read_said(truck_id, start=end, end=following.recorded_at)
        reports.append(following)
    marks = marks_in_order(reports, before=last_credible_before(truck_id, start))
    changed = [
        (report.recorded_at, report.seq, mark)
        for report, mark in zip(reports, marks, strict=True)
        if mark != report.marks
    ]
    if changed:
        columns = [list(column) for column in zip(*changed, strict=True)]
        with connection.cursor() as cursor:
            times = [changed[0][0], changed[-1][0]]
            cursor.execute(MARK, [*columns, truck_id, *times])
            cursor.execute(MARK_LIVE, [*columns, truck_id])
    return len(changed)


def marks_in_order(reports: Sequence[Said], *, before: Said | None) -> list[int]:
    """Return the marks of reports in the order of their time; `before` is the credible one before.

    As on arrival: each is held against the newest credible report before it.
    """
    marks = []
    last = before
    for report in reports:
        mark = report.marks & ~AGAINST_NEIGHBOURS
        if is_on_null_island(report):
            mark |= Mark.IMPLAUSIBLE_POSITION.value
        elif last is not None:
            mark |= marks_after(report, last)
        if is_credible(report, now=report.received_at):
            last = report
        marks.append(mark)
    return marks
