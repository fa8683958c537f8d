"""`POST /api/v1/obu/reports`: the hot path, without Django REST framework."""

from datetime import timedelta
from http import HTTPStatus

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from fleet import clock
from fleet.api.problems import problem_response
from fleet.models import Truck
from telematics.ingest.answer import ReportsAnswer
from telematics.ingest.body import BodyRefusedError, read_body
from telematics.ingest.decode import decode_reports
from telematics.ingest.receive import receive_reports
from telematics.models import Device
from telematics.services.downlinks import fetch_downlinks
from telematics.services.keys import HINT, KeyRefusedError, device_of_header, device_of_kind

BUSY_RETRY_S = 5


@csrf_exempt  # the key is in a header no page of a stranger can send
def reports(request: HttpRequest) -> HttpResponse:
    """Keep one report or up to 1,000 of the caller's truck and answer after the commit."""
    if request.method != "POST":
        detail = f"{request.method} is not for this address. POST reports here."
        return _problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", detail, Allow="POST")
    try:
        authorization = request.META.get("HTTP_AUTHORIZATION", "").encode("latin-1", "replace")
        device = device_of_kind(device_of_header(authorization), kind=Device.Kind.OBU)
        return _answer(request, device)
    except KeyRefusedError as error:
        refused = HTTPStatus.UNAUTHORIZED
        return _problem(refused, error.code, str(error), {"hint": HINT}, WWW_Authenticate="Bearer")
    except BodyRefusedError as error:
        return _problem(error.status, error.code, str(error))
    except (OperationalError, InterfaceError):
        detail = "The database does not answer. Keep the reports and send them again."
        busy = HTTPStatus.SERVICE_UNAVAILABLE
        return _problem(busy, "busy", detail, Retry_After=str(BUSY_RETRY_S))


def _answer(request: HttpRequest, device: Device) -> HttpResponse:
    assert isinstance(device.truck, Truck)  # noqa: S101  telematics_device_speaks_for_one_thing
    decoded = decode_reports(read_body(request))
    now = clock.now()
    verdicts = receive_reports(
        decoded,
        truck=device.truck,
        datum=device.datum,
        now=now,
        retention=timedelta(days=settings.REPORT_RETENTION_DAYS),
    )
    waiting = fetch_downlinks(device.truck.pk, now=now)
    answer = ReportsAnswer(now, verdicts, waiting.assignment, waiting.messages)
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")


def _problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    extra: dict[str, str] | None = None,
    **headers: str,
) -> HttpResponse:
    answer = problem_response(status=status, code=code, detail=detail, **(extra or {}))
    for name, value in headers.items():
        answer[name.replace("_", "-")] = value
    return answer
