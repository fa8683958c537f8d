"""What onboard units ask for; what they report comes in through `telematics.ingest`."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fleet import clock
from telematics.api.auth import DeviceKeyAuthentication, IsObu, truck_of
from telematics.models import Downlink
from telematics.services.downlinks import NOTHING_WAITS, fetch_rides
from telematics.services.lines import own_connection


class AssignmentView(APIView):
    """`GET /api/v1/obu/assignment`: the assignment the truck should know of."""

    authentication_classes = [DeviceKeyAuthentication]
    permission_classes = [IsObu]

    @extend_schema(
        operation_id="obu_assignment",
        tags=["obu"],
        responses={
            200: OpenApiResponse({"$ref": "#/components/schemas/Assignment"}),
            204: OpenApiResponse(description="Nothing is promised."),
        },
    )
    def get(self, request: Request) -> Response:
        """Return the assignment, or 204 when the truck has none."""
        truck_id, kinds = truck_of(request).pk, [Downlink.Kind.ASSIGNMENT]
        rides = fetch_rides(own_connection(), [truck_id], now=clock.now(), kinds=kinds)
        waiting = rides.get(truck_id, NOTHING_WAITS)
        if waiting.assignment is None:
            return Response(status=204)
        return Response(waiting.assignment)
