"""Every registry of the API, those still to come too, for every kind of caller."""

from typing import Any

import pytest
from django.test import Client

from dispatch.api.registries.resource import Resource
from dispatch.api.registries.trucks import Trucks
from dispatch.api.registries.urls import REGISTRIES
from fleet.models import Lane, Operator, Slot, Truck, User
from tests.builders import bearer, make_device, make_operator, make_user
from tests.integration.dispatch.registries.desk import Desk, office
from tests.worlds import World, make_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]

# As in the admin's matrix: M the carrier's manager, P its dispatcher, A its auditor, X manager of
# another carrier, S the station's operator, V supervisor, U superuser, D driver, N nobody; and the
# office systems of the carrier (m), another carrier (x) and the station operator (s).
CALLERS = "MPAXSVUDNmxs"
IN_OFFICES = set("MPAXSVUmxs")
RIGHTS: dict[
    str, tuple[str, str, dict[str, Any]]
] = {  # who sees the row, who changes it, and a change that does no harm
    "trucks": ("MPAVUm", "MUm", {"reserve_percent": 15}),
    "packs": ("MPAUm", "MUm", {"soh_percent": 100}),
    "stations": ("SVUs", "SUs", {"contact_phone": ""}),
    "lanes": ("SVUs", "SUs", {"swap_s": 300}),
    "slots": ("SVUs", "SUs", {"max_power_kw": 280}),
    "assignments": ("MPAUm", "MPUm", {"is_pinned": False}),
    "alarms": ("MPAVUm", "", {}),
}
MODELS = {
    "trucks": "fleet.Truck",
    "packs": "fleet.Pack",
    "stations": "fleet.SwapStation",
    "assignments": "dispatch.SwapAssignment",
    "alarms": "telematics.Alarm",
}


class Stage:
    """Two worlds and everybody in them."""

    def __init__(self) -> None:
        self.here, self.there = World("Z"), World("Y")
        supervisor = make_operator(Operator.Kind.SUPERVISOR)
        supervisor.regions.add(self.here.region)
        carrier, role = self.here.carrier, User.Role
        self.desks = {
            "M": Desk(make_user(carrier)),
            "P": Desk(make_user(carrier, role.DISPATCHER)),
            "A": Desk(make_user(carrier, role.AUDITOR)),
            "X": Desk(make_user(self.there.carrier)),
            "S": Desk(make_user(self.here.station_operator, role.STATION_OPERATOR)),
            "V": Desk(make_user(supervisor, role.SUPERVISOR)),
            "U": Desk(make_user(carrier, is_superuser=True)),
            "D": Desk(make_user(carrier, role.DRIVER)),
            "N": Desk(),
            "m": office(carrier),
            "x": office(self.there.carrier),
            "s": office(self.here.station_operator),
        }

    def row(self, registry: str, world: World) -> Any:
        if registry in {"lanes", "slots"}:
            model: Any = Lane if registry == "lanes" else Slot
            return model.objects.get(station=world.station())
        model = {each._meta.label: each for each in _models()}[MODELS[registry]]
        return make_row(model, world)

    def secrets_hidden_from(self, caller: str, sees: bool) -> set[str]:
        """Return what must not be in an answer to a caller."""
        there = self.there.carrier_secrets | self.there.station_secrets
        if caller in "UXx":
            there = set()
        own = set() if sees else self.here.carrier_secrets | self.here.station_secrets
        return there | own


def _models() -> list[Any]:
    from django.apps import apps  # noqa: PLC0415  only now are the models there

    return [*apps.get_models()]


@pytest.fixture
def stage() -> Stage:
    return Stage()


def look_and_change(stage: Stage, resource: Resource) -> None:
    """Let everybody ask for everything, and compare with what the table says."""
    name = resource.name
    assert name in RIGHTS, f"{name} has an address but no row in RIGHTS: say who may do what"
    sees, changes, harmless = RIGHTS[name]
    stage.row(name, stage.there)
    row = stage.row(name, stage.here)
    etag = stage.desks["U"].read(f"{name}/{row.pk}")["etag"]
    for caller in CALLERS:
        desk, path = stage.desks[caller], f"{name}/{row.pk}"
        listed, one = desk.get(name), desk.get(path)
        said = f"{caller} {name}: {listed.status_code} {one.status_code}"
        if caller not in IN_OFFICES:
            refusal = 401 if caller == "N" else 403
            assert (listed.status_code, one.status_code) == (refusal, refusal), said
        else:
            ids = {each["id"] for each in listed.json()[name]}
            assert (row.pk in ids) == (caller in sees), said
            assert one.status_code == (200 if caller in sees else 404), said
        hidden = stage.secrets_hidden_from(caller, caller in sees)
        for answer in (listed, one):
            text = answer.content.decode()
            assert not {secret for secret in hidden if secret in text}, said
        changed = desk.patch(path, etag, **harmless)
        assert changed.status_code == _expected(caller, sees, changes), f"{said} PATCH {changed}"


def _expected(caller: str, sees: str, changes: str) -> int:
    if not changes:
        return 405
    if caller not in IN_OFFICES:
        return 401 if caller == "N" else 403
    if caller not in sees:
        return 404
    return 200 if caller in changes else 403


@pytest.mark.parametrize("resource", REGISTRIES, ids=lambda each: each.name)
def test_everybody_sees_and_changes_exactly_what_the_table_says(
    stage: Stage, resource: Resource
) -> None:
    look_and_change(stage, resource)


def test_a_door_that_is_left_open_is_noticed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trucks, "kept_by", lambda *_args, **_named: Truck.objects.all())
    with pytest.raises(AssertionError, match="P trucks"):
        look_and_change(stage, Trucks())


def test_only_office_keys_are_let_in_and_sessions_need_the_pages_token(stage: Stage) -> None:
    truck = make_row(Truck, stage.here)
    for device in (make_device(truck=truck), make_device(station=stage.here.station())):
        answer = Client().get("/api/v1/fleet/trucks", headers=bearer(device))
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_kind_of_key")
    strict = Client(enforce_csrf_checks=True)
    user = stage.desks["M"].user
    assert user is not None
    strict.force_login(user)
    path = f"/api/v1/fleet/trucks/{truck.pk}"
    etag = strict.get(path)["ETag"]
    sent = {"content_type": "application/json", "headers": {"If-Match": etag}}
    refused: Any = strict.patch(path, '{"reserve_percent": 1, "reason": "x"}', **sent)  # type: ignore[arg-type]  # two kinds of values
    assert refused.status_code == 403
    Operator.objects.filter(pk=stage.here.carrier.pk).update(is_active=False)
    assert stage.desks["m"].get("trucks").status_code == 403
    assert stage.desks["M"].get("trucks").status_code == 403
