"""`/api/v1/fleet/trips`: what carriers order, and how it goes."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch.api import trip_bodies as bodies
from dispatch.api.registries.viewed import apply_view, filters_of_view
from dispatch.models import Trip
from dispatch.selectors.trips import trips_of_carrier
from dispatch.services.trips.orders import (
    TripNotAllowedNowError,
    TripOrder,
    UnknownTripError,
    cancel_trip,
    upsert_trips,
)
from fleet import clock
from fleet.access import carrier_of_user, may_write
from fleet.api.problems import Problem
from fleet.models import Operator, User
from telematics.api.auth import DeviceKeyAuthentication, KeyProblem
from telematics.ingest.body import BodyRefusedError, read_body
from telematics.ingest.items import Refusal, decode_items, is_array
from telematics.models import Device
from telematics.services.keys import KeyRefusedError, device_of_kind

PAGE_ROWS = 100


class CarrierView(APIView):
    """Whoever speaks for a carrier: its office system by key, its people by session."""

    authentication_classes = [DeviceKeyAuthentication, SessionAuthentication]
    permission_classes = []

    def carrier(self, request: Request, *, to_write: bool) -> Operator:
        """Return the carrier the caller speaks for.

        Raises
        ------
        Problem
            401 without a key or session, or with another kind of key.
        PermissionDenied
            403: a person whose role does not allow it.
        """
        if request.user.is_authenticated:
            carrier = carrier_of_user(request.user)
            if carrier is None or (to_write and not may_write(request.user)):
                raise PermissionDenied
            return carrier
        try:
            device = device_of_kind(request.auth, kind=Device.Kind.OFFICE)
        except KeyRefusedError as error:
            raise KeyProblem(error) from error
        if device.operator is None or device.operator.kind != Operator.Kind.CARRIER:
            raise PermissionDenied
        return device.operator


class TripsView(CarrierView):
    """`POST` and `GET /api/v1/fleet/trips`."""

    @extend_schema(
        tags=["fleet"],
        operation_id="fleet_order_trips",
        request=bodies.TripIn(many=True),
        responses={200: bodies.OrdersAnswer},
    )
    def post(self, request: Request) -> Response:
        """Make trips, or change those not yet under way; one or up to 1,000, a verdict each."""
        carrier = self.carrier(request, to_write=True)
        try:
            body = read_body(request._request)
            is_many = is_array(body)
            decoded = decode_items(body, decoder=bodies.decoder, mend=bodies.in_utc)
        except BodyRefusedError as error:
            raise Problem(status=error.status, code=error.code, detail=str(error)) from error
        orders = [each for each in decoded if isinstance(each, TripOrder)]
        verdicts = iter(upsert_trips(orders, carrier=carrier, now=clock.now()))
        said = [
            bodies.refused(each)
            if isinstance(each, Refusal)
            else bodies.said(next(verdicts), root=f"$[{i}]" if is_many else "$")
            for i, each in enumerate(decoded)
        ]
        return Response({"verdicts": said})

    @extend_schema(
        tags=["fleet"],
        operation_id="fleet_trips",
        parameters=[bodies.TripsQuery],
        responses={200: bodies.TripsAnswer},
    )
    def get(self, request: Request) -> Response:
        """Return up to 100 trips in the order they were made; `next` is the `after` of the rest."""
        query = bodies.TripsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        carrier = self.carrier(request, to_write=False)
        asked = dict(query.validated_data)
        view = asked.pop("view", "")
        found = trips_of_carrier(carrier, **asked)
        if view:
            found = _as_viewed(found, view, request=request, carrier=carrier)
        rows = list(found[: PAGE_ROWS + 1])
        page = rows[:PAGE_ROWS]
        answer = {
            "trips": bodies.OrderedTrip(page, many=True).data,
            "next": page[-1].pk if len(rows) > PAGE_ROWS else None,
        }
        return Response(answer)


def _as_viewed(
    trips: QuerySet[Trip], name: str, *, request: Request, carrier: Operator
) -> QuerySet[Trip]:
    """Return the trips that a saved view shows: the person's, or one shared."""
    user = request.user if isinstance(request.user, User) else None
    filters = filters_of_view("dispatch.trip", name, user=user, operator=carrier)
    seer = user or User(operator=carrier, role=User.Role.FLEET_MANAGER)
    return apply_view(trips, "dispatch.trip", filters, user=seer, now=clock.now())


class TripCancelView(CarrierView):
    """`POST /api/v1/fleet/trips/{external_id}/cancel`."""

    @extend_schema(
        tags=["fleet"],
        operation_id="fleet_cancel_trip",
        request=bodies.CancelIn,
        responses={200: bodies.OrderedTrip},
    )
    def post(self, request: Request, external_id: str) -> Response:
        """Cancel a trip that is planned or under way; again, it stays cancelled."""
        carrier = self.carrier(request, to_write=True)
        body = bodies.CancelIn(data=request.data)
        body.is_valid(raise_exception=True)
        reason = body.validated_data["reason"]
        try:
            trip = cancel_trip(external_id, carrier=carrier, reason=reason, now=clock.now())
        except UnknownTripError as error:
            raise Problem(status=404, code=error.code, detail=str(error)) from error
        except TripNotAllowedNowError as error:
            detail = str(error)
            raise Problem(status=409, code=error.code, detail=detail, state=error.state) from error
        return Response(bodies.OrderedTrip(trip).data)
