"""The addresses of the registries, below `/api/v1/fleet/`."""

from django.urls import URLPattern, path

from dispatch.api.registries.alarms import Alarms
from dispatch.api.registries.assignments import Assignments
from dispatch.api.registries.lanes import Lanes
from dispatch.api.registries.packs import Packs
from dispatch.api.registries.resource import Resource
from dispatch.api.registries.slots import Slots
from dispatch.api.registries.stations import Stations
from dispatch.api.registries.trucks import Trucks
from dispatch.api.registries.views import list_view, row_view

REGISTRIES: tuple[Resource, ...] = (
    Trucks(),
    Packs(),
    Stations(),
    Lanes(),
    Slots(),
    Assignments(),
    Alarms(),
)


def _addresses(resource: Resource) -> list[URLPattern]:
    name = f"fleet-{resource.name}"
    return [
        path(resource.name, list_view(resource).as_view(), name=name),
        path(f"{resource.name}/<int:id>", row_view(resource).as_view(), name=f"{name}-one"),
    ]


urlpatterns = [address for resource in REGISTRIES for address in _addresses(resource)]
