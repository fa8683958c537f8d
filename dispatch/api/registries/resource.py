"""A registry as the API has it: whose rows, what is told of them, what may be changed and how."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from dispatch.api.registries.callers import Caller
from fleet.access import Viewer
from fleet.api.etags import etag_of
from fleet.selectors.changes import Change, last_change
from fleet.services.seen import hold


class Facts(serializers.Serializer[Any]):
    """What is told of a row; `etag` is of all else, and what `If-Match` wants."""

    etag = serializers.CharField(source="pk", help_text="What `If-Match` wants.")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the members in their order, the tag last."""
        facts = dict(super().to_representation(instance))
        del facts["etag"]
        return {**facts, "etag": etag_of(facts)}


class ChangeBody(serializers.Serializer[Any]):
    """What is to be changed, and why: that goes into the history."""

    reason = serializers.CharField(max_length=200)


class ListQuery(serializers.Serializer[Any]):
    """From where on."""

    after = serializers.IntegerField(min_value=0, max_value=2**63 - 1, required=False)


class ViewQuery(ListQuery):
    """From where on, and filtered as which saved view."""

    view = serializers.CharField(max_length=60, required=False)


class StationQuery(ListQuery):
    """From where on, and of which station (its code)."""

    station = serializers.SlugField(max_length=50, required=False)


class Resource:
    """One registry; `listing` is what its list in the admin keeps views under, if it keeps any."""

    name: ClassVar[str]
    one: ClassVar[str]
    facts: ClassVar[type[Facts]]
    body: ClassVar[type[ChangeBody] | None] = None
    query: ClassVar[type[ListQuery]] = ListQuery
    listing: ClassVar[str] = ""
    columns: ClassVar[Mapping[str, str]] = {}  # of members that are called otherwise there

    def rows_for(self, user: Viewer, *, now: datetime) -> QuerySet[Any]:
        """Return the rows a user may look at, with all that is told of them."""
        raise NotImplementedError

    def kept_by(self, user: Viewer, *, now: datetime) -> QuerySet[Any]:
        """Return the rows a user may change."""
        raise NotImplementedError

    def hold(self, row: Any) -> None:
        """Lock what a change of the row reads and writes."""
        hold(type(row)._base_manager.filter(pk=row.pk))

    def edit(self, row: Any, wanted: Mapping[str, Any], *, caller: Caller, now: datetime) -> None:
        """Change a row that is held, through the services that people's pages use."""
        raise NotImplementedError

    def touched(self, row: Any, member: str) -> Change | None:
        """Return the last change of a member, as far as the history tells."""
        return last_change(row, self.columns.get(member, member))


def only(wanted: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return those of the wanted members that are plain columns."""
    return {name: wanted[name] for name in names if name in wanted}
