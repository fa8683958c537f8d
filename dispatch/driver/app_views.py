"""What makes the page an app: its files, its manifest and its service worker."""

import json

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dispatch.driver.shell import FOLDER, shell

FOR_EVER = "public, max-age=31536000, immutable"
GROUND = "#eef1f4"
ICONS = [
    {"src": "icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
    {"src": "icon-192.png", "sizes": "192x192", "type": "image/png", "purpose": "any"},
    {"src": "icon-512.png", "sizes": "512x512", "type": "image/png", "purpose": "any"},
    {
        "src": "icon-maskable-512.png",
        "sizes": "512x512",
        "type": "image/png",
        "purpose": "maskable",
    },
]


@require_safe
def shell_file(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """Answer a file of the page; one of another version is not kept by anybody."""
    file = shell().files.get(name)
    if file is None:
        raise Http404
    is_packed = bool(file.packed) and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(file.packed if is_packed else file.plain, content_type=file.kind)
    if is_packed:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = FOR_EVER if version == shell().version else "no-store"
    return response


@require_safe
def manifest(request: HttpRequest, language: str) -> JsonResponse:  # noqa: ARG001  the framework passes it
    """Answer what the phone needs to put the page on its home screen."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    icons = [{**icon, "src": f"{shell().path}/{icon['src']}"} for icon in ICONS]
    with translation.override(language):
        content = {
            "id": "/driver/",
            "name": _("Yizhan swaps"),
            "short_name": _("Yizhan swaps"),
            "description": _("Where and when to swap, on one screen."),
            "lang": "en" if language == "en" else "zh-Hans",
            "start_url": "/driver/",
            "scope": "/driver/",
            "display": "standalone",
            "orientation": "any",
            "theme_color": GROUND,
            "background_color": GROUND,
            "icons": icons,
        }
    response = JsonResponse(content, content_type="application/manifest+json")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  the framework passes it
    """Answer the service worker; it differs with the version, so phones notice a new one."""
    facts = {"version": shell().version, "path": shell().path, "files": shell().kept_paths()}
    source = (FOLDER / "sw.js").read_text().replace("__SHELL__", json.dumps(facts))
    response = HttpResponse(source, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
