"""Every change of a tracked row leaves an event, however it was made, and no event is changed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.utils import translation
from pghistory.models import Event

from dispatch.models import WallScreen
from fleet.models import Driver, OpeningHours, PackQuarantine, SavedView
from fleet.models.names import NameField
from fleet.selectors.changes import changes_of
from tests.builders import NOW, make_assignment, make_operator, make_pack, make_user
from tests.forms import seen
from tests.worlds import ROWS, World, make_row

pytestmark = pytest.mark.django_db
EVENTS: list[Any] = [
    model
    for model in apps.get_models()
    if issubclass(model, Event) and getattr(model, "pgh_tracked_model", None)
]
PARTS: dict[str, Callable[[World], Any]] = {
    "fleet.SavedView": lambda world: SavedView.objects.create(
        owner=make_user(world.carrier), listing="fleet.truck", name="mine"
    ),
    "fleet.Lane": lambda world: world.station().lanes.get(),
    "fleet.Slot": lambda world: world.station().slots.get(),
    "fleet.TruckTenure": lambda world: world.truck().tenures.first(),
    "fleet.OpeningHours": lambda world: OpeningHours.objects.create(
        station=world.station(), weekday=1, opens_at="06:00", closes_at="22:00"
    ),
    "fleet.PackQuarantine": lambda _world: PackQuarantine.objects.create(
        pack=make_pack(), reason="hot", begun_at=NOW
    ),
    "dispatch.WallScreen": lambda world: WallScreen.objects.create(
        station=world.station(), name="hall", token_sha256="x", made_at=NOW, made_by=make_user()
    ),
}
KEPT = {"fleet.PackQuarantine"}  # the database removes none of them


CHANGES: dict[str, tuple[str, Any]] = {
    "fleet.User": ("first_name", "Lei"),
    "fleet.Pack": ("move_reason", "counted"),
    "fleet.OpeningHours": ("weekday", 2),
    "telematics.Device": ("is_active", False),
}


def row_of(event: Any) -> Any:
    model, world = event.pgh_tracked_model, World("Z")
    label = model._meta.label
    return PARTS[label](world) if label in PARTS else make_row(model, world)


def changed(row: Any) -> tuple[str, Any]:
    """Return a column that may be changed freely, and another value for it."""
    if row._meta.label in CHANGES:
        return CHANGES[row._meta.label]
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.primary_key or field.is_relation or field.choices or field.unique:
            continue
        if isinstance(field, NameField):
            continue
        if type(value) is str and isinstance(field, models.CharField):
            return field.name, "x" + value[:8]
        if type(value) is int:
            return field.name, value + 1
        if isinstance(field, models.DateTimeField) and value is not None:
            return field.name, value - timedelta(minutes=1)
    return "during", type(row.during)(row.during.lower - timedelta(days=1), row.during.upper)


def by_save(row: Any, name: str, value: Any) -> None:
    setattr(row, name, value)
    row.save()


def by_bulk_update(row: Any, name: str, value: Any) -> None:
    setattr(row, name, value)
    type(row)._default_manager.bulk_update([row], [name])


def by_queryset(row: Any, name: str, value: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**{name: value})


def by_sql(row: Any, name: str, value: Any) -> None:
    with connection.cursor() as cursor:
        table = row._meta.db_table
        cursor.execute(f'UPDATE "{table}" SET "{name}" = %s WHERE id = %s', [value, row.pk])


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.pgh_tracked_model._meta.label)
@pytest.mark.parametrize("write", [by_save, by_bulk_update, by_queryset, by_sql])
def test_each_way_to_change_a_row_leaves_an_event(event: Any, write: Any) -> None:
    row = row_of(event)
    events = event.objects.filter(pgh_obj_id=row.pk)
    before = events.count()
    assert events.filter(pgh_label="insert").count() == 1
    name, value = changed(row)
    with pghistory.context(user=7, reason="mended by hand"):
        write(row, name, value)
    newest = events.order_by("-pgh_id").first()
    assert events.count() == before + 1
    assert getattr(newest, name) == value
    assert newest.pgh_context.metadata["reason"] == "mended by hand"
    assert newest.pgh_context.metadata["user"] == 7


def gone_by_queryset(row: Any) -> None:
    rows = type(row)._default_manager.filter(pk=row.pk)
    rows._raw_delete(rows.db)  # with what hangs on the row still there


def gone_by_sql(row: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{row._meta.db_table}" WHERE id = %s', [row.pk])


@pytest.mark.parametrize(
    "event",
    [event for event in EVENTS if event.pgh_tracked_model._meta.label not in KEPT],
    ids=lambda e: e.pgh_tracked_model._meta.label,
)
@pytest.mark.parametrize("write", [gone_by_queryset, gone_by_sql])
def test_each_way_to_remove_a_row_leaves_an_event(event: Any, write: Any) -> None:
    row = row_of(event)
    events = event.objects.filter(pgh_obj_id=row.pk)
    before = events.count()
    with transaction.atomic():
        with pghistory.context(user=7, reason="was a mistake"):
            write(row)
        newest = events.order_by("-pgh_id").first()
        assert (events.count(), newest.pgh_label) == (before + 1, "delete")
        assert newest.pgh_context.metadata["reason"] == "was a mistake"
        transaction.set_rollback(True)


def test_rows_removed_in_bulk_leave_an_event_each() -> None:
    rows = [Driver.objects.create(carrier=make_operator(), name=name) for name in ("Wang", "Li")]
    Driver.objects.filter(pk__in=[row.pk for row in rows]).delete()
    [event] = [event for event in EVENTS if event.pgh_tracked_model is Driver]
    assert event.objects.filter(pgh_label="delete").count() == 2


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.pgh_tracked_model._meta.label)
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_history_cannot_be_changed(event: Any, verb: str) -> None:
    row = row_of(event)
    events = event.objects.filter(pgh_obj_id=row.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        events.delete() if verb == "delete" else events.update(pgh_label="other")
    assert events.filter(pgh_label="insert").exists()


def test_a_change_by_a_page_carries_who_and_why(client: Any, standing_clock: None) -> None:
    user = make_user()
    assert user.operator is not None
    driver = Driver.objects.create(carrier=user.operator, name="Wang Lei")
    client.force_login(user)
    form = {"name": "Wang Lei", "phone": "0315-1", "is_active": "on", "change_reason": "new phone"}
    url = f"/admin/fleet/driver/{driver.pk}/"
    form = seen(client, url + "change/", **form)
    assert client.post(url + "change/", form).status_code == 302
    page = client.get(url + "history/").content.decode()
    assert "new phone" in page
    assert user.username in page
    assert "0315-1" in page


def test_the_history_of_a_removed_row_is_for_the_services_own_staff(client: Any) -> None:
    carrier = make_operator()
    user, driver = make_user(carrier), Driver.objects.create(carrier=carrier, name="Wang Lei")
    url = f"/admin/fleet/driver/{driver.pk}/history/"
    with pghistory.context(user=user.pk, reason="left us"):
        driver.delete()
    client.force_login(make_user(is_superuser=True))
    page = client.get(url, headers={"Accept-Language": "en"}).content.decode()
    assert "removed" in page
    assert "left us" in page
    assert client.get("/admin/fleet/driver/987654321/history/").status_code == 403
    assert client.get("/admin/fleet/driver/x/history/").status_code == 403
    client.force_login(user)
    assert client.get(url).status_code == 403


def test_every_tracked_model_is_tried() -> None:
    labels = {event.pgh_tracked_model._meta.label for event in EVENTS}
    assert len(labels) >= 20
    assert labels <= set(ROWS) | set(PARTS)


def test_words_of_the_code_are_said_in_the_readers_language() -> None:
    promise = make_assignment()
    promise.state, promise.is_pinned = "accepted", True
    promise.save(update_fields=["state", "is_pinned"])
    with translation.override("zh-hans"):
        said = {name: (before, after) for name, before, after in changes_of(promise)[0].fields}
    with translation.override("en"):  # what was said stays said
        assert said["状态"] == ("待应答", "已接受")
        assert ("否", "是") in said.values()
