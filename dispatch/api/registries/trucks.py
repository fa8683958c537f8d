"""`/api/v1/fleet/trucks`: the trucks an operator owns, runs, or sees coming."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, override

from django.db.models import QuerySet
from rest_framework import serializers

from dispatch.api.registries.callers import Caller
from dispatch.api.registries.resource import ChangeBody, Facts, Resource, ViewQuery, only
from fleet import access
from fleet.access import Viewer
from fleet.models import Truck, TruckTenure
from fleet.selectors.registries import trucks_told
from fleet.services.seen import write_columns
from fleet.services.trucks import set_in_service


class TruckFacts(Facts):
    """A truck as the registry has it, who owns and runs it, and the packs on it by position."""

    id = serializers.IntegerField()
    plate = serializers.CharField()
    vin = serializers.CharField()
    model = serializers.CharField(source="model.__str__")
    pack_type = serializers.CharField(source="model.pack_type.code")
    region = serializers.CharField(source="region.code")
    reserve_percent = serializers.IntegerField()
    is_active = serializers.BooleanField()
    owner = serializers.SerializerMethodField(allow_null=True)
    carrier = serializers.SerializerMethodField(allow_null=True)
    packs = serializers.SerializerMethodField()

    def get_owner(self, truck: Any) -> str | None:
        """Return the code of the operator that owns the truck now."""
        return _holder(truck, TruckTenure.Role.OWNER)

    def get_carrier(self, truck: Any) -> str | None:
        """Return the code of the operator that runs the truck now."""
        return _holder(truck, TruckTenure.Role.CARRIER)

    def get_packs(self, truck: Any) -> list[str]:
        """Return the codes of the packs on the truck, by position."""
        return [pack.code for pack in truck.packs_on_board]


def _holder(truck: Any, role: str) -> str | None:
    codes = [tenure.operator.code for tenure in truck.tenures_now if tenure.role == role]
    return codes[0] if codes else None


class TruckChange(ChangeBody):
    """What may be changed of a truck; one that is not active is planned no more."""

    plate = serializers.CharField(max_length=12, required=False)
    reserve_percent = serializers.IntegerField(min_value=0, max_value=60, required=False)
    is_active = serializers.BooleanField(required=False)


class Trucks(Resource):
    """The registry of trucks."""

    name, one, listing = "trucks", "truck", "fleet.truck"
    facts, body, query = TruckFacts, TruckChange, ViewQuery
    columns = {"model": "model_id", "region": "region_id"}

    @override
    def rows_for(self, user: Viewer, *, now: datetime) -> QuerySet[Truck]:
        return trucks_told(access.trucks_for(user, now=now), now=now)

    @override
    def kept_by(self, user: Viewer, *, now: datetime) -> QuerySet[Truck]:
        return access.trucks_kept_by(user, now=now)

    @override
    def edit(self, row: Truck, wanted: Mapping[str, Any], *, caller: Caller, now: datetime) -> None:
        write_columns(row, only(wanted, "plate", "reserve_percent"))
        is_active = wanted.get("is_active", row.is_active)
        if is_active != row.is_active:
            set_in_service(row, is_active=is_active, reason=wanted["reason"], by=caller.by)
