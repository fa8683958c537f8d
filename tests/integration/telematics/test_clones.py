"""Two units with one key: found within a minute, kept apart, rung, and let in again by a person."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from fleet import clock
from telematics.ingest import keysource
from telematics.ingest.decode import Report
from telematics.ingest.keep import Keeper
from telematics.ingest.rules import RuleBook
from telematics.ingest.submission import Submission
from telematics.models import (
    Alarm,
    Device,
    DeviceQuarantine,
    Downlink,
    OddReport,
    TruckReport,
    TruckState,
)
from telematics.services.clones.lift import QuarantineOverError, lift_device_quarantine
from telematics.services.clones.watch import watch_clones
from telematics.services.lines import own_connection
from tests.builders import NOW, make_device, make_user
from tests.obu import post, problem, report, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
EVERY = timedelta(seconds=10)


def speak(device: Device, at: datetime, *, boot: str, seq: int, latitude_deg: float = 39.2) -> None:
    """Have a unit report, a second before `at`."""
    keeper = Keeper(own_connection(), RuleBook(), timedelta(days=90))
    assert device.truck_id
    said = Report(
        recorded_at=at - timedelta(seconds=1),
        seq=seq,
        boot_id=boot,
        latitude_deg=latitude_deg,
        longitude_deg=119.0,
        speed_kmh=0,
        soc_percent=50,
    )
    keeper.keep([Submission(device.truck_id, "wgs84", [said], at)])


def live_two(device: Device, until: datetime) -> DeviceQuarantine | None:
    """Live through minutes in which a second unit speaks from `NOW` on; stop when it is found."""
    at, n = NOW - timedelta(minutes=2), 0
    while at < until:
        speak(device, at, boot="unit-in-the-truck", seq=n)
        if at >= NOW:
            speak(device, at + timedelta(seconds=4), boot="copy", seq=n)
        n += 1
        at += EVERY
        if found := watch_clones(now=at):
            return found[0]
    return None


def test_a_copy_is_found_within_a_minute_and_rung_once() -> None:
    device, other = make_device(), make_device()
    speak(other, NOW, boot="x", seq=1)
    found = live_two(device, NOW + timedelta(minutes=5))
    assert found
    assert (found.device, found.lifted_at) == (device, None)
    assert found.begun_at - NOW <= timedelta(seconds=60)
    assert [sign["kind"] for sign in found.evidence["signs"]] == ["boots"]
    assert {each["boot_id"] for each in found.evidence["reports"]} == {"unit-in-the-truck", "copy"}
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.truck_id, alarm.closed_at) == ("cloned_device", device.truck_id, None)
    assert device.serial in alarm.detail
    assert watch_clones(now=found.begun_at + EVERY) == []
    assert DeviceQuarantine.objects.count() == Alarm.objects.count() == 1


def test_one_unit_that_starts_again_is_left_alone() -> None:
    device = make_device()
    for n in range(30):
        speak(device, NOW + n * EVERY, boot=f"start-{n // 3}", seq=n % 3)
        assert watch_clones(now=NOW + n * EVERY) == []


def test_what_a_quarantined_unit_says_is_kept_apart_and_nothing_is_told_to_it() -> None:
    device = make_device()
    assert verdicts(post(device, report(1, age_s=20))) == ["stored"]
    quarantine = DeviceQuarantine.objects.create(device=device, begun_at=NOW)
    assert device.truck
    Downlink.objects.create(
        truck=device.truck, kind="message", body={"text": "secret"}, created_at=NOW
    )
    answer = post(device, [report(2), report(3, age_s=5)])
    assert verdicts(answer) == ["odd", "odd"]
    assert {each["code"] for each in answer.json()["verdicts"]} == {"device_quarantined"}
    assert (answer.json()["messages"], answer.json()["assignment"]) == ([], None)
    assert "secret" not in answer.text
    assert Downlink.objects.get().fetched_at is None
    assert OddReport.objects.filter(reason="device_quarantined").count() == 2
    assert TruckReport.objects.filter(truck=device.truck).count() == 1
    assert TruckState.objects.get(truck=device.truck).seq == 1

    lift_device_quarantine(quarantine, by=None, reason="new key made", now=clock.now())
    answer = post(device, report(4))
    assert verdicts(answer) == ["stored"]
    assert answer.json()["messages"]


def test_nothing_is_told_to_a_quarantined_unit_that_asks(client: Client) -> None:
    device = make_device()
    post(device, report(1))
    DeviceQuarantine.objects.create(device=device, begun_at=NOW)
    answer = client.get("/api/v1/obu/assignment", headers=device.key_shown)  # type: ignore[attr-defined]  # for tests
    problem(answer, 401, "device_quarantined")


def test_a_person_lifts_it_once_with_a_reason_and_is_not_asked_again_at_once() -> None:
    device = make_device()
    found = live_two(device, NOW + timedelta(minutes=5))
    assert found
    person, at = make_user(), found.begun_at + EVERY
    lift_device_quarantine(found, by=person, reason="two units on the bench", now=at)
    found.refresh_from_db()
    assert (found.lifted_at, found.lifted_by, found.reason) == (
        at,
        person,
        "two units on the bench",
    )
    assert Alarm.objects.get().closed_at == at
    with pytest.raises(QuarantineOverError):
        lift_device_quarantine(found, by=None, reason="again", now=at)
    assert watch_clones(now=at + EVERY) == []


@pytest.mark.django_db(transaction=True)
def test_keyrings_hear_of_it() -> None:
    device = make_device()
    post(device, report(1))
    with keysource.open_session() as session:
        snapshot, [row] = keysource.read_all(session)
        assert not row.is_quarantined
        DeviceQuarantine.objects.create(device=device, begun_at=NOW)
        snapshot, changed = keysource.read_changes(session, snapshot)
        assert changed == [device.pk]
        assert keysource.read_devices(session, changed)[0].is_quarantined
        DeviceQuarantine.objects.update(lifted_at=NOW)
        _, changed = keysource.read_changes(session, snapshot)
        assert not keysource.read_devices(session, changed)[0].is_quarantined
