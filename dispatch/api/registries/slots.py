"""`/api/v1/fleet/slots`: the slots of an operator's stations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, override

from django.db.models import QuerySet
from rest_framework import serializers

from dispatch.api.registries.callers import Caller
from dispatch.api.registries.resource import ChangeBody, Facts, Resource, StationQuery, only
from dispatch.services.gate.slots import block_slot, unblock_slot
from fleet import access
from fleet.access import Viewer
from fleet.models import Slot
from fleet.selectors.registries import slots_told
from fleet.services.seen import write_columns


class SlotFacts(Facts):
    """A slot, the pack in it, and whether it is blocked."""

    id = serializers.IntegerField()
    station = serializers.CharField(source="station.code")
    number = serializers.IntegerField()
    max_power_kw = serializers.IntegerField()
    is_blocked = serializers.BooleanField()
    block_reason = serializers.CharField()
    pack = serializers.SerializerMethodField(allow_null=True)

    def get_pack(self, slot: Any) -> str | None:
        """Return the code of the pack in the slot."""
        codes = [pack.code for pack in slot.packs.all()]
        return codes[0] if codes else None


class SlotChange(ChangeBody):
    """What may be changed of a slot; `reason` is what a blocked one shows."""

    max_power_kw = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    is_blocked = serializers.BooleanField(required=False)


class Slots(Resource):
    """The slots of stations."""

    name, one = "slots", "slot"
    facts, body, query = SlotFacts, SlotChange, StationQuery

    @override
    def rows_for(self, user: Viewer, *, now: datetime) -> QuerySet[Slot]:
        stations = access.stations_for(user).values("pk")
        return slots_told(Slot.objects.filter(station__in=stations))

    @override
    def kept_by(self, user: Viewer, *, now: datetime) -> QuerySet[Slot]:
        return Slot.objects.filter(station__in=access.stations_kept_by(user).values("pk"))

    @override
    def edit(self, row: Slot, wanted: Mapping[str, Any], *, caller: Caller, now: datetime) -> None:
        write_columns(row, only(wanted, "max_power_kw"))
        is_blocked = wanted.get("is_blocked", row.is_blocked)
        if is_blocked != row.is_blocked:
            verb = block_slot if is_blocked else unblock_slot
            verb(row, reason=wanted["reason"], by=caller.by, now=now)
