"""Alarms that follow from what a station says of its slots."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from fleet.models import Pack, SwapStation, Whereabouts
from fleet.services.packs import Custody
from fleet.services.quarantine import quarantine_pack
from telematics.models import Alarm, SlotReading
from telematics.services.alarms import close_alarm, open_alarm
from telematics.services.slot_states import SlotReport

HOT_C = 55.0
VERY_HOT_C = 65.0
SAFETY_LEVEL = 3
"""From this level on the heat of a pack sets it apart at once."""
# While robots work, slots are ahead of the books until the swap is reported.
SWAP_GRACE = timedelta(minutes=10)


def look_at_slots(
    station: SwapStation,
    reports: Mapping[int, SlotReport],
    *,
    recorded_at: datetime,
    now: datetime,
) -> None:
    """Open and close fault and wrong-pack alarms of slots by their newest reports."""
    in_books = {pack.slot_id: pack for pack in Pack.objects.filter(slot__in=reports)}
    codes = [report.pack_code for report in reports.values() if report.pack_code]
    reported = {pack.code: pack for pack in Pack.objects.filter(code__in=codes)}
    ringing = set(
        Alarm.objects.filter(station=station, slot__in=reports, closed_at=None).values_list(
            "kind", "slot"
        )
    )
    for slot_id, report in reports.items():
        level, fault = _fault(report)
        if level >= SAFETY_LEVEL and (pack := reported.get(report.pack_code)):
            why = f"{station.code} S{report.slot}: {fault}"
            quarantine_pack(pack.pk, custody=Custody(at=now, reason=why))
        mismatch = _mismatch(
            slot_id, report, in_books.get(slot_id), reported.get(report.pack_code), recorded_at
        )
        for kind, degree, detail in (
            (Alarm.Kind.SLOT_FAULT, level, fault),
            (Alarm.Kind.WRONG_PACK, 2, mismatch),
        ):
            if detail:
                open_alarm(
                    kind,
                    level=degree,
                    detail=f"{station.code} S{report.slot}: {detail}",
                    now=now,
                    station_id=station.pk,
                    slot_id=slot_id,
                )
            elif (kind, slot_id) in ringing:
                close_alarm(kind, now=now, station_id=station.pk, slot_id=slot_id)


def _fault(report: SlotReport) -> tuple[int, str]:
    """Return level and sentence of what is wrong with a slot; empty when nothing is."""
    heat_c = report.temperature_c if report.temperature_c is not None else 0.0
    words = [f"fault {report.fault_code}"] if report.fault_code else []
    if heat_c >= HOT_C:
        words.append(f"{heat_c:.0f} °C")
    level = 3 if heat_c >= VERY_HOT_C else 2 if heat_c >= HOT_C else 1
    return level, ", ".join(words)


def _mismatch(
    slot_id: int,
    report: SlotReport,
    in_books: Pack | None,
    reported: Pack | None,
    recorded_at: datetime,
) -> str:
    """Return how slot and books differ; empty when they agree, or a swap may be under way."""
    if (in_books.code if in_books else "") == report.pack_code:
        return ""
    may_be_swap = reported is None or reported.whereabouts == Whereabouts.TRUCK
    if may_be_swap and not _has_said_so_for_long(slot_id, report.pack_code, recorded_at):
        return ""
    there = f"{report.pack_code} is here" if report.pack_code else "no pack is here"
    books = f"the books have {in_books.code}" if in_books else "the books have none"
    return f"{there}, {books}"


def _has_said_so_for_long(slot_id: int, pack_code: str, recorded_at: datetime) -> bool:
    readings = SlotReading.objects.filter(slot=slot_id, recorded_at__lte=recorded_at)
    other = readings.exclude(pack_code=pack_code).order_by("-recorded_at").first()
    since = readings.filter(recorded_at__gt=other.recorded_at) if other else readings
    first = since.order_by("recorded_at").first()
    return first is not None and recorded_at - first.recorded_at >= SWAP_GRACE
