"""Content security policy: strict everywhere, loosened only where a library's pages need it."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.csp import CSP
from django.utils.decorators import sync_and_async_middleware
from django.views.decorators.csp import csp_override

type Answerer = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]

STRICT: dict[str, list[str]] = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "worker-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
# Unfold's pages run Alpine, which evaluates attributes, and both write style attributes. No script
# stands in a page itself. docs/reference/content-security-policy.md gives each exception's reason.
ADMIN: dict[str, list[str]] = STRICT | {
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}
LOOSENED: dict[str, dict[str, list[str]]] = {"/admin/": ADMIN}


def with_tiles(tile_url: str, pmtiles: str = "") -> dict[str, dict[str, list[str]]]:
    """Return what is loosened when the live map takes tiles from these addresses, if from any."""
    policy = dict(ADMIN)
    if host := _origin(tile_url):
        policy["img-src"] = [*ADMIN["img-src"], host]
    if host := _origin(pmtiles):
        policy["connect-src"] = [CSP.SELF, host]
    return {**LOOSENED, "/admin/": policy}


def _origin(url: str) -> str:
    """Return scheme and host of an address; empty for a path."""
    parts = urlsplit(url)
    # A subdomain left open, as {s}, stands for any.
    return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}" if parts.hostname else ""


@sync_and_async_middleware
def loosen(get_response: Answerer) -> Answerer:
    """Answer the addresses of LOOSENED under their own policy; inner to Django's."""
    doors: dict[str, Any] = {
        prefix: csp_override(policy)(cast("Any", get_response))
        for prefix, policy in with_tiles(settings.MAP_TILE_URL, settings.MAP_PMTILES).items()
    }

    def door(request: HttpRequest) -> Any:
        for prefix, answer in doors.items():
            if request.path.startswith(prefix):
                return answer
        return get_response

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            return cast("HttpResponseBase", await door(request)(request))

        return answer_async
    return lambda request: door(request)(request)
