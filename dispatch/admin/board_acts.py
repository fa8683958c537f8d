"""What people do from a station's board, over HTTP: each act once, answered the same again."""

import json
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from dispatch.services.gate.board_acts import BoardAct, act_once
from dispatch.services.promises.moves import DispatchError
from fleet import access
from fleet.admin.stations import STATION_WRITERS
from fleet.api.codes import CODES
from fleet.api.problems import CONTENT_TYPE, problem_body, problem_response
from fleet.clock import now
from fleet.models import SwapStation, User
from telematics.services.station_events import Answer, IdReusedError

LONGEST_BODY = 10_000
MOST_PACKS = 8
OLDEST_S = 7 * 24 * 3600
TOLD_IN_FULL = {"wrong_pack", "unknown_pack", "unknown_code"}
"""Refusals that name the right pack or truck, in the reader's language already."""


class ActForm(forms.Form):
    """An act as the page sends it."""

    id = forms.UUIDField()
    verb = forms.SlugField(max_length=14)
    what = forms.CharField(max_length=40)
    reason = forms.CharField(max_length=200)
    packs = forms.JSONField(required=False)
    age_s = forms.IntegerField(required=False, min_value=0, max_value=OLDEST_S)

    def clean_packs(self) -> dict[str, str]:
        """Return the codes read, by position."""
        packs = self.cleaned_data["packs"] or {}
        is_read = isinstance(packs, dict) and len(packs) <= MOST_PACKS
        if not is_read or not all(isinstance(c, str) and len(c) <= 24 for c in packs.values()):
            raise forms.ValidationError("Codes by position, as text.")
        return packs


def may_steer(user: Any, station: SwapStation) -> bool:
    """Say whether a user closes and opens this station."""
    if access.sees_everything(user):
        return True
    return (
        isinstance(user, User)
        and user.role in STATION_WRITERS
        and station.operator_id == user.operator_id
    )


@require_POST
def act_on_station(request: HttpRequest, station_id: int) -> HttpResponse:
    """Do one act: close, open and the like; problem+json if it is refused."""
    station = get_object_or_404(access.stations_for(request.user), pk=station_id)
    if not may_steer(request.user, station):
        raise PermissionDenied
    form = ActForm(_read(request))
    if not form.is_valid():
        errors = {name: list(said) for name, said in form.errors.items()}
        return problem_response(
            status=400, code="invalid", detail="Some fields are missing or wrong.", errors=errors
        )
    by = request.user if isinstance(request.user, User) else None
    at, facts = now(), form.cleaned_data
    age = timedelta(seconds=facts.pop("age_s") or 0) * settings.CLOCK_RATE
    act = BoardAct(by=by, said_at=at - age, **facts)
    try:
        status, body = act_once(station, act, refused=_refused, now=at)
    except IdReusedError as error:
        return problem_response(status=409, code=error.code, detail=str(error))
    return JsonResponse(
        body, status=status, content_type=CONTENT_TYPE if status >= 400 else "application/json"
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > LONGEST_BODY:
        return {}
    try:
        read = json.loads(request.body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _refused(error: Exception) -> Answer:
    code = error.code if isinstance(error, DispatchError) else "refused"
    facts = getattr(error, "facts", {})
    detail = str(error)
    if code not in TOLD_IN_FULL and not (get_language() or "en").startswith("en"):
        detail = str(CODES[code].meaning)  # what services say to programs, people are told theirs
    return 409, problem_body(status=409, code=code, detail=detail, **facts)
