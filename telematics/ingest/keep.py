"""Reports of many trucks, from decoded to kept: one verdict each, and what waits for the truck."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
from psycopg import Connection, IntegrityError
from psycopg.pq import TransactionStatus

from telematics.ingest.answer import ReportsAnswer
from telematics.ingest.decode import Report
from telematics.ingest.judge import MARK_LATE, Before, judge
from telematics.ingest.ledger import Names, Numbers
from telematics.ingest.live import live_states
from telematics.ingest.odd import keep_odd
from telematics.ingest.rows import pack_row
from telematics.ingest.rules import RuleBook
from telematics.ingest.store import Batch, Move, store
from telematics.ingest.submission import Submission
from telematics.models import Source
from telematics.protocols.datum import Datum, to_wgs84
from telematics.services.arrays import micros
from telematics.services.downlinks import NOTHING_WAITS, fetch_rides
from telematics.services.plausibility import is_credible

_SOURCES = {source.label: source.value for source in Source}


@dataclass(frozen=True, slots=True)
class News:
    """What a batch brought that others wait for."""

    has_breaches_changed: bool
    asking: tuple[int, ...]
    """Trucks whose charge fell below what dispatch reckons with."""


@dataclass(slots=True)
class Keeper:
    """Keeps batches over one connection; remembers names, and asks the rules of alarms."""

    line: Connection[Any]
    rules: RuleBook
    retention: timedelta
    names: Names = field(default_factory=Names)

    def keep(self, submissions: Sequence[Submission]) -> tuple[list[ReportsAnswer], News]:
        """Keep what requests brought; return an answer each, and what others wait for.

        What is said to be kept is committed when this returns, unless the caller holds a
        transaction open.
        """
        try:
            return self._keep(submissions)
        except IntegrityError:
            # The day's partition was attached while rows were on their way to the default one, or
            # a boot known here was swept and came back under another id.
            if self.line.info.transaction_status != TransactionStatus.IDLE:
                raise
            self.names = Names()
            return self._keep(submissions)

    def _keep(self, submissions: Sequence[Submission]) -> tuple[list[ReportsAnswer], News]:
        self.rules.refresh(self.line)
        lives = live_states(self.line, {each.truck_id for each in submissions})
        self._learn_names(submissions)
        batch = Batch()
        for each in submissions:
            if live := self._place(each, batch, live=lives.get(each.truck_id)):
                lives[each.truck_id] = live
        kept = store(self.line, batch, self.names)
        if kept.duplicates:
            for each in submissions:
                each.say_known(kept.duplicates)
        rides = fetch_rides(
            self.line,
            sorted({each.truck_id for each in submissions if not each.is_apart}),
            now=max(each.received_at for each in submissions),
        )
        answers = []
        for each in submissions:
            if each.is_apart:  # who knows who reads this
                answers.append(ReportsAnswer(each.received_at, each.verdicts, None, [], []))
                continue
            waiting = rides.get(each.truck_id, NOTHING_WAITS)
            answers.append(
                ReportsAnswer(
                    each.received_at,
                    each.verdicts,
                    waiting.assignment,
                    waiting.messages,
                    kept.holes.get(each.truck_id, []),
                )
            )
        return answers, News(kept.has_breaches_changed, tuple(sorted(batch.asking)))

    def _learn_names(self, submissions: Iterable[Submission]) -> None:
        names, boots, codes = self.names, set(), set()
        names.forget_many()
        for submission in submissions:
            for each in submission.decoded:
                if not isinstance(each, Report):
                    continue
                if (boot := (submission.truck_id, each.boot_id)) not in names.boots:
                    boots.add(boot)
                if each.pack_codes is not None:
                    packs = tuple(each.pack_codes)
                    if packs not in names.pack_sets:
                        codes.add(packs)
        names.learn(self.line, boots=boots, codes=codes)

    def _place(self, submission: Submission, batch: Batch, *, live: Before | None) -> Before | None:
        """Put a request's reports into the batch; return the truck's live state after them."""
        truck_id, now = submission.truck_id, submission.received_at
        seen = batch.seen.setdefault(truck_id, set())
        odd = submission.sort_out(seen, retention=self.retention)
        decoded: Any = submission.decoded  # refused ones are in neither
        if odd:
            new = keep_odd(
                self.line,
                [(decoded[i], reason) for i, reason in odd.items()],
                truck_id=truck_id,
                now=now,
            )
            submission.say_odd({i: odd[i] for i in odd if decoded[i].key in new})
        reports = [_in_wgs84(decoded[i], submission.datum) for i in submission.fit]
        times_us = [micros(report.recorded_at) for report in reports]
        marks = judge(reports, live=live, now=now)
        received_us = micros(now)
        submission.first_place = len(batch.rows)
        for report, at_us, mark in zip(reports, times_us, marks, strict=True):
            row = self._row(submission, report, mark, at_us=at_us, received_us=received_us)
            batch.rows.append(row)
        submission.say_kept(marks)
        if not submission.is_apart:
            fit = zip(reports, times_us, strict=True)
            kept_apart = ((decoded[i], micros(decoded[i].recorded_at)) for i in odd)
            _count(batch, truck_id, (*fit, *kept_apart), received_us)
        credible = (  # without a mark it is, and most have none
            each
            for each, mark in zip(zip(reports, times_us, strict=True), marks, strict=True)
            if not mark or (not mark & MARK_LATE and is_credible(each[0], now=now))
        )
        return self._move(batch, truck_id, credible, live=live)

    def _row(
        self, submission: Submission, report: Report, marks: int, *, at_us: int, received_us: int
    ) -> bytes:
        codes = report.pack_codes
        return pack_row(
            report,
            at_us=at_us,
            truck_id=submission.truck_id,
            boot_no=self.names.boots[submission.truck_id, report.boot_id],
            pack_set_id=None if codes is None else self.names.pack_sets[tuple(codes)],
            received_us=received_us,
            marks=marks,
            source=_SOURCES[report.datum or submission.datum],
        )

    def _move(
        self,
        batch: Batch,
        truck_id: int,
        reports: Iterable[tuple[Report, int]],
        *,
        live: Before | None,
    ) -> Before | None:
        """Note the newest of credible reports, and which rules begin or cease to be breached."""
        breaches, masks = live.breaches if live else 0, self.rules.masks
        newest, at_us = None, 0
        for newest, at_us in reports:
            raised, hold = masks(newest)
            now_breached = raised | (breaches & hold)
            if now_breached != breaches:
                batch.change(truck_id, was=breaches, now=now_breached, at_us=at_us)
                breaches = now_breached
        if newest is None:
            return live
        codes = None if newest.pack_codes is None else ",".join(newest.pack_codes)
        batch.moves[truck_id] = Move(at_us, newest.seq, newest.boot_id, codes, breaches)
        if live and live.is_left_behind(newest):
            batch.asking.add(truck_id)
        return Before(
            newest.recorded_at,
            newest.seq,
            newest.boot_id,
            newest.latitude_deg,
            newest.longitude_deg,
            newest.speed_kmh,
            newest.soc_percent,
            newest.pack_codes,
            breaches,
            live.asks_below_percent if live else None,
        )


def _count(
    batch: Batch, truck_id: int, reports: Iterable[tuple[Report, int]], received_us: int
) -> None:
    """Note the numbers that came, whatever becomes of the reports."""
    for report, at_us in reports:
        numbers = batch.boots.get((truck_id, report.boot_id))
        if numbers is None:
            numbers = batch.boots[truck_id, report.boot_id] = Numbers(at_us, at_us, received_us)
        numbers.add(report.seq, at_us)


def _in_wgs84(report: Report, datum: str) -> Report:
    source = report.datum or datum
    if source == Datum.WGS84:
        return report
    latitude_deg, longitude_deg = to_wgs84(report.latitude_deg, report.longitude_deg, Datum(source))
    return msgspec.structs.replace(report, latitude_deg=latitude_deg, longitude_deg=longitude_deg)
