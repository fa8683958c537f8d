from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dispatch.management.scenario.paper import read_roster
from dispatch.models import Shuttle, Trip
from fleet.identity import parse_pack_code, parse_plate, parse_vin
from fleet.models import Driver, Operator, Pack, PackMove, SignInLink, SwapStation, Truck, User
from telematics.models import DeviceKey
from telematics.services.keys import device_of_key

pytestmark = pytest.mark.django_db


def load(path: Path, **sizes: int | bool) -> str:
    said = StringIO()
    call_command("load_scenario", secrets=path, stdout=said, **sizes)
    return said.getvalue()


def test_the_scenario_has_every_kind_of_operator_role_and_pack(tmp_path: Path) -> None:
    said = load(tmp_path / "world.json", trucks=12, stations=3)
    assert "12 trucks, 3 swap stations" in said
    assert set(Operator.objects.values_list("kind", flat=True)) == set(Operator.Kind.values)
    assert set(User.objects.values_list("role", flat=True)) == set(User.Role.values)
    assert (Truck.objects.count(), SwapStation.objects.count()) == (12, 3)
    assert (Driver.objects.count(), Shuttle.objects.count(), Trip.objects.count()) == (12, 12, 12)
    assert PackMove.objects.count() == Pack.objects.count()
    for truck in Truck.objects.select_related("model"):
        assert parse_vin(truck.vin) == truck.vin
        assert parse_plate(truck.plate) == truck.plate
        assert truck.packs.count() == truck.model.pack_positions
    for code in Pack.objects.values_list("code", flat=True):
        assert parse_pack_code(code).is_pack


def test_the_file_is_private_and_every_password_in_it_works(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    load(path, trucks=2, stations=2)
    assert path.stat().st_mode & 0o777 == 0o600
    roster = read_roster(path)
    assert {login.role for login in roster.logins} >= {"fleet_manager", "station_operator"}
    for login in roster.logins:
        user = User.objects.get(username=login.username)
        assert user.check_password(login.password)
        assert user.is_staff


def test_a_second_time_makes_new_links_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    load(path, trucks=3, stations=2)
    first = read_roster(path)
    assert "there already" in load(path, trucks=3, stations=2)
    second = read_roster(path)
    assert [truck.obu_key for truck in second.trucks] == [truck.obu_key for truck in first.trucks]
    assert second.logins == first.logins
    assert first.driver_link != second.driver_link
    assert not {t.driver_token for t in first.trucks} & {t.driver_token for t in second.trucks}
    assert (Truck.objects.count(), DeviceKey.objects.count()) == (3, 5)
    assert SignInLink.objects.count() == 2 * (3 + 1)


def test_a_visitor_gets_a_truck_with_packs_and_a_key_and_nobody_drives_it(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    load(path, trucks=2, stations=2, visitor=True)
    roster = read_roster(path)
    assert roster.visitor is not None
    truck = Truck.objects.get(plate=roster.visitor.plate)
    assert truck.packs.count() == truck.model.pack_positions
    assert device_of_key(roster.visitor.obu_key).truck_id == truck.pk
    assert not Trip.objects.filter(truck=truck).exists()
    assert truck.plate not in {start.plate for start in roster.trucks}


def test_a_lost_file_and_a_wrong_size_are_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="1 to 23"):
        load(tmp_path / "world.json", trucks=2, stations=99)
    assert not Truck.objects.exists()
    load(tmp_path / "world.json", trucks=2, stations=2)
    with pytest.raises(CommandError, match="empty database"):
        load(tmp_path / "elsewhere.json")
