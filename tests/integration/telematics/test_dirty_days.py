"""A day that got late reports is not settled before they can be read."""

from datetime import timedelta

import pytest
from django.db import connection

from fleet.models import Job
from telematics.ingest.keep import Keeper
from telematics.ingest.rules import RuleBook
from telematics.ingest.submission import Submission
from telematics.models import DirtyDay
from telematics.services.days.due import SETTLE_TASK, promise_dirty_days
from tests.builders import NOW, make_truck
from tests.truck_days import RETENTION, report_of, say
from tests.unit.telematics.days.tracks import Script


@pytest.mark.django_db(transaction=True)
def test_a_day_somebody_is_just_adding_to_is_left_for_the_next_round() -> None:
    truck = make_truck()
    script = Script(start_s=(NOW - timedelta(days=1)).timestamp()).drive(5)
    say(truck, script.fixes[:2], now=NOW)
    other = connection.copy()
    other.ensure_connection()
    other.set_autocommit(False)
    try:
        keeper = Keeper(other.connection, RuleBook(), RETENTION)
        keeper.keep([Submission(truck.pk, "wgs84", [report_of(script.fixes[3])], NOW)])
        assert promise_dirty_days() == 0, "it would be settled without the report on its way"
        assert DirtyDay.objects.filter(truck=truck).count() == 1
        other.commit()
    finally:
        other.close()
    assert promise_dirty_days() == 1
    assert not DirtyDay.objects.exists()
    assert Job.objects.get(name=SETTLE_TASK).payload["due"][0][0] == truck.pk
