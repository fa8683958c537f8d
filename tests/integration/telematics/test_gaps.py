"""Holes are asked for while there is hope, of every start of a unit, and then given up."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from telematics.models import Boot, Gap, TruckReport
from telematics.selectors.ledger import BootLedger, ledger_of
from telematics.services.gaps.keep import GapRound, keep_gaps
from telematics.services.gaps.lost import UnknownBootError, close_as_lost
from telematics.services.gaps.sweep import sweep_boots
from tests.builders import NOW, make_device, make_truck
from tests.keeping import RETENTION, keep, make_keeper, said
from tests.obu import post, problem

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Unit:
    """A truck's unit that sends numbers of a boot."""

    def __init__(self) -> None:
        self.truck, self.keeper = make_truck(), make_keeper()

    def send(self, *seqs: int, boot_id: str = "b1", at: Any = NOW) -> list[tuple[str, int, int]]:
        """Send reports; return what is asked for."""
        reports = [said(at, seq, boot_id=boot_id) for seq in seqs]
        resend = keep(self.keeper, self.truck.pk, reports, now=at).resend
        return [(hole.boot_id, hole.from_seq, hole.to_seq) for hole in resend]

    def ledger(self, boot_id: str = "b1") -> BootLedger:
        return ledger_of(Boot.objects.get(truck=self.truck, boot_id=boot_id))

    def gaps(self) -> list[tuple[int, int, str]]:
        rows = Gap.objects.filter(truck=self.truck)
        return list(rows.values_list("from_seq", "to_seq", "state"))


def look(at: Any = NOW) -> GapRound:
    return keep_gaps(now=at, every=MINUTE)


def test_a_hole_is_asked_for_at_once_and_until_it_is_filled() -> None:
    unit = Unit()
    assert unit.send(1, 2, 6) == [("b1", 3, 5)]
    assert look() == GapRound(found=1, filled=0, given_up=0)
    assert unit.send(4) == [("b1", 3, 3), ("b1", 5, 5)]
    assert look() == GapRound(found=2, filled=0, given_up=0), "one is what is left, one is new"
    assert unit.send(3, 5) == []
    assert look() == GapRound(found=0, filled=2, given_up=0)
    assert unit.gaps() == []
    assert look() == GapRound(0, 0, 0)


def test_a_unit_that_names_no_start_is_asked_for_nothing() -> None:
    unit = Unit()
    assert unit.send(1, 5, boot_id="") == []
    assert look() == GapRound(0, 0, 0)


def test_eight_holes_at_a_time_the_oldest_first() -> None:
    unit = Unit()
    asked = unit.send(*range(0, 40, 2))
    assert asked == [("b1", seq, seq) for seq in range(1, 16, 2)]


def test_holes_of_earlier_starts_are_asked_for_first() -> None:
    unit = Unit()
    unit.send(1, 4, boot_id="b1")
    look()
    assert unit.send(1, 3, boot_id="b2") == [("b1", 2, 3), ("b2", 2, 2)]
    assert unit.send(2, boot_id="b1") == [("b1", 3, 3)]
    assert Unit().send(1, 3) == [("b1", 2, 2)], "another truck's holes are its own"


def test_a_hole_asked_for_two_hours_of_contact_is_given_up() -> None:
    unit = Unit()
    unit.send(1, 4)
    look()
    for n in range(1, 120):
        assert unit.send(4 + n, at=NOW + n * MINUTE) == [("b1", 2, 3)]
        assert look(NOW + n * MINUTE).given_up == 0
    at = NOW + 120 * MINUTE
    unit.send(124, at=at)
    assert look(at) == GapRound(found=0, filled=0, given_up=1)
    assert unit.send(125, at=at) == []
    assert unit.gaps() == [(2, 3, "given_up")]
    ledger = unit.ledger()
    assert (ledger.received, ledger.given_up, ledger.missing_count) == (123, 2, 0)
    assert look(at) == GapRound(0, 0, 0)


def test_a_silent_unit_is_not_asked_so_its_hole_waits_seven_days() -> None:
    unit = Unit()
    unit.send(1, 4)
    look()
    for n in range(1, 300):
        look(NOW + n * MINUTE)
    assert look(NOW + 7 * DAY).given_up == 0
    assert look(NOW + 7 * DAY + MINUTE).given_up == 1


def test_a_unit_that_sends_some_of_it_is_asked_on() -> None:
    unit = Unit()
    unit.send(1, 200)
    look()
    for n in range(1, 100):
        unit.send(200 + n, at=NOW + n * MINUTE)
        look(NOW + n * MINUTE)
    unit.send(2, at=NOW + 100 * MINUTE)
    for n in range(100, 200):
        unit.send(200 + n, at=NOW + n * MINUTE)
        assert look(NOW + n * MINUTE).given_up == 0


def test_what_was_given_up_and_comes_all_the_same_is_kept() -> None:
    unit = Unit()
    unit.send(1, 4)
    look()
    look(NOW + 8 * DAY)
    assert unit.send(2) == []
    ledger = unit.ledger()
    assert (ledger.received, ledger.given_up) == (3, 1)
    assert TruckReport.objects.filter(truck_id=unit.truck.pk).count() == 3


def test_what_the_unit_says_is_lost_is_asked_for_no_more() -> None:
    unit = Unit()
    unit.send(1, 10)
    look()
    assert close_as_lost(unit.truck.pk, boot_id="b1", from_seq=0, to_seq=5, now=NOW) == 4
    assert close_as_lost(unit.truck.pk, boot_id="b1", from_seq=0, to_seq=5, now=NOW) == 0
    assert unit.send(11) == [("b1", 6, 9)]
    look()
    assert sorted(unit.gaps()) == [(2, 5, "lost"), (6, 9, "open")]
    assert close_as_lost(unit.truck.pk, boot_id="b1", from_seq=8, to_seq=99, now=NOW) == 2
    look()
    assert sorted(unit.gaps()) == [(2, 5, "lost"), (6, 7, "open"), (8, 9, "lost")]
    assert unit.send(12) == [("b1", 6, 7)]
    for boot_id in ("b2", ""):
        with pytest.raises(UnknownBootError):
            close_as_lost(unit.truck.pk, boot_id=boot_id, from_seq=0, to_seq=5, now=NOW)


@pytest.mark.usefixtures("standing_clock")
def test_a_unit_says_what_is_lost() -> None:
    device = make_device()
    post(device, _body(1))
    answer = post(device, _body(5))
    assert answer.json()["resend"] == [{"boot_id": "b1", "from_seq": 2, "to_seq": 4}]
    lost = {"boot_id": "b1", "from_seq": 2, "to_seq": 4}
    url = "/api/v1/obu/lost"
    assert post(device, lost, url=url).json()["closed"] == 3
    assert post(device, _body(6)).json()["resend"] == []
    problem(post(device, {**lost, "boot_id": "b9"}, url=url), 404, "unknown_boot")
    problem(post(device, {**lost, "to_seq": 1}, url=url), 400, "invalid")
    other = make_device()
    problem(post(other, lost, url=url), 404, "unknown_boot")


def _body(seq: int) -> dict[str, Any]:
    return {
        "recorded_at": NOW.isoformat(),
        "seq": seq,
        "boot_id": "b1",
        "latitude_deg": 39.0,
        "longitude_deg": 118.0,
        "speed_kmh": 0,
        "soc_percent": 50,
    }


def test_a_hostile_unit_leaves_a_short_ledger_and_all_is_counted() -> None:
    unit = Unit()
    for first in range(0, 20_000, 2_000):
        unit.send(*range(first, first + 2_000, 2))
    boot = Boot.objects.get(truck=unit.truck)
    assert len(list(boot.seqs)) <= 1_100
    ledger = unit.ledger()
    assert ledger.received == 10_000
    assert ledger.given_up + ledger.missing_count == 9_999
    assert ledger.missing_count >= 499
    assert unit.send(1) == unit.send(1), "asked for are the newer holes only"
    look()
    assert Gap.objects.count() == 64


def test_boots_are_forgotten_a_day_after_their_reports() -> None:
    unit = Unit()
    unit.send(1, 5, boot_id="old", at=NOW - RETENTION - 2 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE telematics_boot SET last_recorded_at = last_received_at")
    Gap.objects.create(
        truck=unit.truck, boot=Boot.objects.get(), from_seq=2, to_seq=4, found_at=NOW
    )
    unit.send(1, boot_id="new")
    assert sweep_boots(now=NOW, retention=RETENTION) == 1
    assert [boot.boot_id for boot in Boot.objects.all()] == ["new"]
    assert sweep_boots(now=NOW, retention=RETENTION) == 0
    assert unit.send(1, boot_id="old") == [], "a name that is remembered is made again"
    assert unit.send(3, boot_id="old") == [("old", 2, 2)]
