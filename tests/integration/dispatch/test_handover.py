"""A shift is handed on as the database has it, signed by two, and stays as it was signed."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from dispatch.models import ShiftHandover, SwapAssignment
from dispatch.services.gate.handovers import HandoverRefusedError, hand_over, take_over
from fleet.models import Operator, SwapStation, User
from fleet.services.packs import Custody
from fleet.services.quarantine import quarantine_pack
from fleet.services.stations import block_slot, close_lane
from telematics.models import Alarm
from tests.builders import (
    NOW,
    make_assignment,
    make_hold,
    make_operator,
    make_pack,
    make_station,
    make_truck,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
# Each figure counted again by SQL that shares nothing with the selector.
COUNTS = {
    "swaps": "SELECT count(*) FROM dispatch_swapassignment WHERE station_id = %(s)s"
    " AND state = 'done' AND ended_at > %(from)s AND ended_at <= %(to)s",
    "lost": "SELECT count(*) FROM dispatch_swapassignment WHERE station_id = %(s)s AND state IN"
    " ('no_show','failed','cancelled','diverted') AND ended_at > %(from)s AND ended_at <= %(to)s",
    "faults": "SELECT count(*) FROM telematics_alarm WHERE station_id = %(s)s"
    " AND opened_at > %(from)s AND opened_at <= %(to)s",
    "open_alarms": "SELECT count(*) FROM telematics_alarm WHERE station_id = %(s)s"
    " AND closed_at IS NULL",
    "blocked": "SELECT (SELECT count(*) FROM fleet_closure WHERE station_id = %(s)s"
    " AND during @> %(to)s) + (SELECT count(*) FROM fleet_slot WHERE station_id = %(s)s"
    " AND is_blocked)",
    "quarantined": "SELECT count(*) FROM fleet_pack p JOIN fleet_slot s ON s.id = p.slot_id"
    " WHERE s.station_id = %(s)s AND p.is_quarantined",
    "ahead": "SELECT count(*) FROM dispatch_swapassignment WHERE station_id = %(s)s"
    " AND ended_at IS NULL AND lower(occupies) < %(to)s + interval '6 hours'",
}


def operator_of(station: SwapStation) -> User:
    return make_user(station.operator, User.Role.STATION_OPERATOR)


def worked_station() -> SwapStation:
    """Return a station at which all that is handed on has happened, within the shift and before."""
    station = make_station(lanes=2, slots=9)
    region = station.region

    def swap(state: str, ended_h: float | None, **fields: Any) -> SwapAssignment:
        ended = None if ended_h is None else NOW - timedelta(hours=ended_h)
        return make_assignment(
            truck=make_truck(region=region),
            station=station,
            state=state,
            ended_at=ended,
            swapping_at=ended and ended - timedelta(minutes=5),
            end_reason="x" if ended else "",
            **fields,
        )

    for state, ended_h in (("done", 1), ("done", 2), ("done", 9), ("no_show", 3), ("failed", 10)):
        swap(state, ended_h)
    ahead = swap("accepted", None)
    pack = make_pack(ahead.truck.model.pack_type, slot=station.slots.get(number=1))
    make_hold(ahead, pack)
    swap("accepted", None, start=NOW + timedelta(hours=7))
    for opened_h, closed in ((1, None), (2, NOW), (9, None)):
        Alarm.objects.create(
            kind=Alarm.Kind.SLOT_FAULT,
            station=station,
            slot=station.slots.get(number=opened_h),
            detail="E7",
            opened_at=NOW - timedelta(hours=opened_h),
            closed_at=closed,
        )
    block_slot(station.slots.get(number=3), reason="safety", by=None, now=NOW)
    close_lane(station.lanes.get(number=2), reason="robot fault", by=None, now=NOW)
    hot = make_pack(slot=station.slots.get(number=4))
    quarantine_pack(hot.pk, custody=Custody(at=NOW, reason="too hot"))
    return station


def test_every_figure_equals_the_database() -> None:
    make_assignment(truck=make_truck(), state="done", ended_at=NOW)  # at another station
    station = worked_station()

    signed = hand_over(station, note="mind slot 3", by=operator_of(station), now=NOW)

    assert signed.begins_at == NOW - timedelta(hours=8)
    values: dict[str, Any] = {"s": station.pk, "from": signed.begins_at, "to": signed.ends_at}
    with connection.cursor() as cursor:
        for name, sql in COUNTS.items():
            cursor.execute(sql, values)
            assert len(signed.figures[name]) == cursor.fetchone()[0] > 0, name
    assert signed.figures["ahead"][0]["packs"] == ["S1"]
    later = hand_over(station, note="", by=operator_of(station), now=NOW + timedelta(hours=8))
    assert later.begins_at == NOW
    assert later.figures["swaps"] == []


def test_two_sign_and_nobody_changes_it_afterwards(client: Client) -> None:
    station = worked_station()
    first, second = operator_of(station), operator_of(station)
    page = reverse("admin:dispatch_shift", args=[station.pk])
    client.force_login(first)
    assert "S3" in client.get(page).content.decode()
    signed_url = client.post(page, {"note": "mind slot 3"}).headers["Location"]
    signed = ShiftHandover.objects.get()
    client.post(signed_url)
    assert ShiftHandover.objects.get().incoming is None
    with pytest.raises(HandoverRefusedError) as refused:
        take_over(signed, by=first, now=NOW)
    assert refused.value.code == "same_person"

    client.force_login(second)
    client.post(signed_url)
    assert ShiftHandover.objects.get().incoming == second
    with pytest.raises(HandoverRefusedError) as refused:
        take_over(signed, by=operator_of(station), now=NOW)
    assert refused.value.code == "signed_already"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_is_printed_with_its_figures(client: Client, language: str) -> None:
    station = worked_station()
    signed = hand_over(station, note="小心三号仓", by=operator_of(station), now=NOW)
    client.force_login(signed.outgoing)

    answer = client.get(
        reverse("admin:dispatch_handover_pdf", args=[station.pk, signed.pk]),
        headers={"accept-language": language},
    )
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert "小心三号仓" in text
    for row in signed.figures["swaps"]:
        assert row["plate"] in text


def test_strangers_read_and_sign_nothing(client: Client) -> None:
    station = worked_station()
    signed = hand_over(station, note="", by=operator_of(station), now=NOW)
    pages = [
        reverse("admin:dispatch_shift", args=[station.pk]),
        reverse("admin:dispatch_handover", args=[station.pk, signed.pk]),
        reverse("admin:dispatch_handover_pdf", args=[station.pk, signed.pk]),
    ]
    client.force_login(make_user(make_operator(Operator.Kind.STATION_OPERATOR)))
    assert {client.get(page).status_code for page in pages} == {404}
    client.force_login(make_user(station.operator, User.Role.AUDITOR))
    assert {client.get(page).status_code for page in pages} == {200}
    assert {client.post(page).status_code for page in pages[:2]} == {403}
