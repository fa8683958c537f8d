"""Ctrl-K: the right thing first, nothing of others, pages by their name in both languages."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.models import Operator, SwapStation, Truck, User
from fleet.selectors import finding
from tests.builders import (
    make_assignment,
    make_device,
    make_driver,
    make_operator,
    make_pack,
    make_region,
    make_station,
    make_truck,
    make_user,
)
from tests.worlds import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
FIND = "/admin/dispatch/swapassignment/find/"


def ask(user: User, typed: str, language: str = "en", **more: str) -> list[dict[str, Any]]:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    answer = client.get(FIND, {"q": typed, **more})
    assert answer.status_code == 200
    hits: list[dict[str, Any]] = answer.json()["hits"]
    return hits


def keys(hits: list[dict[str, Any]]) -> list[str]:
    return [hit.get("key", hit["url"]) for hit in hits]


def test_the_end_of_a_code_comes_before_its_inside_and_the_promise_behind_its_truck() -> None:
    carrier = make_operator()
    user = make_user(carrier)
    inside = make_truck(carrier, plate="冀B02345F", vin="LZZ5ELSB40A023450")
    ends = make_truck(carrier, plate="冀B72345D", vin="LZZ5ELSB40A000003")
    swap = make_assignment(ends)
    assert keys(ask(user, "2345d"))[:2] == [f"truck:{ends.pk}", f"assignment:{swap.pk}"]
    assert keys(ask(user, " 冀B·72345"))[:2] == [f"truck:{ends.pk}", f"assignment:{swap.pk}"]
    told = keys(ask(user, "2345"))  # a plate is told without its last letter
    assert set(told) >= {f"truck:{ends.pk}", f"truck:{inside.pk}"}
    assert keys(ask(user, "23450")) == [f"truck:{inside.pk}"]
    assert keys(ask(user, swap.check_in_code))[0] == f"assignment:{swap.pk}"
    assert keys(ask(user, f"#{swap.pk}"))[0] == f"assignment:{swap.pk}"


def test_among_equals_what_works_and_what_was_opened_comes_first() -> None:
    carrier = make_operator()
    user = make_user(carrier)
    retired = make_truck(carrier, plate="冀A55501D", is_active=False)
    idle = make_truck(carrier, plate="冀B55501D")
    working = make_truck(carrier, plate="冀C55501D")
    make_assignment(working)
    trucks = [key for key in keys(ask(user, "55501")) if key.startswith("truck")]
    assert trucks == [f"truck:{truck.pk}" for truck in (working, idle, retired)]
    again = keys(ask(user, "55501", recent=f"truck:{retired.pk}"))
    assert again[0] == f"truck:{retired.pk}"


def test_names_are_found_by_their_words_in_either_language() -> None:
    operator = make_operator(Operator.Kind.STATION_OPERATOR)
    user = make_user(operator, User.Role.STATION_OPERATOR)
    region = make_region()
    for n in (1, 12):
        make_station(operator, region, name=f"Caofeidian {n}", name_zh=f"曹妃甸{n}号换电站")
    twelve = SwapStation.objects.get(name="Caofeidian 12")
    for typed in ("cao12", "曹妃12", "caofeidian 12", "12号", "妃甸12"):
        assert keys(ask(user, typed))[0] == f"station:{twelve.pk}", typed
    hit = ask(user, "cao12", "zh-hans")[0]
    assert (hit["name"], hit["kind"]) == ("曹妃甸12号换电站", "换电站")
    assert "lanes open" in ask(user, "cao12")[0]["now"]


def test_a_driver_is_found_by_name_and_by_the_end_of_the_phone_number() -> None:
    carrier = make_operator()
    user = make_user(carrier)
    driver = make_driver(carrier, name="王建国", phone="13900007788")
    for typed in ("王建", "建国", "王建国", "7788"):
        assert keys(ask(user, typed)) == [f"driver:{driver.pk}"], typed


def test_pages_are_found_by_their_name_in_both_languages_if_one_may_open_them() -> None:
    manager, driverless = make_user(), make_user(role=User.Role.AUDITOR)
    for typed, language in (("map", "en"), ("地图", "en"), ("map", "zh-hans"), ("live", "en")):
        assert "/admin/dispatch/swapassignment/map/" in keys(ask(manager, typed, language))
    assert "/admin/fleet/job/" not in keys(ask(driverless, "jobs"))
    staff = make_user(is_superuser=True)
    assert keys(ask(staff, "jobs"))[0] == "/admin/fleet/job/"


def test_nobody_finds_what_is_not_theirs() -> None:
    here, there = World("Z"), World("Y")
    for world in (here, there):
        world.pack()
        world.driver()
        world.trip()
        make_assignment(world.truck(), world.station())
    readers = {
        "manager": (make_user(here.carrier), here.carrier_secrets),
        "other": (make_user(there.carrier), there.carrier_secrets),
        "station": (
            make_user(here.station_operator, User.Role.STATION_OPERATOR),
            here.station_secrets,
        ),
    }
    secrets = set().union(*(w.carrier_secrets | w.station_secrets for w in (here, there)))
    for name, (user, own) in readers.items():
        found_own = False
        for secret in sorted(secrets):
            hits = ask(user, secret[-7:]) + ask(user, secret)
            text = str(hits)
            seen = {other for other in secrets - own if other in text}
            # A promise tells either side of it the plate and the station.
            promised = {s for s in seen if f"{s}" in str([h for h in hits if " → " in h["name"]])}
            told = [h for h in hits if h.get("key", "").startswith("truck")]
            assert seen - promised == set() or (name == "station" and told), (name, seen)
            found_own = found_own or any(each in text for each in own)
        assert found_own
    other = readers["other"][0]
    for key in ("truck", "pack", "driver", "assignment", "station", "trip"):
        rows = ask(other, "", recent=",".join(f"{key}:{n}" for n in range(1, 20)))
        leaked = [s for s in here.carrier_secrets | here.station_secrets if s in str(rows)]
        assert not leaked


def _outfit(carrier: Operator, n: int) -> set[str]:
    """Make one of each kind for a carrier, all ending alike; return their keys."""
    truck = make_truck(carrier, plate=f"冀A{n}907F")
    pack = make_pack(owner=carrier, code=f"TSTPB01A000000G3B00{n}907")
    driver = make_driver(carrier, name=f"Wang {n}", phone=f"1390000{n}907")
    device = make_device(truck=truck, serial=f"OBU-{n}907")
    rows = {"truck": truck, "pack": pack, "driver": driver, "device": device}
    return {f"{kind}:{row.pk}" for kind, row in rows.items()}


@pytest.mark.parametrize("candidates", [2, 5, 400])
def test_ones_own_are_found_among_many_of_others(
    monkeypatch: pytest.MonkeyPatch, candidates: int
) -> None:
    """Be the candidates cut off before one's own, behind them, or not at all."""
    monkeypatch.setattr(finding, "CANDIDATES", candidates)
    other, mine = make_operator(), make_operator()
    _outfit(other, 11), _outfit(other, 12), _outfit(other, 13)
    own = _outfit(mine, 14)
    _outfit(other, 15), _outfit(other, 16)
    user = make_user(mine)
    for typed in ("14907", "4907", "907"):
        assert set(keys(ask(user, typed))) == own, typed


OTHERS = 3_000
THEIRS = (
    """INSERT INTO fleet_truck (vin, plate, model_id, region_id, reserve_percent, is_active)
       SELECT 'LZZ5ELSB41' || lpad((n * 10 + 7)::text, 7, '0'),
              '冀T' || lpad(n::text, 5, '0') || 'F', model_id, region_id, reserve_percent, is_active
         FROM fleet_truck, generate_series(1, %(others)s) n WHERE id = %(truck)s""",
    """INSERT INTO fleet_trucktenure (truck_id, role, operator_id, during)
       SELECT id, 'carrier', %(operator)s, tstzrange('2026-01-01', NULL)
         FROM fleet_truck WHERE plate LIKE '冀T%%'""",
    """INSERT INTO fleet_pack (code, type_id, owner_id, soh_percent, is_quarantined, whereabouts,
              moved_at, move_reason)
       SELECT 'TSTPB01A000000G4B' || lpad((n * 10 + 7)::text, 7, '0'), type_id, %(operator)s, 97,
              false, 'transport', now(), 'made'
         FROM fleet_pack, generate_series(1, %(others)s) n WHERE id = %(pack)s""",
    """INSERT INTO telematics_device (kind, serial, truck_id, datum, is_active, requires_signature)
       SELECT 'obu', 'OBU-T' || id || '7', id, 'wgs84', true, false
         FROM fleet_truck WHERE plate LIKE '冀T%%'""",
)
TABLES = ("fleet_pack", "telematics_device")  # trucks are also read for what is on them


def rows_read() -> dict[str, int]:
    """Return how many rows of each table this transaction has read, by whatever way."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0)"
            " FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)",
            [list(TABLES)],
        )
        return dict(cursor.fetchall())


def test_one_key_of_a_small_carrier_reads_few_rows_of_the_others() -> None:
    """The candidates end before one's own, which then are gone to by what opens them."""
    other, mine = make_operator(), make_operator()
    own = _outfit(mine, 14)
    first = {kind: int(pk) for kind, _, pk in (key.partition(":") for key in own)}
    Truck.objects.filter(pk=first["truck"]).update(vin="LZZ5ELSB40A000007")
    with connection.cursor() as cursor:
        for statement in THEIRS:
            cursor.execute(statement, {"others": OTHERS, "operator": other.pk, **first})
        cursor.execute(f"ANALYZE {', '.join(TABLES)}, fleet_truck, fleet_trucktenure")
    user = make_user(mine)
    before = rows_read()
    assert set(keys(ask(user, "7"))) == own
    read = {table: count - before[table] for table, count in rows_read().items()}
    assert read.keys() == set(TABLES)
    assert max(read.values()) < OTHERS / 2, read


def test_what_was_opened_lately_is_looked_up_anew() -> None:
    carrier = make_operator()
    user = make_user(carrier)
    truck, pack = make_truck(carrier), make_pack(owner=carrier)
    recent = f"pack:{pack.pk},truck:{truck.pk},truck:999999999,nonsense,truck:x"
    assert keys(ask(user, "", recent=recent)) == [f"pack:{pack.pk}", f"truck:{truck.pk}"]
    assert ask(make_user(), "", recent=recent) == []


def test_a_driver_and_a_stranger_are_not_answered() -> None:
    client = Client()
    assert client.get(FIND, {"q": "1"}).status_code == 302
    client.force_login(make_user(role=User.Role.DRIVER))
    assert client.get(FIND, {"q": "1"}).status_code == 302


@given(st.text(max_size=80))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_may_be_typed(typed: str) -> None:
    user = User.objects.filter(username="typist").first() or make_user(
        make_operator(), username="typist", is_superuser=True
    )
    ask(user, typed)
    ask(user, "", recent=typed)
