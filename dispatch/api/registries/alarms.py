"""`/api/v1/fleet/alarms`: alarms of an operator's trucks and stations, to be read."""

from datetime import datetime
from typing import override

from django.db.models import QuerySet
from rest_framework import serializers

from dispatch.api.registries.resource import Facts, Resource, ViewQuery
from dispatch.api.trip_bodies import UtcField
from fleet.access import Viewer
from telematics.access import alarms_for
from telematics.models import Alarm


class AlarmFacts(Facts):
    """An alarm, what it is about, and who looks after it."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Alarm.Kind.values)
    level = serializers.IntegerField()
    truck = serializers.CharField(
        source="truck.plate", default=None, allow_null=True, read_only=True
    )
    station = serializers.CharField(
        source="station.code", default=None, allow_null=True, read_only=True
    )
    detail = serializers.CharField()
    note = serializers.CharField()
    opened_at = UtcField()
    acknowledged_at = UtcField(allow_null=True)
    escalated_at = UtcField(allow_null=True)
    closed_at = UtcField(allow_null=True)


class Alarms(Resource):
    """Alarms, those that are closed too."""

    name, one, listing = "alarms", "alarm", "telematics.alarm"
    facts, query = AlarmFacts, ViewQuery

    @override
    def rows_for(self, user: Viewer, *, now: datetime) -> QuerySet[Alarm]:
        return alarms_for(user, now=now).select_related("truck", "station")
