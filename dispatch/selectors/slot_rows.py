"""The slots of a station over time: charging, ready, promised, blocked."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import QuerySet

from dispatch.models import ChargeWindow, PackHold
from dispatch.selectors.bars import Axis, Row
from dispatch.selectors.block_reasons import said
from fleet.models import Pack, PackQuarantine, Slot, SwapStation
from telematics.models import SlotState

STALE_AFTER = timedelta(minutes=5)
JOINED_WITHIN = timedelta(minutes=2)


def slot_rows(
    station: SwapStation, axis: Axis, *, ready: Mapping[int, datetime], now: datetime
) -> list[Row]:
    """Return a row for each slot of a station; six queries."""
    packs = {pack.slot_id: pack for pack in Pack.objects.filter(slot__station=station)}
    states = {state.slot_id: state for state in SlotState.objects.filter(slot__station=station)}
    apart = {row.pack_id: row for row in _quarantines(station)}
    rows = {}
    for slot in station.slots.order_by("number"):
        row = slot_row(slot, packs.get(slot.pk), states.get(slot.pk), now=now)
        row.quarantine = apart.get(row.pack_pk)
        if row.is_blocked or row.is_quarantined:
            page = ("fleet_pack", row.pack_pk) if row.is_quarantined else ("fleet_swapstation", 0)
            page = page if page[1] else ("fleet_swapstation", station.pk)
            why = row.quarantine.reason if row.quarantine else row.detail
            begun_at = row.quarantine.begun_at if row.quarantine else slot.blocked_at or now
            row.add(axis.bar("blocked", begun_at, None, label=said(why), leads_to=page))
        rows[slot.pk] = row
    _add_charging(rows, axis)
    holds = _add_holds(rows, packs, axis)
    for slot_id, row in rows.items():
        pack = packs.get(slot_id)
        ready_at = ready.get(pack.pk) if pack else None
        if pack and ready_at and not row.is_blocked and not row.is_quarantined:
            until = holds.get(pack.pk)
            leads_to = ("fleet_pack", pack.pk)
            row.add(axis.bar("ready", ready_at, until, says=pack.code, leads_to=leads_to))
    return [row.stacked() for row in rows.values()]


def _quarantines(station: SwapStation) -> QuerySet[PackQuarantine]:
    rows = PackQuarantine.objects.filter(pack__slot__station=station, released_at=None)
    return rows.select_related("asked_by")


def slot_row(slot: Slot, pack: Pack | None, state: SlotState | None, *, now: datetime) -> Row:
    """Return a slot as it is now, without bars."""
    charge = "" if state is None or state.soc_percent is None else f"{state.soc_percent:.0f} %"
    return Row(
        what=f"slot-{slot.number}",
        name=f"S{slot.number}",
        number=slot.number,
        state=charge if pack else "–",
        detail=said(slot.block_reason),
        pack=pack.code if pack else "",
        pack_pk=pack.pk if pack else 0,
        fault=state.fault_code if state else "",
        is_blocked=slot.is_blocked,
        is_quarantined=pack is not None and pack.is_quarantined,
        is_stale=pack is not None and (state is None or now - state.received_at > STALE_AFTER),
    )


def _add_charging(rows: Mapping[int, Row], axis: Axis) -> None:
    """Draw charging, with windows that follow each other closely as one bar."""
    windows = ChargeWindow.objects.filter(slot__in=rows, during__overlap=(axis.start, axis.end))
    spells: dict[tuple[int, int], list[tuple[datetime, datetime]]] = {}
    for window in windows.order_by("slot", "during"):
        spell = spells.setdefault((window.slot_id, window.pack_id), [])
        start, end = window.during.lower, window.during.upper
        if spell and start - spell[-1][1] < JOINED_WITHIN:
            spell[-1] = (spell[-1][0], end)
        else:
            spell.append((start, end))
    for (slot_id, pack_id), spell in spells.items():
        for start, end in spell:
            rows[slot_id].add(axis.bar("charging", start, end, leads_to=("fleet_pack", pack_id)))


def _add_holds(
    rows: Mapping[int, Row], packs: Mapping[int | None, Pack], axis: Axis
) -> dict[int, datetime]:
    """Draw what is promised; return when each promised pack goes."""
    slot_of = {pack.pk: slot_id for slot_id, pack in packs.items() if slot_id is not None}
    holds = PackHold.objects.filter(pack__in=slot_of, is_live=True).select_related(
        "assignment__truck"
    )
    goes_at: dict[int, datetime] = {}
    for hold in holds:
        swap = hold.assignment
        rows[slot_of[hold.pack_id]].add(
            axis.bar(
                "promised",
                hold.during.lower,
                swap.occupies.upper,
                label=swap.truck.plate,
                leads_to=("dispatch_swapassignment", swap.pk),
            )
        )
        start = swap.occupies.lower
        goes_at[hold.pack_id] = min(start, goes_at.get(hold.pack_id, start))
    return goes_at
