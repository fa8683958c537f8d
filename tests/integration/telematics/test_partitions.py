from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from telematics.access import alarms_for
from telematics.ingest.decode import Report
from telematics.ingest.keep import Keeper
from telematics.ingest.rules import RuleBook
from telematics.ingest.submission import Submission
from telematics.models import Alarm, TruckDay, TruckReport, TruckState
from telematics.selectors.partitions import REPORTS as TABLE
from telematics.selectors.partitions import ROLLUPS, partition_days, partitions_ahead, stray_days
from telematics.services.lines import own_connection
from telematics.services.partitions import Upkeep, keep_history, keep_partitions, watch_strays
from tests.builders import NOW, make_operator, make_truck, make_truck_day, make_user

pytestmark = pytest.mark.django_db(transaction=True)
RETENTION = timedelta(days=90)


@pytest.fixture(autouse=True)
def drop_days() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        for table in (TABLE, ROLLUPS):
            for day in partition_days(table):
                cursor.execute(f"DROP TABLE {table}_d{day:%Y%m%d}")


def report(recorded_at: datetime, seq: int = 1) -> None:
    TruckReport.objects.create(
        truck_id=1,
        boot_id=1,
        recorded_at=recorded_at,
        seq=seq,
        received_at=NOW,
        latitude_deg=39,
        longitude_deg=118,
        speed_kmh=0,
        soc_percent=50,
    )


def partition_of(seq: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tableoid::regclass::text FROM {TABLE} WHERE seq = %s", [seq])
        name: str = cursor.fetchone()[0]
        return name


def test_a_week_back_and_three_days_ahead_are_made_once() -> None:
    made = keep_partitions(now=NOW, retention=RETENTION).made
    assert made[0] == date(2026, 11, 14)
    assert made[-1] == date(2026, 11, 24)
    assert len(made) == 11
    assert keep_partitions(now=NOW, retention=RETENTION) == Upkeep((), (), 0)
    assert partition_days() == list(made)


def test_a_report_goes_to_its_day_in_utc() -> None:
    keep_partitions(now=NOW, retention=RETENTION)
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    report(midnight, seq=1)
    report(midnight - timedelta(microseconds=1), seq=2)
    assert partition_of(1).endswith("_d20261121")
    assert partition_of(2).endswith("_d20261120")


def test_strays_are_kept_reported_and_brought_home(caplog: pytest.LogCaptureFixture) -> None:
    report(NOW - timedelta(days=30), seq=1)
    report(NOW, seq=2)
    assert stray_days() == {date(2026, 10, 22): 1, date(2026, 11, 21): 1}
    done = keep_partitions(now=NOW, retention=RETENTION)
    assert done.brought_home == 2
    assert "wait in telematics_truckreport_default" in caplog.text
    assert stray_days() == {}
    assert partition_of(1).endswith("_d20261022")
    assert TruckReport.objects.count() == 2


def test_days_past_retention_are_dropped_whole_and_no_others() -> None:
    keep_partitions(now=NOW, retention=RETENTION)
    report(NOW - timedelta(days=7), seq=1)
    report(NOW, seq=2)
    later = NOW + timedelta(days=84)
    done = keep_partitions(now=later, retention=RETENTION)
    # 84 days on, the oldest day kept is the 15th: what was reported from 08:00 that day on.
    assert done.dropped == (date(2026, 11, 14),)
    assert [row.seq for row in TruckReport.objects.all()] == [2]


def test_the_partitions_keep_the_key_and_the_index() -> None:
    keep_partitions(now=NOW, retention=RETENTION)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = %s ORDER BY 1",
            [f"{TABLE}_d20261121"],
        )
        defined = [row[0] for row in cursor.fetchall()]
    assert len(defined) == 2
    assert "brin (recorded_at)" in defined[0]
    assert "UNIQUE" in defined[1]
    assert "(truck_id, recorded_at, seq)" in defined[1]


def test_the_days_ahead_are_counted_until_the_first_that_lacks() -> None:
    assert partitions_ahead(now=NOW) == 0
    keep_partitions(now=NOW, retention=RETENTION)
    assert partitions_ahead(now=NOW) == 3
    assert partitions_ahead(now=NOW + timedelta(days=2)) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}_d20261123")
    assert partitions_ahead(now=NOW) == 1


def test_an_alarm_rings_while_reports_wait_without_a_partition() -> None:
    assert not watch_strays(now=NOW)
    report(NOW - timedelta(days=30), seq=1)
    report(NOW, seq=2)
    assert watch_strays(now=NOW)
    assert not watch_strays(now=NOW), "once"
    alarm = Alarm.objects.get(kind=Alarm.Kind.STRAY_REPORTS, closed_at=None)
    assert alarm.detail == "2 reports wait without a partition: 2026-10-22, 2026-11-21"
    manager = make_user(make_operator())
    assert alarm not in alarms_for(manager, now=NOW)
    assert alarm in alarms_for(make_user(is_superuser=True), now=NOW)
    later = NOW + timedelta(minutes=5)
    ninety = {"reports": RETENTION, "rollups": RETENTION, "days": RETENTION}
    assert keep_history(now=later, **ninety).brought_home == 2
    alarm.refresh_from_db()
    assert alarm.closed_at == later


def test_roll_ups_and_days_past_their_own_retention_go() -> None:
    truck = make_truck()
    make_truck_day(truck, day=NOW.date() - timedelta(days=31))
    kept = make_truck_day(truck, day=NOW.date() - timedelta(days=29))
    month = timedelta(days=30)
    keep_history(now=NOW - month, reports=RETENTION, rollups=RETENTION, days=RETENTION)
    assert partition_days(ROLLUPS)[0] == date(2026, 10, 15)
    keep_history(now=NOW, reports=RETENTION, rollups=month, days=month)
    assert partition_days(ROLLUPS)[0] == date(2026, 10, 22)
    assert partition_days()[0] == date(2026, 10, 15), "reports stay longer here"
    assert list(TruckDay.objects.all()) == [kept]


@pytest.mark.usefixtures("standing_clock")
def test_the_command_says_what_it_did() -> None:
    out = StringIO()
    call_command("make_partitions", stdout=out)
    assert out.getvalue() == "11 days made, 0 dropped, 0 stray reports brought home.\n"


def test_a_report_on_its_way_while_its_day_is_attached_is_kept() -> None:
    truck = make_truck()
    sent = Report(
        recorded_at=NOW,
        seq=1,
        latitude_deg=39.0,
        longitude_deg=118.0,
        speed_kmh=0.0,
        soc_percent=50.0,
    )

    def keep() -> list[str]:
        try:
            keeper = Keeper(own_connection(), RuleBook(), RETENTION)
            [answer], _ = keeper.keep([Submission(truck.pk, "wgs84", [sent], NOW)])
            return [each.verdict for each in answer.verdicts]
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {TABLE}_default IN ACCESS EXCLUSIVE MODE")
            kept = pool.submit(keep)
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
            while True:
                cursor.execute(waiting, [f"{TABLE}_default"])
                if cursor.fetchone()[0]:
                    break
            keep_partitions(now=NOW, retention=RETENTION)
        assert kept.result(timeout=30) == ["stored"]
    assert partition_of(1).endswith("_d20261121")
    assert TruckState.objects.get(truck=truck).seq == 1
