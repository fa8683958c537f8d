"""The day board of a station: its lanes and slots over time, and who arrives next."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatch.lifecycle import LIVE
from dispatch.models import ChargeWindow, PackHold, SwapAssignment
from fleet.models import Closure, Lane, Pack, SwapStation
from telematics.models import LaneState, SlotState

BACK = timedelta(hours=2)
AHEAD = timedelta(hours=6)
STALE_AFTER = timedelta(minutes=5)
JOINED_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Something that lasts on the board; `left` and `width` are percent of the axis."""

    kind: str
    left: float
    width: float
    label: str
    assignment_id: int | None = None


@dataclass(slots=True, kw_only=True)
class Row:
    """A lane or a slot, with its state now and its bars."""

    name: str
    state: str
    detail: str
    is_stale: bool = False
    is_blocked: bool = False
    number: int
    bars: list[Bar] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A truck that is due, with the slots its packs wait in."""

    assignment: SwapAssignment
    packs: list[str]
    minutes_off: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything the page shows."""

    station: SwapStation
    now: datetime
    lanes: list[Row]
    slots: list[Row]
    arrivals: list[Arrival]
    hours: list[tuple[float, datetime]]
    now_left: float
    closures: list[Closure]


class Axis:
    """The time axis of a board, from `BACK` before now to `AHEAD` of it."""

    def __init__(self, now: datetime) -> None:
        self.start = now - BACK
        self.end = now + AHEAD
        self._span = (self.end - self.start).total_seconds()

    def left(self, at: datetime) -> float:
        """Return where an instant lies, in percent of the axis."""
        return round((at - self.start).total_seconds() / self._span * 100, 3)

    def bar(
        self,
        kind: str,
        start: datetime | None,
        end: datetime | None,
        label: str,
        assignment_id: int | None = None,
    ) -> Bar | None:
        """Return a bar cut to the axis, or None if it lies outside."""
        begins, ends = max(start or self.start, self.start), min(end or self.end, self.end)
        if begins >= ends:
            return None
        left = self.left(begins)
        return Bar(
            kind=kind,
            left=left,
            width=round(max(self.left(ends) - left, 0.2), 3),
            label=label,
            assignment_id=assignment_id,
        )


def station_board(station: SwapStation, *, now: datetime) -> Board:
    """Return the board of a station as of `now`, in a handful of queries."""
    axis = Axis(now)
    closures = list(Closure.objects.filter(station=station, during__overlap=(axis.start, axis.end)))
    return Board(
        station=station,
        now=now,
        lanes=_lane_rows(station, axis, closures, now),
        slots=_slot_rows(station, axis, now),
        arrivals=_arrivals(station, now),
        hours=_hours(axis),
        now_left=axis.left(now),
        closures=[closure for closure in closures if now in closure.during],
    )


def _hours(axis: Axis) -> list[tuple[float, datetime]]:
    first = axis.start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    marks = [first + timedelta(hours=hour) for hour in range(8)]
    return [(axis.left(at), at) for at in marks if at < axis.end]


def _lane_rows(
    station: SwapStation, axis: Axis, closures: list[Closure], now: datetime
) -> list[Row]:
    states = {state.lane_id: state for state in LaneState.objects.filter(lane__station=station)}
    rows = {}
    for lane in Lane.objects.filter(station=station).order_by("number"):
        state = states.get(lane.pk)
        rows[lane.pk] = Row(
            name=f"L{lane.number}",
            number=lane.number,
            state=state.state if state else "unknown",
            detail=state.fault_code if state else "",
            is_stale=state is None or now - state.received_at > STALE_AFTER,
        )
    for closure in closures:
        for pk, row in rows.items():
            if closure.lane_id in {None, pk}:
                bar = axis.bar("closed", closure.during.lower, closure.during.upper, closure.reason)
                row.bars += [bar] if bar else []
                row.is_blocked |= now in closure.during
    swaps = SwapAssignment.objects.filter(
        lane__in=rows, occupies__overlap=(axis.start, axis.end), state__in=[*LIVE, "done"]
    ).select_related("truck")
    for swap in swaps:
        bar = axis.bar(
            swap.state, swap.occupies.lower, swap.occupies.upper, swap.truck.plate, swap.pk
        )
        rows[swap.lane_id].bars += [bar] if bar else []
    return list(rows.values())


def _slot_rows(station: SwapStation, axis: Axis, now: datetime) -> list[Row]:
    packs = {pack.slot_id: pack for pack in Pack.objects.filter(slot__station=station)}
    states = {state.slot_id: state for state in SlotState.objects.filter(slot__station=station)}
    rows = {}
    for slot in station.slots.order_by("number"):
        pack, state = packs.get(slot.pk), states.get(slot.pk)
        charge = "" if state is None or state.soc_percent is None else f"{state.soc_percent:.0f} %"
        rows[slot.pk] = Row(
            name=f"S{slot.number}",
            number=slot.number,
            state=charge if pack else "–",
            detail=slot.block_reason or (pack.code[-7:] if pack else ""),
            is_blocked=slot.is_blocked or (pack is not None and pack.is_quarantined),
            is_stale=pack is not None and (state is None or now - state.received_at > STALE_AFTER),
        )
    _add_charging(rows, axis)
    _add_holds(rows, packs, axis)
    return list(rows.values())


def _add_charging(rows: dict[int, Row], axis: Axis) -> None:
    """Draw charging, with windows that follow each other closely as one bar."""
    windows = ChargeWindow.objects.filter(slot__in=rows, during__overlap=(axis.start, axis.end))
    spells: dict[int, list[tuple[datetime, datetime]]] = {}
    for window in windows.order_by("slot", "during"):
        spell = spells.setdefault(window.slot_id, [])
        start, end = window.during.lower, window.during.upper
        if spell and start - spell[-1][1] < JOINED_WITHIN:
            spell[-1] = (spell[-1][0], end)
        else:
            spell.append((start, end))
    for slot_id, spell in spells.items():
        bars = [axis.bar("charging", start, end, "") for start, end in spell]
        rows[slot_id].bars += [bar for bar in bars if bar]


def _add_holds(rows: dict[int, Row], packs: dict[int | None, Pack], axis: Axis) -> None:
    slot_of = {pack.pk: slot_id for slot_id, pack in packs.items() if slot_id is not None}
    holds = PackHold.objects.filter(pack__in=slot_of, is_live=True).select_related(
        "assignment__truck"
    )
    for hold in holds:
        swap = hold.assignment
        bar = axis.bar("held", swap.occupies.lower, swap.occupies.upper, swap.truck.plate, swap.pk)
        rows[slot_of[hold.pack_id]].bars += [bar] if bar else []


def _arrivals(station: SwapStation, now: datetime) -> list[Arrival]:
    due = (
        SwapAssignment.objects.filter(station=station, state__in=LIVE)
        .select_related("truck", "lane")
        .prefetch_related("holds__pack__slot")
        .order_by("occupies")[:20]
    )
    return [
        Arrival(
            assignment=swap,
            packs=[
                f"S{hold.pack.slot.number}" if hold.pack.slot else hold.pack.code[-7:]
                for hold in swap.holds.all()
                if hold.is_live
            ],
            minutes_off=round((swap.eta - now).total_seconds() / 60),
        )
        for swap in due
    ]
