"""A found thing in words: its name, what else it is called, and what it does now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from dispatch.access import assignments_for
from dispatch.lifecycle import LIVE
from dispatch.selectors.live_map import stations_now
from dispatch.selectors.trucks_now import trucks_now
from fleet.access import Viewer
from fleet.models import Shift
from telematics.models import SlotState


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that was found; `of` is the truck a promise is for."""

    kind: str
    id: int
    name: str
    about: str = ""
    now: str = ""
    is_at_work: bool = False
    of: int | None = None


type Tell = Callable[[Viewer, list[Any], datetime], list[Hit]]


def said(user: Viewer, rows: Sequence[tuple[str, Any]], *, now: datetime) -> list[Hit]:
    """Return rows, each with its kind, in words; a few queries a kind."""
    hits: list[Hit] = []
    for kind in dict.fromkeys(kind for kind, _row in rows):
        hits += TELL[kind](user, [row for each, row in rows if each == kind], now)
    return hits


def _trucks(user: Viewer, rows: list[Any], now: datetime) -> list[Hit]:
    swaps = assignments_for(user, now=now).filter(truck__in=rows, state__in=LIVE)
    seen = set(swaps.values_list("pk", flat=True))
    hits = []
    for entry in trucks_now(rows, now=now):
        parts = [] if entry.truck.is_active else [_("retired")]
        if entry.state:
            parts.append(f"{entry.state.soc_percent:.0f} %")
            age = _("%(n)d min ago") % {"n": (entry.age_s or 0) // 60}
            parts += [f"{_('stale')}, {age}"] if entry.is_stale else []
        else:
            parts.append(_("never reported"))
        if entry.swap and entry.swap.pk in seen:
            eta = f"{localtime(entry.swap.eta):%H:%M}"
            parts.append(f"→ {entry.swap.station} {eta}")
        hits.append(
            Hit(
                kind="truck",
                id=entry.truck.pk,
                name=entry.truck.plate,
                about=entry.truck.vin,
                now=" · ".join(parts),
                is_at_work=bool(entry.swap or entry.shift) and entry.truck.is_active,
            )
        )
    return hits


def _stations(_user: Viewer, rows: list[Any], now: datetime) -> list[Hit]:
    figures = {row[0]: row[1:] for row in stations_now([row.pk for row in rows], now=now)}
    words = _("%(ready)d ready · %(waiting)d waiting · %(open)d of %(lanes)d lanes open")
    hits = []
    for row in rows:
        ready, waiting, lanes_open, lanes = figures[row.pk]
        told = words % {"ready": ready, "waiting": waiting, "open": lanes_open, "lanes": lanes}
        hits.append(
            Hit(
                kind="station",
                id=row.pk,
                name=str(row),
                about=row.code,
                now=told if row.is_active else _("out of service"),
                is_at_work=row.is_active,
            )
        )
    return hits


def _drivers(_user: Viewer, rows: list[Any], _now: datetime) -> list[Hit]:
    shifts = Shift.objects.filter(driver__in=rows, ended_at__isnull=True).select_related("truck")
    plates = {shift.driver_id: shift.truck.plate for shift in shifts}
    on_shift = _("on shift with %(plate)s")
    return [
        Hit(
            kind="driver",
            id=row.pk,
            name=row.name,
            about=row.phone,
            now=on_shift % {"plate": plates[row.pk]} if row.pk in plates else _("off shift"),
            is_at_work=row.pk in plates,
        )
        for row in rows
    ]


def _packs(_user: Viewer, rows: list[Any], _now: datetime) -> list[Hit]:
    slots = SlotState.objects.in_bulk([row.slot_id for row in rows if row.slot_id])
    hits = []
    for row in rows:
        soc = getattr(slots.get(row.slot_id), "soc_percent", None)
        parts = [
            _where(row),
            "" if soc is None else f"{soc:.0f} %",
            _("quarantined") if row.is_quarantined else "",
        ]
        hits.append(
            Hit(
                kind="pack",
                id=row.pk,
                name=row.code,
                about=row.type.name,
                now=" · ".join(part for part in parts if part),
                is_at_work=row.whereabouts in {"slot", "truck"},
            )
        )
    return hits


def _where(pack: Any) -> str:
    if not pack.slot:
        return str(pack.truck or pack.get_whereabouts_display())
    told = {"station": str(pack.slot.station), "n": pack.slot.number}
    return _("%(station)s, slot %(n)d") % told


def _assignments(_user: Viewer, rows: list[Any], _now: datetime) -> list[Hit]:
    return [
        Hit(
            kind="assignment",
            id=row.pk,
            name=f"{row.truck.plate} → {row.station}",
            about=f"#{row.pk}",
            now=f"{row.get_state_display()} · {localtime(row.eta):%H:%M}",
            is_at_work=row.state in LIVE,
            of=row.truck_id,
        )
        for row in rows
    ]


def _trips(_user: Viewer, rows: list[Any], _now: datetime) -> list[Hit]:
    return [
        Hit(
            kind="trip",
            id=row.pk,
            name=row.external_id,
            about=f"{row.origin} → {row.destination}",
            now=" · ".join(
                part for part in (str(row.get_state_display()), str(row.truck or "")) if part
            ),
            is_at_work=row.state == "underway",
        )
        for row in rows
    ]


def _devices(_user: Viewer, rows: list[Any], _now: datetime) -> list[Hit]:
    return [
        Hit(
            kind="device",
            id=row.pk,
            name=row.serial,
            about=str(row.get_kind_display()),
            now=str(row.truck or row.station or row.operator),
            is_at_work=row.is_active,
        )
        for row in rows
    ]


def _places(_user: Viewer, rows: list[Any], _now: datetime) -> list[Hit]:
    return [
        Hit(
            kind="place",
            id=row.pk,
            name=str(row),
            about=row.code,
            now=str(row.get_kind_display()),
        )
        for row in rows
    ]


TELL: dict[str, Tell] = {
    "truck": _trucks,
    "station": _stations,
    "driver": _drivers,
    "pack": _packs,
    "assignment": _assignments,
    "trip": _trips,
    "device": _devices,
    "place": _places,
}
