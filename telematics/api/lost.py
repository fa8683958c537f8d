"""What an onboard unit is asked for and has no more."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fleet import clock
from fleet.api.problems import Problem
from telematics.api.auth import DeviceKeyAuthentication, IsObu, truck_of
from telematics.api.parsers import MachineJsonParser
from telematics.services.gaps.lost import UnknownBootError, close_as_lost

SEQ_MAX = 2**63 - 2


class LostBody(serializers.Serializer[Any]):
    """Numbers of a boot that the unit has no more, the first and the last of them."""

    boot_id = serializers.RegexField("^[!-~]{1,36}$")
    from_seq = serializers.IntegerField(min_value=0, max_value=SEQ_MAX)
    to_seq = serializers.IntegerField(min_value=0, max_value=SEQ_MAX)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a span that ends before it begins."""
        if attrs["to_seq"] < attrs["from_seq"]:
            raise serializers.ValidationError({"to_seq": "It lies before from_seq."})
        return attrs


class LostAnswer(serializers.Serializer[Any]):
    """How many of the named numbers were missing until now."""

    server_time = serializers.DateTimeField()
    closed = serializers.IntegerField()


class LostView(APIView):
    """`POST /api/v1/obu/lost`: numbers that were asked for and are gone for good."""

    authentication_classes = [DeviceKeyAuthentication]
    permission_classes = [IsObu]
    parser_classes = [MachineJsonParser]

    @extend_schema(
        operation_id="obu_lost",
        tags=["obu"],
        request=LostBody,
        responses={200: LostAnswer},
        examples=[
            OpenApiExample(
                "lost",
                value={"boot_id": "b1", "from_seq": 17, "to_seq": 40},
                request_only=True,
            ),
            OpenApiExample(
                "closed",
                value={"server_time": "2026-11-21T08:00:00Z", "closed": 24},
                response_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Ask no more for these numbers; saying it again changes nothing."""
        body = LostBody(data=request.data)
        body.is_valid(raise_exception=True)
        now = clock.now()
        try:
            closed = close_as_lost(truck_of(request).pk, **body.validated_data, now=now)
        except UnknownBootError as error:
            raise Problem(status=404, code=error.code, detail=str(error)) from error
        return Response({"server_time": now, "closed": closed})
