"""What a station says of its slots and lanes: history, live state, and alarms that follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from fleet.models import Lane, Pack, Slot, SwapStation
from fleet.services.jobs import promise_job
from telematics.models import LaneState, SlotState
from telematics.services.slot_alarms import look_at_slots
from telematics.services.slot_states import SlotReport, append_readings, move_states_forward

CLOCK_AHEAD = timedelta(seconds=60)
# More than this between what a slot should hold by now and what it says: the charge plan is off.
DISAGREES_PERCENT = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneReport:
    """What a station says of one lane."""

    lane: int
    state: str
    fault_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one item: stored, late (history only), duplicate or refused with a code."""

    number: int
    verdict: str
    code: str = ""
    detail: str = ""


def record_slots(
    station: SwapStation, reports: Sequence[SlotReport], *, recorded_at: datetime, now: datetime
) -> list[Verdict]:
    """Keep what a station says of its slots: one verdict a report, in their order.

    One transaction: readings are appended (`telematics_slot_reading_is_kept_once` knows one sent
    again), the live state moves forward by `recorded_at` only, alarms open and close, and a
    charge plan is promised when the slots are not as it took them to be.
    """
    slots = {slot.number: slot for slot in Slot.objects.filter(station=station)}
    codes = [report.pack_code for report in reports if report.pack_code]
    packs = {pack.code: pack for pack in Pack.objects.select_related("type").filter(code__in=codes)}
    verdicts = [
        _refusal(report, slots, packs, recorded_at, now) or _named_twice(reports[:i], report)
        for i, report in enumerate(reports)
    ]
    good = {
        slots[report.slot].pk: report
        for report, refusal in zip(reports, verdicts, strict=True)
        if refusal is None
    }
    with transaction.atomic():
        before = SlotState.objects.in_bulk(list(good))
        kept = append_readings(good, recorded_at=recorded_at, now=now)
        moved = move_states_forward(good, recorded_at=recorded_at, now=now)
        look_at_slots(station, {pk: good[pk] for pk in moved}, recorded_at=recorded_at, now=now)
        if any(_disagrees(before.get(pk), good[pk], packs, recorded_at) for pk in moved):
            promise_job(
                name="dispatch.plan_charging",
                key=f"{station.pk}:{recorded_at.isoformat()}",
                station_id=station.pk,
            )
    return [
        refusal
        or Verdict(number=report.slot, verdict=_fate(slots[report.slot].pk, kept=kept, moved=moved))
        for report, refusal in zip(reports, verdicts, strict=True)
    ]


def record_lanes(
    station: SwapStation, reports: Sequence[LaneReport], *, recorded_at: datetime, now: datetime
) -> list[Verdict]:
    """Move the live state of lanes forward; a plan is promised when a lane fails or works again."""
    lanes = {lane.number: lane for lane in Lane.objects.filter(station=station)}
    verdicts = []
    with transaction.atomic():
        for report in reports:
            lane = lanes.get(report.lane)
            if refusal := _refused_time(report.lane, recorded_at, now):
                verdicts.append(refusal)
            elif lane is None:
                verdicts.append(_refused(report.lane, "unknown_lane", "lane", station))
            else:
                verdict = _move_lane(station, lane, report, recorded_at=recorded_at, now=now)
                verdicts.append(Verdict(number=report.lane, verdict=verdict))
    return verdicts


def note_lane_works(lane_id: int, *, now: datetime) -> bool:
    """Take a lane that was reported broken as free again; say whether it was broken."""
    broken = LaneState.objects.filter(
        lane=lane_id, state=LaneState.State.FAULT, recorded_at__lte=now
    )
    return bool(
        broken.update(state=LaneState.State.FREE, fault_code="", recorded_at=now, received_at=now)
    )


def _refusal(
    report: SlotReport,
    slots: Mapping[int, Slot],
    packs: Mapping[str, Pack],
    recorded_at: datetime,
    now: datetime,
) -> Verdict | None:
    if refusal := _refused_time(report.slot, recorded_at, now):
        return refusal
    if report.slot not in slots:
        detail = "The station has no slot of this number. Ask its operator to register it."
        return Verdict(number=report.slot, verdict="refused", code="unknown_slot", detail=detail)
    if report.pack_code and report.pack_code not in packs:
        detail = "No pack has this code. Have it registered, then send the reading again."
        return Verdict(number=report.slot, verdict="refused", code="unknown_pack", detail=detail)
    return None


def _named_twice(earlier: Sequence[SlotReport], report: SlotReport) -> Verdict | None:
    if all(other.slot != report.slot for other in earlier):
        return None
    detail = "The slot is named twice in one reading; its first line counts."
    return Verdict(number=report.slot, verdict="refused", code="named_twice", detail=detail)


def _refused(number: int, code: str, what: str, station: SwapStation) -> Verdict:
    detail = f"{station.code} has no {what} of this number. Ask its operator to register it."
    return Verdict(number=number, verdict="refused", code=code, detail=detail)


def _refused_time(number: int, recorded_at: datetime, now: datetime) -> Verdict | None:
    if recorded_at <= now + CLOCK_AHEAD:
        return None
    detail = "recorded_at is more than 60 s ahead of server_time. Set the controller's clock."
    return Verdict(number=number, verdict="refused", code="clock_ahead", detail=detail)


def _fate(slot_id: int, *, kept: set[int], moved: set[int]) -> str:
    if slot_id not in kept:
        return "duplicate"
    return "stored" if slot_id in moved else "late"


def _disagrees(
    before: SlotState | None, report: SlotReport, packs: Mapping[str, Pack], recorded_at: datetime
) -> bool:
    """Say whether a slot is not as its last word let expect: other pack, fault, or charge."""
    if before is None or before.pack_code != report.pack_code:
        return True
    if bool(before.fault_code) != bool(report.fault_code):
        return True
    if not report.pack_code or before.soc_percent is None or report.soc_percent is None:
        return before.soc_percent != report.soc_percent
    hours = (recorded_at - before.recorded_at) / timedelta(hours=1)
    capacity_kwh = packs[report.pack_code].type.capacity_wh / 1000
    expected = min(100.0, before.soc_percent + 100 * before.power_kw * hours / capacity_kwh)
    return abs(report.soc_percent - expected) > DISAGREES_PERCENT


def _move_lane(
    station: SwapStation, lane: Lane, report: LaneReport, *, recorded_at: datetime, now: datetime
) -> str:
    before, is_new = LaneState.objects.select_for_update().get_or_create(
        lane=lane,
        defaults={
            "recorded_at": recorded_at,
            "received_at": now,
            "state": report.state,
            "fault_code": report.fault_code,
        },
    )
    was_broken = before.state == LaneState.State.FAULT and not is_new
    if not is_new:
        if recorded_at <= before.recorded_at:
            return "duplicate" if recorded_at == before.recorded_at else "late"
        before.recorded_at, before.received_at = recorded_at, now
        before.state, before.fault_code = report.state, report.fault_code
        before.save()
    if was_broken != (report.state == LaneState.State.FAULT):
        promise_job(
            name="dispatch.run_plan",
            key=f"urgent:{station.region_id}:lane_state:{int(now.timestamp())}",
            queue="plan",
            region_id=station.region_id,
            cause="lane_state",
        )
    return "stored"
