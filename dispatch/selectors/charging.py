"""What packs in slots hold by now, and what the charge plan says of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.models import ChargeWindow
from fleet.models import Pack
from telematics.models import SlotState

CHARGE_TO_PERCENT = 97.0
"""Packs are charged up to here: the last percents go in slowly and wear the cells."""
READY_FROM_PERCENT = 95.0
"""From here on a pack may be handed out: gauges err by a percent or two."""
TRUSTED_FOR = timedelta(minutes=10)
"""For so long after its last reading a slot is taken to charge as planned."""
_WH_PER_WS = 1 / 3600


@dataclass(frozen=True, slots=True)
class SlotCharge:
    """A pack in a slot, what it holds by now and what it can hold."""

    pack: Pack
    energy_wh: int
    full_wh: int
    is_known: bool
    is_charging: bool

    @property
    def charge_to_wh(self) -> int:
        """Return what the pack holds when it is charged."""
        return int(self.full_wh * CHARGE_TO_PERCENT / 100)

    @property
    def is_ready(self) -> bool:
        """Say whether the pack holds enough to be handed out."""
        return self.energy_wh >= self.full_wh * READY_FROM_PERCENT / 100


def slot_charges(station_ids: Iterable[int], *, now: datetime) -> list[SlotCharge]:
    """Return the packs in the slots of stations with what they hold, by slot.

    The last reading of the slot counts, plus what the charge plan has put in since (for 10 min
    at most). A pack no reading speaks of is charged as if it were empty.
    A quarantined pack, and one in a slot that is blocked or has a fault, does not charge.
    """
    packs = list(
        Pack.objects.filter(slot__station__in=list(station_ids))
        .select_related("type", "slot")
        .order_by("slot__station", "slot__number")
    )
    states = SlotState.objects.in_bulk([pack.slot_id for pack in packs if pack.slot_id])
    windows = _windows(packs, until=now)
    charges = []
    for pack in packs:
        state = states.get(pack.slot_id or 0)
        full_wh = int(pack.type.capacity_wh * pack.soh_percent / 100)
        energy_wh, is_known = 0.0, False
        if state and state.pack_code == pack.code and state.soc_percent is not None:
            is_known = True
            energy_wh = full_wh * state.soc_percent / 100
            energy_wh += _put_in_wh(windows.get(pack.pk, []), since=state.recorded_at, now=now)
        broken = bool(state and state.fault_code) or bool(pack.slot and pack.slot.is_blocked)
        charges.append(
            SlotCharge(
                pack=pack,
                energy_wh=min(full_wh, int(energy_wh)),
                full_wh=full_wh,
                is_known=is_known,
                is_charging=not broken and not pack.is_quarantined,
            )
        )
    return charges


def windows_ahead(station_id: int, *, now: datetime) -> Mapping[int, list[ChargeWindow]]:
    """Return a station's charge windows that have not ended, by slot, in order of time."""
    rows = ChargeWindow.objects.filter(slot__station=station_id, during__endswith__gt=now)
    by_slot: dict[int, list[ChargeWindow]] = {}
    for window in rows.order_by("slot", "during"):
        by_slot.setdefault(window.slot_id, []).append(window)
    return by_slot


def _windows(packs: Iterable[Pack], *, until: datetime) -> dict[int, list[ChargeWindow]]:
    in_slot = {pack.pk: pack.slot_id for pack in packs}
    rows = ChargeWindow.objects.filter(
        pack__in=in_slot, during__startswith__lt=until, during__endswith__gt=until - 2 * TRUSTED_FOR
    )
    by_pack: dict[int, list[ChargeWindow]] = {}
    for window in rows:
        if in_slot[window.pack_id] == window.slot_id:
            by_pack.setdefault(window.pack_id, []).append(window)
    return by_pack


def _put_in_wh(windows: Iterable[ChargeWindow], *, since: datetime, now: datetime) -> float:
    until = min(now, since + TRUSTED_FOR)
    energy_wh = 0.0
    for window in windows:
        overlap = min(window.during.upper, until) - max(window.during.lower, since)
        energy_wh += max(0.0, overlap.total_seconds()) * window.power_w * _WH_PER_WS
    return energy_wh
