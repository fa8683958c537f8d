"""`POST /api/v1/obu/reports` for servers without an event loop: the door's synchronous twin."""

from datetime import timedelta

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from fleet import clock
from fleet.api.problems import CONTENT_TYPE
from fleet.models import Truck
from telematics.ingest.body import check_size, read_body
from telematics.ingest.decode import decode_reports
from telematics.ingest.keep import Keeper
from telematics.ingest.passed import pass_on
from telematics.ingest.refusals import BusyError, WrongMethodError, refusal_of
from telematics.ingest.rules import RuleBook
from telematics.ingest.submission import Submission
from telematics.models import Device
from telematics.services.clones.lift import is_quarantined
from telematics.services.keys import device_of_header, device_of_kind
from telematics.services.lines import own_connection
from telematics.services.signatures import Asked, key_of_signed, read_signed


@csrf_exempt  # the key is in a header no page of a stranger can send
def reports(request: HttpRequest) -> HttpResponse:
    """Keep one report or up to 1,000 of the caller's truck and answer after the commit."""
    try:
        return _answer(request)
    except (OperationalError, InterfaceError):
        error: Exception = BusyError("The database does not answer. Send the reports again.")
    except Exception as caught:
        error = caught
    status, headers, problem = refusal_of(error)
    return JsonResponse(problem, status=status, headers=headers, content_type=CONTENT_TYPE)


def _answer(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        raise WrongMethodError(request.method)
    device = device_of_kind(_device(request), kind=Device.Kind.OBU)
    assert isinstance(device.truck, Truck)  # noqa: S101  telematics_device_speaks_for_one_thing
    is_apart = is_quarantined(device.pk)
    decoded = decode_reports(read_body(request))
    submission = Submission(device.truck.pk, device.datum, decoded, clock.now(), is_apart)
    retention = timedelta(days=settings.REPORT_RETENTION_DAYS)
    line = own_connection()
    [answer], news = Keeper(line, RuleBook(), retention).keep([submission])
    pass_on(news, line)
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")


def _device(request: HttpRequest) -> Device | None:
    authorization = request.META.get("HTTP_AUTHORIZATION", "").encode("latin-1", "replace")
    if (signed := read_signed(authorization)) is None:
        return device_of_header(authorization)
    check_size(int(request.META.get("CONTENT_LENGTH") or 0))
    asked = Asked("POST", request.get_full_path(), request.body)
    return key_of_signed(signed, asked).device
