"""Lists and single rows of the registries; a change needs the tag of what it changes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dispatch.api.registries.callers import Caller, OfficeView
from dispatch.api.registries.resource import ChangeBody, Resource
from dispatch.api.registries.stale import stale_problem
from dispatch.api.registries.viewed import as_viewed
from dispatch.services.promises.moves import DispatchError
from fleet import clock
from fleet.api.etags import etag_of, is_seen, is_unchanged, names_a_state
from fleet.api.problems import Problem
from fleet.services.constraints import violated_constraint
from fleet.services.packs import PackMoveRefusedError
from fleet.services.seen import StaleError

PAGE_ROWS = 100
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The `etag` of what was seen."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The `ETag` of the last answer."
)


def unless_known(request: Request, facts: Mapping[str, Any], *, etag: str) -> Response:
    """Answer with what there is, or 304 if the caller has it."""
    known = is_unchanged(request.headers.get("If-None-Match", ""), etag)
    return Response(None if known else facts, status=304 if known else 200, headers={"ETag": etag})


class RegistryListView(OfficeView):
    """`GET /api/v1/fleet/{registry}`."""

    resource: ClassVar[Resource]

    def get(self, request: Request) -> Response:
        """Return up to 100 rows in the order they were made; `next` is the `after` of the rest."""
        query = self.resource.query(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked, caller, now = query.validated_data, self.caller(request), clock.now()
        rows = self.resource.rows_for(caller.user, now=now).filter(pk__gt=asked.get("after", 0))
        if name := asked.get("view"):
            rows = as_viewed(rows, self.resource.listing, name, caller=caller, now=now)
        if code := asked.get("station"):
            rows = rows.filter(station__code=code)
        found = list(rows.order_by("pk").distinct()[: PAGE_ROWS + 1])
        page = found[:PAGE_ROWS]
        answer = {
            self.resource.name: self.resource.facts(page, many=True).data,
            "next": page[-1].pk if len(found) > PAGE_ROWS else None,
        }
        return unless_known(request, answer, etag=etag_of(answer))


class ReadRowView(OfficeView):
    """`GET /api/v1/fleet/{registry}/{id}`."""

    resource: ClassVar[Resource]

    def get(self, request: Request, id: int) -> Response:  # noqa: A002  as the address has it
        """Return the row; its `etag` is what a change of it must name."""
        caller = self.caller(request)
        facts = self.resource.facts(self._row(caller, id)).data
        return unless_known(request, facts, etag=facts["etag"])

    def _row(self, caller: Caller, pk: int) -> Any:
        row = self.resource.rows_for(caller.user, now=clock.now()).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row


class RegistryRowView(ReadRowView):
    """`GET` and `PATCH /api/v1/fleet/{registry}/{id}`."""

    def patch(self, request: Request, id: int) -> Response:  # noqa: A002  as above
        """Change what is sent, if the row is as it was seen (`If-Match`); else 412 and why."""
        caller, resource = self.caller(request), self.resource
        row = self._row(caller, id)
        if not resource.kept_by(caller.user, now=clock.now()).filter(pk=row.pk).exists():
            raise PermissionDenied
        body = (resource.body or ChangeBody)(data=request.data)
        body.is_valid(raise_exception=True)
        _refuse_unknown(request.data, body)
        if not names_a_state(request.headers.get("If-Match", "")):
            detail = _("Send If-Match with the etag of what you saw.")
            raise Problem(status=428, code="precondition_required", detail=detail)
        facts = self._edit(row, body.validated_data, request=request, caller=caller)
        return Response(facts, headers={"ETag": facts["etag"]})

    def _edit(
        self, row: Any, wanted: Mapping[str, Any], *, request: Request, caller: Caller
    ) -> dict[str, Any]:
        """Hold the row, compare, change; all or nothing."""
        seen, resource = request.headers["If-Match"], self.resource
        try:
            with transaction.atomic(), caller.told(wanted["reason"]):
                resource.hold(row)
                row = self._row(caller, row.pk)
                _refuse_unseen(resource.facts(row).data, seen=seen)
                resource.edit(row, wanted, caller=caller, now=clock.now())
                return dict(resource.facts(self._row(caller, row.pk)).data)
        except StaleError as error:  # looked up when nobody has to wait for it any more
            raise stale_problem(resource, row, error.facts, wanted=wanted, seen=seen) from error
        except (DispatchError, PackMoveRefusedError) as error:
            facts = {"state": error.state} if hasattr(error, "state") else {}
            raise Problem(status=409, code=error.code, detail=str(error), **facts) from error
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        except IntegrityError as error:
            rule = violated_constraint(error)
            detail = _("The rule “%(rule)s” forbids this.") % {"rule": rule}
            raise Problem(status=409, code="refused", detail=detail) from error


def _refuse_unseen(facts: dict[str, Any], *, seen: str) -> None:
    if not is_seen(seen, facts["etag"]):
        raise StaleError(facts)


def _refuse_unknown(sent: Any, body: serializers.Serializer[Any]) -> None:
    unknown = sorted(set(sent) - set(body.fields))
    if unknown:
        may = ", ".join(body.fields)
        said = _("This cannot be changed here. What can: %(members)s.") % {"members": may}
        raise serializers.ValidationError({name: [said] for name in unknown})


def list_view(resource: Resource) -> type[RegistryListView]:
    """Return the view of a registry's list, as the contract has it."""
    members: dict[str, Any] = {
        resource.name: type(resource).facts(many=True),
        "next": serializers.IntegerField(allow_null=True),
    }
    read = extend_schema(
        tags=["fleet"],
        operation_id=f"fleet_{resource.name}",
        parameters=[type(resource).query, IF_NONE_MATCH],
        responses={200: inline_serializer(f"{resource.name.title()}Answer", members)},
    )
    view = type(f"{resource.name.title()}View", (RegistryListView,), {"resource": resource})
    described: type[RegistryListView] = extend_schema_view(get=read)(view)
    return described


def row_view(resource: Resource) -> type[ReadRowView]:
    """Return the view of one row of a registry, as the contract has it."""
    kind, name = type(resource), f"{resource.one.title()}View"
    read = extend_schema(
        tags=["fleet"],
        operation_id=f"fleet_{resource.one}",
        parameters=[IF_NONE_MATCH],
        responses={200: kind.facts},
    )
    if kind.body is None:
        looked = type(name, (ReadRowView,), {"resource": resource})
        described: type[ReadRowView] = extend_schema_view(get=read)(looked)
        return described
    change = extend_schema(
        tags=["fleet"],
        operation_id=f"fleet_change_{resource.one}",
        parameters=[IF_MATCH],
        request=kind.body,
        responses={200: kind.facts},
    )
    changed = type(name, (RegistryRowView,), {"resource": resource})
    both: type[ReadRowView] = extend_schema_view(get=read, patch=change)(changed)
    return both
