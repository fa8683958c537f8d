"""The driver's page, the way in, and what hangs on a promise: navigation links and its QR code."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dispatch.driver.links import navigation_links
from dispatch.driver.shell import shell
from dispatch.models import SwapAssignment
from dispatch.selectors.drivers import driver_overview
from fleet import clock
from fleet.access import driver_of
from fleet.api.sessions import open_session
from fleet.models import User
from fleet.models.named import local_name
from fleet.services.sign_in import LinkRefusedError, qr_svg, redeem_sign_in_link

YEAR_S = 365 * 24 * 3600


@never_cache
@gzip_page
@ensure_csrf_cookie
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the page; what is on it comes from the API and the stream."""
    driver = driver_of(request.user)
    with translation.override(language_of(request)):
        if driver is None:
            return _render(request, "signed_out", refusal=None)
        overview = driver_overview(driver, now=clock.now())
        response = _render(
            request,
            "page",
            driver=driver,
            me={**overview, "csrf_token": get_token(request)},
            clock_rate=settings.CLOCK_RATE,
            time_zone=settings.TIME_ZONE,
        )
        response["Yizhan-Driver"] = str(driver.pk)  # the service worker keeps only pages with one
        return response


@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a one-time link: looking at it (as chats do) uses nothing up, the button does."""
    with translation.override(language_of(request)):
        if request.method == "GET":
            return _render(request, "enter")
        try:
            driver = redeem_sign_in_link(token, now=clock.now())
        except LinkRefusedError as error:
            answer = _render(request, "signed_out", refusal=str(error))
            answer.status_code = 401
            return answer
    open_session(request, driver)
    return _speak(HttpResponseRedirect("/driver/"), language_of(request))


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Show the page in the language asked for, here and wherever the driver signs in next."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise Http404
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return _speak(HttpResponseRedirect("/driver/"), language)


@never_cache
@require_GET
def navigate(request: HttpRequest, assignment_id: int) -> JsonResponse:
    """Answer the links that open a navigation app at the station's gate."""
    station = _own(request, assignment_id).station
    links = navigation_links(
        local_name(station.name, station.name_zh, language=language_of(request)),
        latitude_deg=station.latitude_deg,
        longitude_deg=station.longitude_deg,
    )
    return JsonResponse(
        {"links": [{"app": x.app, "system": x.system, "href": x.href} for x in links]}
    )


@never_cache
@require_GET
def check_in_qr(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Answer the check-in code as a QR code for the station's camera."""
    code = _own(request, assignment_id).check_in_code
    return HttpResponse(qr_svg(code), content_type="image/svg+xml")


def language_of(request: HttpRequest) -> str:
    """Return the language chosen on this phone, else the driver's own."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return request.user.language if isinstance(request.user, User) else settings.LANGUAGE_CODE


def _render(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    return render(request, f"driver/{name}.html", {"shell": shell(), **context})


def _speak(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR_S, samesite="Lax")
    return response


def _own(request: HttpRequest, assignment_id: int) -> SwapAssignment:
    driver = driver_of(request.user)
    rows = SwapAssignment.objects.select_related("station")
    row = rows.filter(pk=assignment_id, driver=driver).first() if driver else None
    if row is None:
        raise Http404
    return row
