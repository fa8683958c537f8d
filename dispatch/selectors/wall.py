"""The wall board of a station: what is in each slot and lane now, to be read from three metres."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dispatch.models import PackHold
from dispatch.selectors.arrival_list import Arrival, arrivals_ahead
from dispatch.selectors.arrivals import ready_by_plan
from dispatch.selectors.block_reasons import said
from dispatch.selectors.lane_rows import lane_row
from dispatch.selectors.slot_rows import STALE_AFTER, slot_row
from fleet.models import Closure, Lane, Pack, PackQuarantine, SwapStation
from telematics.models import LaneState, SlotState
from telematics.services.slot_alarms import HOT_C, VERY_HOT_C

SHOWN_TRUCKS = 5
CHARGES_FROM_KW = 1.0
SYMBOLS = {
    "ready": "✓",
    "charging": "↯",
    "waiting": "…",
    "blocked": "✕",
    "isolated": "✕✕",
    "fault": "!",
    "empty": "·",
    "swapping": "⇄",
    "here": "■",
    "free": "○",
}
COLUMNS = ((16, 4), (30, 6), (42, 7), (64, 8))
"""Up to how many slots stand in how many columns."""
ROOMY, TIGHT = 6, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A slot or a lane: its state as kind and word, and what else is to be known of it."""

    name: str
    kind: str
    word: str
    soc_percent: int | None = None
    heat: str = ""
    at: datetime | None = None
    plate: str = ""
    eta: datetime | None = None
    since: datetime | None = None
    """Since when it is out of use."""
    is_old: bool = False

    @property
    def symbol(self) -> str:
        """Return the sign that says the state without colour."""
        return SYMBOLS[self.kind]

    @property
    def heat_sign(self) -> str:
        """Return the sign of the heat alone, where degrees have no room."""
        return self.heat.partition(" ")[0]

    @property
    def plate_end(self) -> str:
        """Return the plate without the sign of its province, the same for nearly all."""
        return self.plate if self.plate.isascii() else self.plate[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """Everything a wall screen shows."""

    station: SwapStation
    now: datetime
    heard_at: datetime | None
    lanes: list[Tile]
    tiles: list[Tile]
    trucks: list[Arrival]
    closure: str

    @property
    def columns(self) -> int:
        """Return in how many columns the slots stand."""
        return next((columns for most, columns in COLUMNS if len(self.tiles) <= most), 10)

    @property
    def is_tight(self) -> bool:
        """Whether a tile has room for a word or for a time, not for both."""
        return self.columns > ROOMY

    @property
    def is_dense(self) -> bool:
        """Whether a tile has room for two lines only."""
        return self.columns > TIGHT

    @property
    def is_silent(self) -> bool:
        """Say whether the station itself has said nothing for five minutes."""
        return self.heard_at is None or self.now - self.heard_at > STALE_AFTER


def wall_of(station: SwapStation, *, now: datetime) -> Wall:
    """Return the wall board of a station as of `now`, in a handful of queries."""
    ready = ready_by_plan(station, now=now)
    coming = arrivals_ahead(station, ready=ready, now=now, most=40)
    closures = list(Closure.objects.filter(station=station, during__contains=now))
    states = {state.slot_id: state for state in SlotState.objects.filter(slot__station=station)}
    heard = [state.received_at for state in states.values()]
    whole = [closure.reason for closure in closures if closure.lane_id is None]
    return Wall(
        station=station,
        now=now,
        heard_at=max(heard, default=None),
        lanes=_lanes(station, coming, closures, now=now),
        tiles=_tiles(station, states, ready, now=now),
        trucks=[one for one in coming if one.assignment.state != "swapping"][:SHOWN_TRUCKS],
        closure=said(whole[0]) if whole else "",
    )


def _tiles(
    station: SwapStation,
    states: Mapping[int, SlotState],
    ready: Mapping[int, datetime],
    *,
    now: datetime,
) -> list[Tile]:
    packs = {pack.slot_id: pack for pack in Pack.objects.filter(slot__station=station)}
    holds = PackHold.objects.filter(pack__slot__station=station, is_live=True)
    promised = {
        hold.pack_id: hold for hold in holds.select_related("assignment__truck").order_by("-during")
    }
    apart = dict(
        PackQuarantine.objects.filter(pack__slot__station=station, released_at=None).values_list(
            "pack_id", "begun_at"
        )
    )
    tiles = []
    for slot in station.slots.order_by("number"):
        pack, state = packs.get(slot.pk), states.get(slot.pk)
        row = slot_row(slot, pack, state, now=now)
        ready_at = ready.get(pack.pk) if pack else None
        kind, word = _state(row.is_blocked, pack, state, ready_at, now)
        hold = promised.get(pack.pk) if pack else None
        tiles.append(
            Tile(
                name=row.name,
                kind=kind,
                word=word,
                soc_percent=round(state.soc_percent)
                if pack and state and state.soc_percent is not None
                else None,
                heat=_heat(state),
                at=ready_at if kind in {"charging", "waiting"} else None,
                plate=hold.assignment.truck.plate if hold else "",
                eta=hold.assignment.eta if hold else None,
                since=(apart.get(pack.pk) if pack else None) or slot.blocked_at,
                is_old=row.is_stale,
            )
        )
    return tiles


def _state(
    is_blocked: bool,  # noqa: FBT001  one of several facts
    pack: Pack | None,
    state: SlotState | None,
    ready_at: datetime | None,
    now: datetime,
) -> tuple[str, str]:
    if pack and pack.is_quarantined:
        return "isolated", _("isolated")
    if is_blocked:
        return "blocked", _("blocked")
    if state and state.fault_code:
        return "fault", _("fault")
    if pack is None:
        return "empty", pgettext("slot", "empty")
    if ready_at and ready_at <= now:
        return "ready", _("ready")
    if state and state.power_kw >= CHARGES_FROM_KW:
        return "charging", _("charging")
    return "waiting", _("waiting")


def _heat(state: SlotState | None) -> str:
    heat_c = state.temperature_c if state and state.temperature_c is not None else 0.0
    if heat_c < HOT_C:
        return ""
    return f"{'▲▲' if heat_c >= VERY_HOT_C else '▲'} {heat_c:.0f}°"


def _lanes(
    station: SwapStation, coming: list[Arrival], closures: list[Closure], *, now: datetime
) -> list[Tile]:
    states = {state.lane_id: state for state in LaneState.objects.filter(lane__station=station)}
    closed = {closure.lane_id: closure for closure in closures}
    tiles = []
    for lane in Lane.objects.filter(Q(station=station)).order_by("number"):
        row = lane_row(lane, states.get(lane.pk), now=now)
        here = [one.assignment for one in coming if one.is_here]
        here = [one for one in here if one.lane_id == lane.pk]
        swapping = next((one for one in here if one.state == "swapping"), None)
        first = swapping or (here[0] if here else None)
        kind, word, since = "free", _("free"), None
        if swapping:
            kind, word = "swapping", _("swapping")
        elif shut := closed.get(lane.pk) or closed.get(None):
            kind, word, since = "blocked", said(shut.reason), shut.during.lower
        elif row.fault:
            kind, word = "fault", row.fault
        elif first:
            kind, word = "here", _("waiting")
        tiles.append(
            Tile(
                name=row.name,
                kind=kind,
                word=word,
                plate=first.truck.plate if first else "",
                eta=swapping.occupies.upper if swapping else None,
                since=since,
                is_old=row.is_stale,
            )
        )
    return tiles
