"""Keys of days that are over are rebuilt while reports come, and no others."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from telematics.selectors.partitions import REPORTS, partition_days
from telematics.services.partitions import keep_partitions
from telematics.services.rebuild import LOCK_SPACE, rebuild_a_key
from tests.builders import NOW

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 16)
KEY = f"{REPORTS}_d20261116_pkey"
TRUCKS, TICKS = 40, 200


@pytest.fixture
def loose() -> Iterator[None]:
    """A day whose rows came truck by truck in turn."""
    keep_partitions(now=NOW, retention=timedelta(days=90))
    start = datetime(2026, 11, 16, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {REPORTS} (recorded_at, received_at, seq, truck_id, boot_no,"
            " latitude_e7, longitude_e7, speed_tenths, soc_hundredths)"
            " SELECT %s + tick * interval '30 s', %s, tick, truck, 1, 0, 0, 0, 0"
            f" FROM generate_series(1, {TICKS}) tick, generate_series(1, {TRUCKS}) truck"
            " ORDER BY tick, hashint4(truck + tick)",
            [start, start],
        )
        cursor.execute(f"ANALYZE {REPORTS}")
    yield
    with connection.cursor() as cursor:
        for day in partition_days():
            cursor.execute(f"DROP TABLE {REPORTS}_d{day:%Y%m%d}")


def key_bytes() -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_relation_size('{KEY}')::float / {TRUCKS * TICKS}")
        size: float = cursor.fetchone()[0]
        return size


@pytest.mark.usefixtures("loose")
def test_a_loose_key_is_rebuilt_once_its_day_is_over() -> None:
    before = key_bytes()
    assert rebuild_a_key(now=datetime(2026, 11, 17, 23, tzinfo=UTC), rows=1000) is None
    assert rebuild_a_key(now=NOW, rows=1000) == DAY
    assert key_bytes() < 46 < before
    assert rebuild_a_key(now=NOW, rows=1000) is None, "once"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {REPORTS}")
        assert cursor.fetchone() == (TRUCKS * TICKS,)
        cursor.execute(f"INSERT INTO {REPORTS} SELECT * FROM {REPORTS} ON CONFLICT DO NOTHING")
        assert cursor.rowcount == 0, "the key still keeps each report once"


@pytest.mark.usefixtures("loose")
def test_what_an_interrupted_rebuild_left_is_removed() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX {KEY}_ccnew ON {REPORTS}_d20261116 (truck_id)")
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass",
            [f"{KEY}_ccnew"],
        )
    assert rebuild_a_key(now=NOW, rows=1000) == DAY
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname ~ '_ccnew'")
        assert cursor.fetchone() == (0,)


@pytest.mark.usefixtures("loose")
def test_two_never_rebuild_at_once() -> None:

    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, 0)", [LOCK_SPACE])
        assert rebuild_a_key(now=NOW, rows=1000) is None
        cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [LOCK_SPACE])
    other.close()
    assert rebuild_a_key(now=NOW, rows=1000) == DAY
