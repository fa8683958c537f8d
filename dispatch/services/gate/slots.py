"""Block slots and use them again, with what hangs on them: their packs' promises, and the plan."""

from datetime import datetime

from django.db import transaction

from dispatch.services.plans.replans import promise_replan
from fleet.models import Pack, Slot, User
from fleet.services import quarantine, stations
from fleet.services.jobs import promise_job


def block_slot(slot: Slot, *, reason: str, by: User | None, now: datetime) -> None:
    """Charge nothing in a slot and hand nothing out of it; promises are moved off its pack."""
    with transaction.atomic():
        stations.block_slot(slot, reason=reason, by=by, now=now)
        for pack_id in Pack.objects.filter(slot=slot).values_list("pk", flat=True):
            promise_job(
                name=quarantine.BREAK_HOLDS_TASK,
                key=f"slot:{slot.pk}:{pack_id}:{now.timestamp():.6f}",
                pack_id=pack_id,
                why="slot_blocked",
            )
        promise_replan(slot.station.region_id, cause="slot", now=now)


def unblock_slot(slot: Slot, *, reason: str, by: User | None, now: datetime) -> None:
    """Use a slot again, from the next plan on."""
    with transaction.atomic():
        stations.unblock_slot(slot, reason=reason, by=by)
        promise_replan(slot.station.region_id, cause="slot", now=now)
