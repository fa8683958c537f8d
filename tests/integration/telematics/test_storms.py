"""Alarms that come together are one storm: with all that belong to it, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dispatch.models import SwapAssignment
from dispatch.selectors.attention import Sight, needs_now
from fleet.models import Region, SwapStation, Truck
from telematics.models import Alarm, AlarmStorm
from telematics.services.alarms.storms import Weather, gather_storms
from tests.builders import NOW, make_operator, make_region, make_station, make_truck, make_user

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.hypothesis,
    pytest.mark.usefixtures("standing_clock"),
]
LIMITS: dict[str, Any] = {"alarms": 3, "within": timedelta(seconds=300)}


def ring(region: Region, *, seconds_ago: float = 0, kind: str = "silent_truck", **of: Any) -> Alarm:
    return Alarm.objects.create(
        kind=kind,
        truck=make_truck(**of, region=region),
        detail="x",
        opened_at=NOW - timedelta(seconds=seconds_ago),
    )


def test_more_than_a_few_alarms_of_a_kind_in_a_region_are_a_storm_until_all_are_closed() -> None:
    region = make_region()
    before = ring(region, seconds_ago=3000)
    alarms = [ring(region, seconds_ago=each) for each in (200, 100, 0)]
    assert gather_storms(now=NOW, **LIMITS) == Weather(0, 0, 0)
    alarms.append(ring(region, seconds_ago=50))
    ring(region, kind="low_charge")
    ring(make_region())
    assert gather_storms(now=NOW, **LIMITS) == Weather(1, 4, 0)
    storm = AlarmStorm.objects.get()
    assert (storm.region, storm.opened_at) == (region, alarms[0].opened_at)
    assert set(storm.alarms.all()) == set(alarms)
    assert before not in storm.alarms.all()
    late = NOW + timedelta(hours=1)
    ring(region, seconds_ago=-3600)
    assert gather_storms(now=late, **LIMITS) == Weather(0, 1, 0)
    Alarm.objects.filter(storm=storm).update(closed_at=late)
    assert gather_storms(now=late, **LIMITS) == Weather(0, 0, 1)
    assert gather_storms(now=late, **LIMITS) == Weather(0, 0, 0)


def test_a_station_has_storms_of_its_own() -> None:
    station = make_station(slots=5)
    for slot in station.slots.all():
        Alarm.objects.create(
            kind="slot_fault", station=station, slot=slot, detail="hot", opened_at=NOW
        )
    assert gather_storms(now=NOW, **LIMITS) == Weather(1, 5, 0)
    assert AlarmStorm.objects.get().station == station


rung = st.tuples(st.integers(0, 1), st.sampled_from([0, 100, 299, 300, 301, 900]), st.booleans())


@given(rung_ones=st.lists(rung, max_size=12))
def test_a_storm_breaks_out_exactly_where_many_alarms_opened_within_the_time(
    rung_ones: list[tuple[int, int, bool]],
) -> None:
    AlarmStorm.objects.all().delete()
    Alarm.objects.all().delete()
    regions = [make_region(), make_region()]
    alarms = [
        (ring(regions[place], seconds_ago=ago), place, ago, is_open)
        for place, ago, is_open in rung_ones
    ]
    for alarm, _place, _ago, is_open in alarms:
        if not is_open:
            Alarm.objects.filter(pk=alarm.pk).update(closed_at=NOW)
    gather_storms(now=NOW, **LIMITS)
    for place, region in enumerate(regions):
        fresh = {
            a.pk for a, p, ago, is_open in alarms if (p, is_open) == (place, True) and ago < 300
        }
        members = set(Alarm.objects.filter(storm__region=region).values_list("pk", flat=True))
        assert members == (fresh if len(fresh) > 3 else set())


def test_the_start_page_shows_a_storm_as_one_line_with_what_one_may_see(client: Client) -> None:
    region, mine, other = make_region(), make_operator(), make_operator()
    for carrier in (mine, mine, mine, other):
        truck = make_truck(carrier, region=region)
        Alarm.objects.create(kind="silent_truck", truck=truck, detail="x", opened_at=NOW)
    alone = Alarm.objects.create(
        kind="low_charge", truck=make_truck(mine, region=region), detail="y", opened_at=NOW
    )
    gather_storms(now=NOW, **LIMITS)
    with translation.override("en"):
        sight = Sight(
            alarms=Alarm.objects.filter(truck__in=Truck.objects.filter(tenures__operator=mine)),
            assignments=SwapAssignment.objects.none(),
            stations=SwapStation.objects.none(),
        )
        groups = {one.code: one for one in needs_now(sight, has_stations=False, now=NOW)}
    assert groups["silent"].count == 3
    assert [(each.subject, each.detail) for each in groups["silent"].worst] == [
        (str(region), "silent truck · 3 alarms")
    ]
    assert [each.target for each in groups["alarms"].worst] == [("alarm", alone.pk)]
    client.force_login(make_user(mine))
    page = client.get(reverse("admin:index"), headers={"accept-language": "en"}).content.decode()
    assert "3 alarms" in page
    storm = AlarmStorm.objects.get()
    alarms = reverse("admin:telematics_alarm_changelist") + f"?storm={storm.pk}"
    assert alarms in page
    answer = client.get(alarms)
    assert answer.context["cl"].result_count == 3
