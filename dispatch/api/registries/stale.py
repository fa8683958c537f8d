"""412: what a change would have overwritten, member by member, with who wrote it and when."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.utils.translation import gettext as _

from dispatch.api.registries.resource import Resource
from fleet.api.etags import changed_since
from fleet.api.problems import Problem
from fleet.services.seen import Difference


def stale_problem(
    resource: Resource,
    row: Any,
    facts: Mapping[str, Any],
    *,
    wanted: Mapping[str, Any],
    seen: str,
) -> Problem:
    """Return the refusal of a change whose row is not as it was seen.

    `differences` names the members changed since, as far as the tag tells; else those that are not
    as they are wanted.
    """
    own = {name: value for name, value in facts.items() if name != "etag"}
    changed = changed_since(seen, own)
    if changed is None:
        changed = [name for name in own if name in wanted and wanted[name] != own[name]]
    told = [_difference(resource, row, name, own, wanted) for name in changed]
    detail = _("It was changed since you looked. Look again, decide, and send the new etag.")
    return Problem(
        status=412,
        code="stale",
        detail=detail,
        differences=[_said(each, is_wanted=each.key in wanted) for each in told],
        current=dict(facts),
    )


def _difference(
    resource: Resource, row: Any, name: str, facts: Mapping[str, Any], wanted: Mapping[str, Any]
) -> Difference[Any]:
    return Difference(
        key=name,
        label=name,
        seen=None,
        theirs=facts[name],
        yours=wanted.get(name),
        change=resource.touched(row, name),
    )


def _said(each: Difference[Any], *, is_wanted: bool) -> dict[str, Any]:
    change = each.change
    said = {
        "field": each.key,
        "theirs": each.theirs,
        "changed_by": change.who if change else None,
        "changed_at": change.at.astimezone(UTC).isoformat() if change else None,
        "reason": change.reason if change else None,
    }
    return {**said, "yours": each.yours} if is_wanted else said
