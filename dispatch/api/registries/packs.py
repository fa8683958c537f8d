"""`/api/v1/fleet/packs`: the packs an operator owns, and those in its slots and trucks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, override

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dispatch.api.registries.callers import Caller
from dispatch.api.registries.resource import ChangeBody, Facts, Resource, ViewQuery, only
from dispatch.api.trip_bodies import UtcField
from fleet import access
from fleet.access import Viewer
from fleet.models import Pack, Whereabouts
from fleet.selectors.registries import packs_told
from fleet.services import packs, quarantine
from fleet.services.packs import Custody
from fleet.services.seen import write_columns


class QuarantineFacts(serializers.Serializer[Any]):
    """A quarantine that stands; one for safety takes two persons to be lifted."""

    is_safety = serializers.BooleanField()
    reason = serializers.CharField()
    begun_at = UtcField()
    release_asked_at = UtcField(source="asked_at", allow_null=True)


class PackFacts(Facts):
    """A pack as the registry has it, and where it is."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    type = serializers.CharField(source="type.code")
    owner = serializers.CharField(source="owner.code")
    soh_percent = serializers.FloatField()
    whereabouts = serializers.ChoiceField(choices=Whereabouts.values)
    station = serializers.CharField(
        source="slot.station.code", default=None, allow_null=True, read_only=True
    )
    slot = serializers.IntegerField(
        source="slot.number", default=None, allow_null=True, read_only=True
    )
    truck = serializers.CharField(
        source="truck.plate", default=None, allow_null=True, read_only=True
    )
    position = serializers.IntegerField(allow_null=True)
    is_quarantined = serializers.BooleanField()
    quarantine = serializers.SerializerMethodField()

    @extend_schema_field(QuarantineFacts(allow_null=True))
    def get_quarantine(self, pack: Any) -> Any:
        """Return the quarantine that stands."""
        return QuarantineFacts(pack.apart[0]).data if pack.apart else None


class PackChange(ChangeBody):
    """What may be changed of a pack.

    `is_quarantined`: `true` sets it apart for safety, or turns down a release that was asked for;
    `false` asks for its release or, if another person has asked, confirms it.
    """

    soh_percent = serializers.FloatField(min_value=0, max_value=100, required=False)
    whereabouts = serializers.ChoiceField(
        choices=[Whereabouts.TRANSPORT.value, Whereabouts.RETIRED.value], required=False
    )
    is_quarantined = serializers.BooleanField(required=False)


class Packs(Resource):
    """The registry of packs."""

    name, one, listing = "packs", "pack", "fleet.pack"
    facts, body, query = PackFacts, PackChange, ViewQuery
    columns = {"slot": "slot_id", "truck": "truck_id", "quarantine": "is_quarantined"}

    @override
    def rows_for(self, user: Viewer, *, now: datetime) -> QuerySet[Pack]:
        return packs_told(access.packs_for(user, now=now))

    @override
    def kept_by(self, user: Viewer, *, now: datetime) -> QuerySet[Pack]:
        return access.packs_kept_by(user)

    @override
    def edit(self, row: Any, wanted: Mapping[str, Any], *, caller: Caller, now: datetime) -> None:
        write_columns(row, only(wanted, "soh_percent"))
        custody = Custody(at=now, reason=wanted["reason"], by=caller.by)
        if wanted.get("is_quarantined") is True:
            _set_apart(row, custody)
        elif wanted.get("is_quarantined") is False and row.apart:
            asked = row.apart[0].asked_by_id is not None
            verb = quarantine.confirm_release if asked else quarantine.ask_release
            verb(row.pk, custody=custody)
        if wanted.get("whereabouts", row.whereabouts) != row.whereabouts:
            is_end = wanted["whereabouts"] == Whereabouts.RETIRED
            move = packs.retire_pack if is_end else packs.take_into_transport
            move(row.pk, custody=custody)


def _set_apart(pack: Any, custody: Custody) -> None:
    if not pack.apart:
        quarantine.quarantine_pack(pack.pk, custody=custody)
    elif pack.apart[0].asked_by_id is not None:
        quarantine.refuse_release(pack.pk, custody=custody)
