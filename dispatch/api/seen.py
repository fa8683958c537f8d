"""What was before a driver's eyes: the page and the onboard unit say so, many at once."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch.api.driver import REFUSED, DriverView
from dispatch.api.driver_auth import driver_behind
from dispatch.models import ChannelName
from dispatch.services.channels.seen import Shown, note_shown, note_shown_on_unit
from fleet import clock
from telematics.api.auth import DeviceKeyAuthentication, IsObu, truck_of

MOST = 50
MOST_KEY = 2**63 - 1


class ShownIn(serializers.Serializer[Any]):
    """A promise that was shown; without its version, whatever was known of it."""

    assignment = serializers.IntegerField(min_value=1, max_value=MOST_KEY)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class SeenIn(serializers.Serializer[Any]):
    """What a driver's page showed while it was visible."""

    shown = serializers.ListField(child=ShownIn(), max_length=MOST)


class UnitSeenIn(serializers.Serializer[Any]):
    """What an onboard unit showed or read aloud: promises, and messages by their `id`."""

    shown = serializers.ListField(child=ShownIn(), max_length=MOST, default=list)
    messages = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MOST_KEY),
        max_length=MOST,
        default=list,
    )


class SeenOut(serializers.Serializer[Any]):
    """How many pieces of news this was the first sight of."""

    seen = serializers.IntegerField()


def shown_of(data: dict[str, Any]) -> list[Shown]:
    """Return what a checked body says was shown."""
    return [Shown(each["assignment"], each.get("version")) for each in data["shown"]]


EXAMPLE = {"shown": [{"assignment": 12, "version": 3}]}


class SeenView(DriverView):
    """The driver's page has shown something."""

    @extend_schema(
        operation_id="driver_seen",
        tags=["driver"],
        request=SeenIn,
        responses={200: SeenOut, **REFUSED},
        examples=[OpenApiExample("a card", EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Note what was shown; sent again, it changes nothing."""
        body = SeenIn(data=request.data)
        body.is_valid(raise_exception=True)
        seen = note_shown(
            shown_of(body.validated_data),
            driver_id=driver_behind(request).pk,
            on=ChannelName.PAGE,
            now=clock.now(),
        )
        return Response({"seen": seen})


class UnitSeenView(APIView):
    """The onboard unit has shown something."""

    authentication_classes = [DeviceKeyAuthentication]
    permission_classes = [IsObu]

    @extend_schema(
        operation_id="obu_seen",
        tags=["obu"],
        request=UnitSeenIn,
        responses={200: SeenOut},
        examples=[
            OpenApiExample("a card and a message", {**EXAMPLE, "messages": [7]}, request_only=True)
        ],
    )
    def post(self, request: Request) -> Response:
        """Note what the driver saw or heard; sent again, it changes nothing."""
        body = UnitSeenIn(data=request.data)
        body.is_valid(raise_exception=True)
        seen = note_shown_on_unit(
            truck_of(request).pk,
            shown=shown_of(body.validated_data),
            message_ids=body.validated_data["messages"],
            now=clock.now(),
        )
        return Response({"seen": seen})
