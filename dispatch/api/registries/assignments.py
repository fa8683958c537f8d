"""`/api/v1/fleet/assignments`: promises to an operator's trucks and at its stations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, override

from django.db.models import QuerySet
from rest_framework import serializers

from dispatch.access import assignments_for, assignments_steered_by
from dispatch.api.registries.callers import Caller
from dispatch.api.registries.resource import ChangeBody, Facts, Resource, ViewQuery
from dispatch.api.trip_bodies import UtcField
from dispatch.lifecycle import STATES
from dispatch.models import SwapAssignment
from dispatch.services.promises.by_hand import cancel_by_hand, pin, unpin
from fleet.access import Viewer


class AssignmentFacts(Facts):
    """A promise: which truck, where, when, how sure, and how it goes."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=sorted(STATES))
    truck = serializers.CharField(source="truck.plate")
    station = serializers.CharField(source="station.code")
    lane = serializers.IntegerField(source="lane.number")
    window_from = UtcField(source="window.lower")
    window_to = UtcField(source="window.upper")
    starts_at = UtcField(source="occupies.lower")
    ends_at = UtcField(source="occupies.upper")
    eta = UtcField()
    leave_by_at = UtcField()
    soc_on_arrival_percent = serializers.FloatField()
    probability = serializers.FloatField()
    is_pinned = serializers.BooleanField()
    offered_at = UtcField()
    offer_expires_at = UtcField()
    arrived_at = UtcField(allow_null=True)
    ended_at = UtcField(allow_null=True)
    end_reason = serializers.CharField()


class AssignmentChange(ChangeBody):
    """What may be changed of a promise: keep the planner off it, or cancel it."""

    is_pinned = serializers.BooleanField(required=False)
    state = serializers.ChoiceField(choices=["cancelled"], required=False)


class Assignments(Resource):
    """Promises, those that ended too."""

    name, one, listing = "assignments", "assignment", "dispatch.swapassignment"
    facts, body, query = AssignmentFacts, AssignmentChange, ViewQuery
    columns = {
        "lane": "lane_id",
        "window_from": "window",
        "window_to": "window",
        "starts_at": "occupies",
        "ends_at": "occupies",
    }

    @override
    def rows_for(self, user: Viewer, *, now: datetime) -> QuerySet[SwapAssignment]:
        rows = assignments_for(user, now=now)
        return rows.select_related("truck", "station", "lane")

    @override
    def kept_by(self, user: Viewer, *, now: datetime) -> QuerySet[SwapAssignment]:
        return assignments_steered_by(user, now=now)

    @override
    def edit(
        self, row: SwapAssignment, wanted: Mapping[str, Any], *, caller: Caller, now: datetime
    ) -> None:
        reason, is_pinned = wanted["reason"], wanted.get("is_pinned", row.is_pinned)
        if is_pinned != row.is_pinned:
            verb = pin if is_pinned else unpin
            row = verb(row, by=caller.by, now=now, reason=reason)
        if wanted.get("state", row.state) != row.state:
            cancel_by_hand(row, by=caller.by, reason=reason, now=now)
