"""What is answered when no view could: problems under /api/, pages elsewhere."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views import csrf, defaults

from fleet.api.problems import busy_response, problem_response

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    if request.path.startswith(API):
        detail = "The request could not be read."
        return problem_response(status=400, code="bad_request", detail=detail)
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    if request.path.startswith(API):
        detail = "Your role does not allow this."
        return problem_response(status=403, code="permission_denied", detail=detail)
    return defaults.permission_denied(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a write without the page's token that no view of ours looked at."""
    if request.path.startswith(API):
        detail = "Send the csrf_token of your session or of `GET me` as X-CSRFToken."
        return problem_response(status=403, code="csrf_failed", detail=detail)
    return csrf.csrf_failure(request, reason=reason)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    if request.path.startswith(API):
        detail = "There is nothing at this address. /api/v1/schema lists those there are."
        return problem_response(status=404, code="not_found", detail=detail)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 when it was the database that failed us, else 500.

    What happened is in the log under the request's id.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return busy_response(is_api=request.path.startswith(API))
    if request.path.startswith(API):
        detail = "Something failed on our side. Send it again; nothing is stored twice."
        return problem_response(status=500, code="internal", detail=detail)
    return defaults.server_error(request)
