"""A station with charged packs, trucks promised a swap there, and its controller's requests."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from pytest_django import Settings

from dispatch.models import SwapAssignment
from fleet.models import Pack, SwapStation, TruckSight
from telematics.models import Device, SlotState
from tests.builders import (
    NOW,
    bearer,
    make_assignment,
    make_device,
    make_driver,
    make_hold,
    make_operator,
    make_pack,
    make_pack_type,
    make_station,
    make_truck,
    make_truck_model,
)

MINUTE = timedelta(minutes=1)


class StationDay:
    """One station with a lane (or more), and a charged pack in every slot but the last two."""

    def __init__(self, *, lanes: int = 1, slots: int = 8, positions: int = 1) -> None:
        self.type = make_pack_type()
        self.model = make_truck_model(self.type, pack_positions=positions)
        self.station: SwapStation = make_station(lanes=lanes, slots=slots)
        self.device: Device = make_device(station=self.station)
        self.headers = bearer(self.device)
        self.client = Client()
        self.slots = list(self.station.slots.order_by("number"))
        self.charged = [make_pack(self.type, slot=slot) for slot in self.slots[:-2]]
        for pack in self.charged:
            self.says(pack, soc_percent=96.5)

    def says(self, pack: Pack, *, soc_percent: float, at: datetime = NOW, **fields: Any) -> None:
        values = {"recorded_at": at, "received_at": at, "soc_percent": soc_percent, **fields}
        SlotState.objects.update_or_create(
            slot=pack.slot, defaults={"pack_code": pack.code, **values}
        )

    def promise(
        self, *, after: timedelta, pack: Pack | None = None, state: str = "accepted", lane: int = 1
    ) -> SwapAssignment:
        """Promise a new truck a swap that starts `after` the present, with the next pack."""
        carrier = make_operator()
        truck = make_truck(carrier, model=self.model, region=self.station.region)
        make_pack(self.type, truck=truck)
        assignment = make_assignment(
            truck,
            self.station,
            make_driver(carrier),
            start=NOW + after,
            state=state,
            lane=self.station.lanes.get(number=lane),
        )
        TruckSight.objects.create(
            truck=truck,
            operator=self.station.operator,
            during=DateTimeTZRange(NOW, assignment.occupies.upper),
            assignment_id=assignment.pk,
        )
        make_hold(assignment, pack or self.charged.pop(0))
        return assignment

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(
            f"/api/v1/station/{path}",
            {"event_id": str(uuid4()), **body},
            content_type="application/json",
            headers=self.headers,
        )

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/station/{path}", headers=self.headers)

    def check_in(self, assignment: SwapAssignment, **body: Any) -> Any:
        plate = assignment.truck.plate
        return self.post(
            "check-ins", **{"check_in_code": assignment.check_in_code, "plate": plate, **body}
        )

    def exchange(self, assignment: SwapAssignment, **changes: Any) -> dict[str, Any]:
        """Return the body of the swap promised, with changes."""
        out = [
            {"position": hold.position, "code": hold.pack.code, "slot": hold.pack.slot.number}
            for hold in assignment.holds.filter(is_live=True).select_related("pack__slot")
            if hold.pack.slot
        ]
        empty = [slot.number for slot in self.slots[-2:]]
        came_in = [
            {"position": pack.position, "code": pack.code, "slot": slot, "soc_percent": 21.0}
            for pack, slot in zip(
                Pack.objects.filter(truck=assignment.truck).order_by("position"),
                empty,
                strict=False,
            )
        ]
        return {
            "check_in_code": assignment.check_in_code,
            "finished_at": (NOW + 5 * MINUTE).isoformat(),
            "packs_out": out,
            "packs_in": came_in,
            **changes,
        }

    def swap(self, assignment: SwapAssignment, **changes: Any) -> Any:
        return self.post("swaps", **self.exchange(assignment, **changes))


def set_clock(settings: Settings, minutes: float) -> None:
    settings.CLOCK_AT_S = (NOW + minutes * MINUTE).timestamp()


def slot_number(pack: Pack) -> int:
    assert pack.slot is not None
    return pack.slot.number


def state_of(assignment: SwapAssignment) -> str:
    return SwapAssignment.objects.get(pk=assignment.pk).state


def occupied(assignment: SwapAssignment) -> tuple[datetime, datetime]:
    span = SwapAssignment.objects.get(pk=assignment.pk).occupies
    return span.lower, span.upper
