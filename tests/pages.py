"""Every page of the product that has an address, for tests that look at all of them.

Pages are found by walking the addresses themselves: one that is new is looked at without being
named here, unless its address asks for something nobody has taught this module.
"""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from dispatch.models import ShiftHandover, WallScreen
from dispatch.services.gate.handovers import hand_over
from fleet.models import User
from tests import builders
from tests.builders import NOW
from tests.worlds import World, make_row

# What changes something when looked at, or leads elsewhere.
LEFT_OUT = {
    f"admin:{name}" for name in ("logout", "jsi18n", "autocomplete", "view_on_site", "app_list")
}


def _patterns(
    resolver: URLResolver, space: str = "", asked: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the name of each address, and what it asks for."""
    for each in resolver.url_patterns:
        wants = (*asked, *getattr(each.pattern, "converters", {}))
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _patterns(each, inner, wants)
        elif each.name:
            yield space + each.name, wants


class Book:
    """The addresses of a world's pages, with rows made as they are needed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._rows: dict[str, Any] = {}

    def addresses(self) -> dict[str, str]:
        """Return by name every address below /admin/ and /problems/, whatever it answers."""
        found = {}
        for name, wants in _patterns(get_resolver()):
            if name.startswith(("admin:", "problem")) and name not in LEFT_OUT:
                found[name] = reverse(
                    name, kwargs={want: self._value(name, want) for want in wants}
                )
        for app in ("fleet", "telematics", "dispatch"):
            found[f"admin:app_list {app}"] = reverse("admin:app_list", kwargs={"app_label": app})
        return found

    def pages(self, client: Client) -> dict[str, str]:
        """Return those of the addresses that answer a user with a whole page."""
        found = {}
        for name, address in self.addresses().items():
            answer = client.get(address)
            kind = answer.headers.get("Content-Type", "")
            if answer.status_code == HTTPStatus.OK and kind.startswith("text/html"):
                body = b"".join(answer) if answer.streaming else answer.content
                if b"<html" in body:
                    found[name] = address
        return found

    def _value(self, name: str, want: str) -> Any:
        if want in {"object_id", "id"}:
            return self._row_of_page(name)
        makers: dict[str, Callable[[], Any]] = {
            "truck_id": self.world.truck,
            "station_id": self.world.station,
            "assignment_id": lambda: make_row_of("dispatch.SwapAssignment", self.world),
            "run_id": lambda: make_row_of("dispatch.PlanRun", self.world),
            "device_id": lambda: make_row_of("telematics.Device", self.world),
            "key_id": lambda: make_row_of("telematics.Device", self.world),
            "region_id": lambda: self.world.region,
            "operator_id": lambda: self.world.carrier,
            "pack_id": lambda: make_row_of("fleet.Pack", self.world),
            "screen_id": self._screen,
            "pk": self._handover,
            "code": lambda: "malformed",
        }
        assert want in makers, f"{name} asks for {want}: teach tests/pages.py what that is"
        if want not in self._rows:
            made = makers[want]()
            self._rows[want] = made if isinstance(made, str) else made.pk
        return self._rows[want]

    def _screen(self) -> WallScreen:
        by = builders.make_user(self.world.station_operator)
        name = f"hall {builders.number()}"
        return WallScreen.objects.create(
            station=self.world.station(), name=name, token_sha256=name, made_at=NOW, made_by=by
        )

    def _handover(self) -> ShiftHandover:
        by = builders.make_user(self.world.station_operator, User.Role.STATION_OPERATOR)
        return hand_over(self.world.station(), note="All is well.", by=by, now=NOW)

    def _row_of_page(self, name: str) -> Any:
        label = "fleet.User" if name.startswith("admin:auth_user") else ""
        for model in admin.site._registry:
            if name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
                label = model._meta.label
        assert label, f"{name} asks for a row of a model without a page"
        if label not in self._rows:
            self._rows[label] = make_row_of(label, self.world).pk
        return self._rows[label]


def make_row_of(label: str, world: World) -> Any:
    """Make a row of the model with this label in a world."""
    by_label = {model._meta.label: model for model in admin.site._registry}
    return make_row(by_label[label], world)


def superuser(world: World) -> User:
    """Return a user who may open every page."""
    return builders.make_user(world.carrier, is_superuser=True)
