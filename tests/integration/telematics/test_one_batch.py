"""What several reports of one batch come to together: breaches, and the numbers of a boot."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from telematics.ingest.decode import Report
from telematics.ingest.submission import Submission
from telematics.models import Boot, Breach, TruckReport
from tests.builders import NOW, make_truck
from tests.keeping import keep, make_keeper, said

pytestmark = pytest.mark.django_db
HOT_C, COOL_C = 75.0, 30.0


def after(seconds: int) -> datetime:
    return NOW - timedelta(minutes=1) + timedelta(seconds=seconds)


def felt(temperature_c: float, seq: int, **fields: Any) -> Report:
    return said(after(seq), seq, pack_temperature_c=temperature_c, **fields)


def since(truck_id: int) -> set[datetime]:
    return set(Breach.objects.filter(truck_id=truck_id).values_list("since", flat=True))


def test_a_breach_that_begins_and_ends_in_one_batch_is_none() -> None:
    keeper, truck = make_keeper(), make_truck()
    keep(keeper, truck.pk, [felt(HOT_C, 1), felt(COOL_C, 2)])
    assert since(truck.pk) == set()


def test_a_breach_that_ends_and_begins_again_in_one_batch_is_a_new_one() -> None:
    keeper, truck = make_keeper(), make_truck()
    keep(keeper, truck.pk, [felt(HOT_C, 1)])
    assert since(truck.pk) == {after(1)}
    keep(keeper, truck.pk, [felt(COOL_C, 2), felt(HOT_C, 3)])
    assert since(truck.pk) == {after(3)}


def test_a_boot_is_as_old_as_the_earliest_report_of_a_batch() -> None:
    keeper, truck = make_keeper(), make_truck()
    requests = [[said(after(5), 5)], [said(after(2), 2)], [said(after(9), 9)]]
    keeper.keep([Submission(truck.pk, "wgs84", reports, NOW) for reports in requests])
    boot = Boot.objects.get(truck=truck)
    assert (boot.first_recorded_at, boot.last_recorded_at) == (after(2), after(9))


def test_the_highest_number_there_is_can_be_kept() -> None:
    keeper, truck = make_keeper(), make_truck()
    keep(keeper, truck.pk, [said(after(1), 2**63 - 1)])
    assert TruckReport.objects.get(truck=truck).seq == 2**63 - 1
