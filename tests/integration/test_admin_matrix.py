"""Every page of the admin, those still to come too, for every kind of user."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.sites import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fleet.admin.exchange import ScopedExchange
from fleet.admin.trucks import TruckAdmin
from fleet.models import Operator, Truck, User
from tests.builders import make_operator, make_user
from tests.worlds import World, make_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
admin.autodiscover()
PAGES = sorted(site._registry, key=lambda model: model._meta.label)

# M the carrier's manager, A its auditor, X manager of another carrier, S the station's operator,
# V supervisor of the region, U superuser, D driver, N nobody signed in.
VIEWERS = "MAXSVUDN"
STAFF = "MAXSVU"
# Who sees the row (built for the carrier or its station operator), changes it, adds, deletes.
RIGHTS = {
    "fleet.Operator": ("U", "U", "U", ""),
    "fleet.User": ("MAU", "U", "U", ""),
    "fleet.Region": (STAFF, "U", "U", ""),
    "fleet.Place": ("MAU", "MU", "MXU", "MU"),
    "fleet.Tariff": (STAFF, "U", "U", ""),
    "fleet.TariffPeriod": (STAFF, "U", "U", "U"),
    "fleet.Job": ("U", "", "", ""),
    "fleet.PackType": (STAFF, "U", "U", ""),
    "fleet.TruckModel": (STAFF, "U", "U", ""),
    "fleet.Truck": ("MAVU", "MU", "MXU", ""),
    "fleet.Driver": ("MAU", "MU", "MXU", ""),
    "fleet.Shift": ("MAU", "", "", ""),
    "fleet.Pack": ("MAU", "MU", "MXU", ""),
    "fleet.PackMove": ("MAU", "", "", ""),
    "fleet.SwapStation": ("SVU", "SU", "SU", ""),
    "fleet.Lane": ("SVU", "", "", ""),
    "fleet.Closure": ("SVU", "SU", "SU", ""),
    "telematics.Alarm": ("MAVU", "", "", ""),
    "telematics.AlarmRule": (STAFF, "U", "U", ""),
    "telematics.AlarmStorm": ("MAVU", "", "", ""),
    "telematics.Device": ("MAVU", "MU", "MXSU", ""),
    "telematics.SlotState": ("SVU", "", "", ""),
    "telematics.LaneState": ("SVU", "", "", ""),
    "telematics.RetroEvent": ("MAVU", "", "", ""),
    "telematics.Boot": ("MAVU", "", "", ""),
    "telematics.DeviceQuarantine": ("MAVU", "", "", ""),
    "telematics.OddReport": ("MAVU", "", "", ""),
    "telematics.TruckDay": ("MAVU", "", "", ""),
    "dispatch.SwapAssignment": ("MAU", "", "", ""),
    "dispatch.PromiseOutcome": ("MAU", "", "", ""),
    "dispatch.MeasuredSpread": ("SVU", "", "", ""),
    "dispatch.StationQuarter": ("SVU", "", "", ""),
    "dispatch.StockOut": ("SVU", "", "", ""),
    "dispatch.FairnessEntry": ("MAU", "", "", ""),
    "dispatch.Ban": ("MAU", "MU", "MXU", "MU"),
    "dispatch.PlanRun": ("MAU", "", "", ""),
    "dispatch.LiveTruck": ("MAVU", "", "", ""),
    "dispatch.SummarySubscription": ("MAU", "MU", "MXSVU", "MU"),
    "dispatch.PowerCap": ("SVU", "", "", ""),
    "dispatch.TruckConsumption": ("MAVU", "", "", ""),
    "dispatch.Trip": ("MAU", "MU", "MXU", ""),
    "dispatch.Shuttle": ("MAU", "MU", "MXU", ""),
}
NAMES_STATIONS_OF_ITS_REGION = {"dispatch.Ban"}  # a carrier may forbid what it may not look into


class Stage:
    """Two worlds, everybody in them, and what each may not read."""

    def __init__(self) -> None:
        self.here, self.there = World("Z"), World("Y")
        supervisor = make_operator(Operator.Kind.SUPERVISOR)
        supervisor.regions.add(self.here.region)
        carrier, role = self.here.carrier, User.Role
        self.users = {
            "M": make_user(carrier),
            "A": make_user(carrier, role.AUDITOR),
            "X": make_user(self.there.carrier),
            "S": make_user(self.here.station_operator, role.STATION_OPERATOR),
            "V": make_user(supervisor, role.SUPERVISOR),
            "U": make_user(carrier, is_superuser=True),
            "D": make_user(carrier, role.DRIVER),
        }

    def client(self, viewer: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        if viewer != "N":
            client.force_login(self.users[viewer])
        return client

    def forbidden(self, viewer: str) -> set[str]:
        """Return what the viewer must never read."""
        here, there = self.here, self.there
        carrier, station = here.carrier_secrets, here.station_secrets
        other = there.carrier_secrets | there.station_secrets
        return {
            "M": station | other,
            "A": station | other,
            "X": carrier | station | there.station_secrets,
            "S": carrier | other,
            "V": other,
            "U": set(),
        }.get(viewer, carrier | station | other)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def text_of(answer: Any) -> str:
    assert answer.status_code < 500
    body: str = answer.content.decode(errors="replace")
    return body


def is_let_in(answer: Any) -> bool:
    return bool(answer.status_code == 200)


def rights_of(model: Any) -> tuple[str, str, str, str]:
    label = model._meta.label
    assert label in RIGHTS, f"{label} has a page but no row in RIGHTS: say who may do what"
    return RIGHTS[label]


def leaks(stage: Stage, viewer: str, answer: Any) -> set[str]:
    body = text_of(answer)
    return {secret for secret in stage.forbidden(viewer) if secret in body}


def check(stage: Stage, viewer: str, answer: Any, expected: bool, what: str) -> None:
    assert is_let_in(answer) == expected, f"{viewer} {what}: {answer.status_code}"
    found = leaks(stage, viewer, answer)
    assert not found, f"{viewer} {what} reads {found}"


def look_at_everything(stage: Stage, model: Any, viewer: str, row: Any) -> None:
    """Open every page of a model as a viewer and compare with what the table says."""
    sees, changes, adds, deletes = rights_of(model)
    client = stage.client(viewer)
    page: Any = site._registry[model]
    lists = viewer in ("U" if model._meta.label == "fleet.Job" else STAFF)

    answer = client.get(address(model, "changelist"))
    check(stage, viewer, answer, viewer in STAFF, "list")
    if is_let_in(answer):
        shown = {entry.pk for entry in answer.context["cl"].result_list}
        assert (row.pk in shown) == (viewer in sees), f"{viewer} list shows the row"
    if model._meta.label not in NAMES_STATIONS_OF_ITS_REGION:
        check(stage, viewer, client.get(address(model, "add")), viewer in adds, "add")
    change = client.get(address(model, "change", row.pk))
    check(stage, viewer, change, viewer in sees, "view")
    if is_let_in(change):
        assert ('name="_save"' in text_of(change)) == (viewer in changes), f"{viewer} change"
    else:
        posted = client.post(address(model, "change", row.pk), {})
        assert posted.status_code in {302, 403, 404}
    deleting = client.get(address(model, "delete", row.pk))
    check(stage, viewer, deleting, viewer in deletes, "delete")
    check(stage, viewer, client.get(address(model, "history", row.pk)), viewer in sees, "history")
    if isinstance(page, ScopedExchange):
        check(stage, viewer, client.get(address(model, "import")), viewer in adds, "import")
        for number in ("0", "1"):
            form = {"format": number, "resource": ""}
            answer = client.post(address(model, "export"), form)
            check(stage, viewer, answer, lists, "export")
    if page.search_fields and lists:
        for world in (stage.here, stage.there):
            for secret in sorted(world.carrier_secrets | world.station_secrets)[:1]:
                answer = client.get(address(model, "changelist"), {"q": secret})
                rows = {entry.pk for entry in answer.context["cl"].result_list}
                assert rows <= set(page.rows_for(stage.users[viewer]).values_list("pk", flat=True))
                assert not leaks(stage, viewer, answer) - {secret}
        if viewer in sees:
            found = client.get(address(model, "changelist"), {"q": "no such thing"})
            assert found.context["cl"].result_count == 0


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model._meta.label)
def test_every_page_opens_for_those_it_should_and_tells_nobody_else(
    stage: Stage, model: Any
) -> None:
    for other in PAGES:  # so that filters and choices have something to leak
        make_row(other, stage.there)
    row = make_row(model, stage.here)
    for viewer in VIEWERS:
        look_at_everything(stage, model, viewer, row)


def autocompletes() -> Iterator[tuple[Any, str]]:
    for model in PAGES:
        for name in site._registry[model].autocomplete_fields:
            yield model, name


@pytest.mark.parametrize(
    ("model", "name"), [*autocompletes()], ids=lambda part: getattr(part, "__name__", part)
)
def test_autocomplete_offers_only_what_is_seen(stage: Stage, model: Any, name: str) -> None:
    related = model._meta.get_field(name).related_model
    make_row(related, stage.there)
    row = make_row(related, stage.here)
    sees = rights_of(related)[0]
    for viewer in VIEWERS:
        query = {
            "app_label": model._meta.app_label,
            "model_name": model._meta.model_name,
            "field_name": name,
        }
        answer = stage.client(viewer).get("/admin/autocomplete/", query)
        check(stage, viewer, answer, viewer in STAFF, "autocomplete")
        if is_let_in(answer):
            offered = {entry["id"] for entry in answer.json()["results"]}
            assert (str(row.pk) in offered) == (viewer in sees)


def test_a_carrier_names_no_station_outside_its_regions(stage: Stage) -> None:
    stage.there.station()
    stage.here.station()
    make_row(Truck, stage.here)
    page = text_of(stage.client("M").get("/admin/dispatch/ban/add/"))
    assert any(secret in page for secret in stage.here.station_secrets)
    assert not [secret for secret in stage.there.station_secrets if secret in page]


def test_a_door_that_is_left_open_is_noticed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    make_row(Truck, stage.there)
    row = make_row(Truck, stage.here)
    look_at_everything(stage, Truck, "X", row)
    monkeypatch.setattr(TruckAdmin, "rows_for", lambda *_args: Truck.objects.all())
    with pytest.raises(AssertionError, match="X list reads"):
        look_at_everything(stage, Truck, "X", row)


def test_a_filter_that_names_other_tenants_is_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make_row(Truck, stage.here)
    make_row(Operator, stage.there)
    look_at_everything(stage, Truck, "M", row)
    monkeypatch.setattr(TruckAdmin, "list_filter", ["tenures__operator"])
    with pytest.raises(AssertionError, match="M list reads"):
        look_at_everything(stage, Truck, "M", row)


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model._meta.label)
def test_a_list_costs_the_same_few_queries_however_long_it_is(stage: Stage, model: Any) -> None:
    counts: dict[str, list[int]] = {"U": [], "V": [], "M": [], "S": []}
    for rows in (4, 20):
        for _ in range(rows):
            make_row(model, stage.here)
        for viewer, seen in counts.items():
            client = stage.client(viewer)
            client.get(address(model, "changelist"))
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address(model, "changelist"))
            assert answer.status_code == 200
            seen.append(len(queries))
    print(model._meta.label, counts)
    for viewer, (few, many) in counts.items():
        assert few == many, f"{viewer}: {few} queries for 4 rows, {many} for 24"
        assert many <= 12, f"{viewer}: {many} queries"


def test_no_page_asks_for_a_secret_by_name() -> None:
    fields = {field.name for model in PAGES for field in model._meta.fields}
    assert {"password", "key_sha256", "token_sha256"} & fields <= {"password"}
    shown = [name for model in PAGES for name in site._registry[model].list_display]
    assert not [name for name in shown if re.search("password|token|sha256", str(name))]
