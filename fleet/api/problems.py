"""Errors as RFC 9457 problem+json, with types that stay."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

CONTENT_TYPE = "application/problem+json"
BUSY_RETRY_S = 5
BUSY_DETAIL = "The database does not answer. Nothing is lost that was acknowledged: send it again."
# In both languages: nothing may be asked of the database to find out which.
BUSY_PAGE = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>503</title>
<p>数据库暂时没有应答，请稍后再试。</p>
<p lang="en">The database does not answer at the moment. Please try again shortly.</p></html>
"""
# What the framework calls things, and what we do.
RENAMED = {"parse_error": "not_json", "error": "bad_request"}


class Problem(exceptions.APIException):
    """An expected refusal: a stable code, a sentence, and what to do where it helps."""

    def __init__(self, *, status: int, code: str, detail: str, **extra: Any) -> None:
        super().__init__(detail=detail, code=code)
        self.status_code = status
        self.extra = extra


def problem_body(*, status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    """Return the members of a problem; `type` leads to the page that explains `code`."""
    return {
        "type": f"{settings.PUBLIC_URL}/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }


def problem_response(*, status: int, code: str, detail: str, **extra: Any) -> HttpResponse:
    """Return a problem answer outside Django REST framework."""
    body = problem_body(status=status, code=code, detail=detail, **extra)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def busy_response(*, is_api: bool) -> HttpResponse:
    """Return 503 with `Retry-After`: a problem for programs, a page for people."""
    if is_api:
        answer = problem_response(status=503, code="busy", detail=BUSY_DETAIL)
    else:
        answer = HttpResponse(BUSY_PAGE, status=503)
    answer["Retry-After"] = str(BUSY_RETRY_S)
    return answer


def problem_answer(error: Exception, context: Mapping[str, Any]) -> Response | None:  # noqa: ARG001  the framework passes it
    """Turn what a view raised into a problem; Django REST framework's exception handler."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    extra = dict(getattr(error, "extra", {}))
    headers = {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if auth := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth
    if isinstance(error, exceptions.ValidationError):
        code, detail = "invalid", "Some fields are missing or wrong; `errors` names them."
        extra["errors"] = error.detail
    else:
        code, detail = str(error.get_codes()), str(error.detail)
        code = RENAMED.get(code, code)
    body = problem_body(status=error.status_code, code=code, detail=detail, **extra)
    return Response(body, status=error.status_code, headers=headers, content_type=CONTENT_TYPE)
