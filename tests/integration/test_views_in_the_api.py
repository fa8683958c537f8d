"""A saved view shows a program the rows that its list in the admin shows a person: every filter."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.test import Client

from dispatch.api.registries.urls import REGISTRIES
from dispatch.models import SwapAssignment, Trip
from dispatch.selectors.listings import LISTINGS
from fleet.admin.scoped import visible_rows
from fleet.models import SavedView, User
from telematics.models import Alarm
from tests.builders import NOW, bearer, make_device, make_driver, make_station, make_user
from tests.worlds import World, make_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
admin.autodiscover()
PAGES = {page.opts.label_lower: page for page in admin.site._registry.values()}
TRIPS = "dispatch.trip"
VIEWED = sorted(name for name, page in PAGES.items() if getattr(page, "keeps_views", False))
NAMES = {each.listing: each.name for each in REGISTRIES} | {TRIPS: "trips"}


def params(page: Any, rows: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield every filter that the list offers, with values that some rows have."""
    for offered in page.list_filter:
        if isinstance(offered, type) and issubclass(offered, SimpleListFilter):
            asked: Any = offered(None, {}, page.model, page)  # type: ignore[arg-type]  # no request
            yield from ((str(offered.parameter_name), str(v)) for v, _ in asked.lookup_choices)
        elif isinstance(offered, tuple):
            pks = {getattr(row, f"{offered[0]}_id") for row in rows} - {None}
            yield from ((f"{offered[0]}__id__exact", str(pk)) for pk in pks)
        else:
            values = {getattr(row, offered) for row in rows}
            texts = (str(int(v)) if isinstance(v, bool) else str(v) for v in values)
            yield from ((f"{offered}__exact", text) for text in texts)
    if page.date_hierarchy:
        yield f"{page.date_hierarchy}__year", str(NOW.year)
        yield f"{page.date_hierarchy}__day", str(NOW.day + 1)


def varied(label: str, world: World) -> list[Any]:
    """Return rows of a list that its filters tell apart."""
    model = PAGES[label].model
    rows = [make_row(model, world) for _ in range(4)]
    if label in {"fleet.truck", "fleet.pack"}:
        column = "is_active" if label == "fleet.truck" else "whereabouts"
        model.objects.filter(pk=rows[1].pk).update(
            **{column: False if column == "is_active" else "retired"}
        )
    elif label == TRIPS:
        Trip.objects.filter(pk=rows[1].pk).update(state="done", truck=rows[0].truck)
    elif label == "dispatch.swapassignment":
        old = NOW - timedelta(minutes=5)
        driver = make_driver(world.carrier, name="Zhao Min")
        SwapAssignment.objects.filter(pk=rows[1].pk).update(offered_at=old, driver=driver)
        SwapAssignment.objects.filter(pk=rows[2].pk).update(state="accepted", is_pinned=True)
    else:
        Alarm.objects.filter(pk=rows[1].pk).update(acknowledged_at=NOW, escalated_at=NOW, level=3)
        Alarm.objects.filter(pk=rows[2].pk).update(closed_at=NOW, station=make_station())
    return list(model.objects.filter(pk__in=[row.pk for row in rows]))


def shown_to_people(client: Client, page: Any, query: dict[str, str]) -> set[int]:
    url = f"/admin/{page.opts.app_label}/{page.opts.model_name}/"
    answer = client.get(url, query, follow=True)
    return {row.pk for row in answer.context["cl"].result_list}


def offered(page: Any, user: User, found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out filters by rows that the list does not offer its viewer."""
    left = []
    for name, value in found:
        column, _, lookup = name.partition("__")
        if lookup == "id__exact":
            related = page.model._meta.get_field(column).related_model
            rows = visible_rows(page.admin_site, related, user)
            if rows is not None and not rows.filter(pk=value).exists():
                continue
        left.append((name, value))
    return left


@pytest.mark.parametrize(
    ("label", "is_superuser"),
    # The API tells of trips by their carrier alone.
    [(name, boss) for name in VIEWED for boss in (False, True) if (name, boss) != (TRIPS, True)],
)
def test_a_program_sees_by_each_filter_what_a_person_sees(label: str, is_superuser: bool) -> None:
    world, page, path = World("Z"), PAGES[label], f"/api/v1/fleet/{NAMES[label]}"
    rows = varied(label, world)
    varied(label, World("Y"))
    user = make_user(world.carrier, is_superuser=is_superuser)
    client = Client()
    client.force_login(user)
    programs = [client, Client(headers=bearer(make_device(carrier=world.carrier)))]
    word = rows[0].truck.plate if label == TRIPS else "Zhao"
    found = [*params(page, rows), ("q", word), ("q", "nothing like it")]
    if label in {"fleet.truck", "fleet.pack"}:
        found.append(("q", str(rows[0])[-6:]))
    differ = 0
    for name, value in offered(page, user, found):
        SavedView.objects.update_or_create(
            owner=user,
            listing=label,
            name="mine",
            defaults={"filters": {name: value}, "is_shared": True},
        )
        expected = shown_to_people(client, page, {name: value})
        for who in programs[: 1 if is_superuser else 2]:
            answer = who.get(path, {"view": "mine"})
            assert answer.status_code == 200, (name, answer.content)
            ids = {row["id"] for row in answer.json()[NAMES[label]]}
            assert ids == expected, f"{label}: {name}={value}"
        differ += len(expected) < len(rows)
    assert differ >= 2, "the filters tell these rows apart"


def test_every_list_that_keeps_views_is_read_by_programs() -> None:
    assert sorted(LISTINGS) == VIEWED
    assert set(VIEWED) <= NAMES.keys()


@pytest.mark.parametrize("label", VIEWED)
def test_a_filter_that_programs_cannot_read_is_refused_and_named(label: str) -> None:
    world = World("Z")
    user = make_user(world.carrier)
    filters = {"no_such": "1", "owner__password__startswith": "x"}
    SavedView.objects.create(owner=user, listing=label, name="odd", filters=filters)
    client = Client()
    client.force_login(user)
    refused = client.get(f"/api/v1/fleet/{NAMES[label]}", {"view": "odd"})
    assert (refused.status_code, refused.json()["code"]) == (409, "unread_view")
    assert refused.json()["filters"] == [*filters]
    unknown = client.get(f"/api/v1/fleet/{NAMES[label]}", {"view": "mine"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_view")
