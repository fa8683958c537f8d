"""What a truck at the gate gets if a pack promised to it is not there or not charged."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from dispatch.models import PackHold, SwapAssignment
from dispatch.selectors.readiness import pack_ready_at
from fleet.models import Pack

LOOK_AGAIN = timedelta(minutes=1)


def packs_go_at(assignment: SwapAssignment, *, now: datetime) -> datetime:
    """Return from when the packs of a truck at the gate may go; now, if they may.

    Once its promised time has come, a held pack that is not ready is replaced by a ready one
    nobody is promised. What cannot be replaced goes out as it is, if it is in the station at all.
    """
    promised: datetime = assignment.occupies.lower
    ready = pack_ready_at([assignment.station_id], now=now)
    holds = list(assignment.holds.filter(is_live=True).select_related("pack__slot"))
    missing = [hold for hold in holds if ready.get(hold.pack_id, promised) > now]
    if now < promised:
        return min(promised, max([ready.get(hold.pack_id, promised) for hold in missing] or [now]))
    spare = [pack for pack, at in ready.items() if at <= now]
    for hold in holds:
        if ready.get(hold.pack_id, now + LOOK_AGAIN) > now and not replace_pack(hold, spare):
            slot = hold.pack.slot
            if slot is None or slot.station_id != assignment.station_id:
                return now + LOOK_AGAIN
    return now


def replace_pack(hold: PackHold, spare: list[int]) -> bool:
    """Hold a ready pack of the same type instead; the exclusion constraint decides a race."""
    promised = PackHold.objects.filter(is_live=True).values("pack")
    free = Pack.objects.filter(pk__in=spare, type=hold.pack.type_id, slot__is_blocked=False)
    for pack in free.exclude(pk__in=promised).order_by("pk"):
        try:
            with transaction.atomic():
                PackHold.objects.filter(pk=hold.pk).update(pack=pack)
        except IntegrityError:
            continue
        return True
    return False
