"""The page on which a manager signs a driver in (QR or link) or out (everywhere)."""

from base64 import b64encode
from typing import Any

import pghistory
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from fleet import clock
from fleet.models import User
from fleet.services.sign_in import make_sign_in_link, sign_out_everywhere


def sign_in_response(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Answer the page; only a POST makes a link or ends sessions, so that no link is made twice.

    The link is on the answer to that POST and nowhere else: it is shown once.
    """
    driver = page.get_object(request, unquote(object_id))
    if driver is None or not page.has_change_permission(request, driver):
        raise PermissionDenied
    link = None
    is_signed_out = request.method == "POST" and "sign_out" in request.POST
    if is_signed_out:
        with pghistory.context(reason="signed out everywhere"):
            sign_out_everywhere(driver)
    elif request.method == "POST":
        by = request.user if isinstance(request.user, User) else None
        link = make_sign_in_link(driver, now=clock.now(), by=by)
    context = {
        **page.admin_site.each_context(request),
        "title": _("Sign %(name)s in") % {"name": driver},
        "opts": page.opts,
        "object": driver,
        "link": link,
        "qr": f"data:image/svg+xml;base64,{b64encode(link.qr_svg).decode()}" if link else "",
        "is_signed_out": is_signed_out,
    }
    return TemplateResponse(request, "fleet/sign_in_link.html", context)
