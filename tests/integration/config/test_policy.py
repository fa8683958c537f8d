"""The content security policy is on every address, exactly as the page about it says."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

import config.urls
from fleet.models import User
from tests.builders import make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs/reference/content-security-policy.md"
STREAMS = {"driver/stream"}  # never end; what refuses strangers is asked below
SAMPLES = {
    "int": "1",
    "slug": "x",
    "str": "x",
    "path": "x",
    "uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12,
}

# Where people may go by a click, or names that are no addresses; nothing is loaded from there.
NAVIGATION = {
    "www.w3.org",  # the namespace of SVG
    "uri.amap.com",  # a driver's own choice of a map to drive by
    "api.map.baidu.com",
    "apis.map.qq.com",
}
ADDRESS = re.compile(r"(?:https?:|wss?:|[\"'(=])//([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)
ROOMS = ("dispatch", "fleet", "telematics", "config")
NOT_OURS = {"vendor", "locale", "OFL.txt"}  # a font's licence
KINDS = {".html", ".js", ".css", ".svg", ".json", ".webmanifest", ".txt"}


def policies() -> list[str]:
    """Return the policies of the page: everywhere, and the admin's."""
    blocks = re.findall(r"^```\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return [canonical(block.replace("\n", ";")) for block in blocks]


def canonical(policy: str) -> str:
    """Return a policy with its parts in order and without what is new with every answer."""
    parts = re.sub(r" 'nonce-[^']+'", "", policy).split(";")
    return "; ".join(sorted(part.strip() for part in parts if part.strip()))


def addresses(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Give an example of every address the service answers."""
    for each in patterns:
        text = re.sub(r"\(\?P<\w+>[^()]*(?:\([^()]*\)[^()]*)*\)", "x", str(each.pattern))
        text = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], text)
        here = before + text.strip("^$").replace("\\Z", "").replace("\\", "")
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, here)
        elif isinstance(each, URLPattern):
            yield here


def wrong(client: Client, where: list[str]) -> list[str]:
    """Return the addresses whose answer has another policy than the page says."""
    strict, admin = policies()
    found = []
    for each in where:
        answer = client.get(f"/{each}")
        wanted = admin if each.startswith("admin/") else strict
        if canonical(answer.headers.get("Content-Security-Policy", "")) != wanted:
            found.append(f"{each}: {answer.headers.get('Content-Security-Policy')}")
    return found


def everywhere() -> list[str]:
    """Return an example of every address but the streams."""
    return sorted(set(addresses(get_resolver().url_patterns)) - STREAMS)


@pytest.mark.django_db(transaction=True)  # some of them hand their connection back
def test_every_address_carries_its_policy_to_strangers(client: Client) -> None:
    where = everywhere()
    assert len(where) > 150
    assert {"livez", "admin/login/", "api/v1/docs"} <= set(where)
    assert wrong(client, where) == []


def test_every_page_without_a_number_carries_its_policy_to_one_who_sees_all(client: Client) -> None:
    client.force_login(make_user(is_superuser=True, role=User.Role.FLEET_MANAGER))
    where = [each for each in everywhere() if re.fullmatch(r"admin/(?!.*(/1/|/x/|logout)).*", each)]
    assert len(where) > 50
    assert wrong(client, where) == []


def failing(request: HttpRequest, kind: str) -> HttpResponse:
    raise {
        "400": SuspiciousOperation("odd"),
        "403": PermissionDenied("no"),
        "500": RuntimeError("broken"),
    }[kind]


class Planted:
    """The service's addresses, and some that fail."""

    handler400, handler403 = config.urls.handler400, config.urls.handler403
    handler404, handler500 = config.urls.handler404, config.urls.handler500
    urlpatterns = [
        path("planted/<kind>", failing),
        path("admin/planted/<kind>", failing),
        *config.urls.urlpatterns,
    ]


@pytest.mark.parametrize("before", ["", "admin/"])
def test_pages_of_errors_carry_it_too(client: Client, settings: Any, before: str) -> None:
    settings.ROOT_URLCONF = Planted
    client.raise_request_exception = False
    for kind in ("400", "403", "500"):
        assert client.get(f"/{before}planted/{kind}").status_code == int(kind)
        assert wrong(client, [f"{before}planted/{kind}"]) == []
    assert wrong(client, [f"{before}nowhere/at/all"]) == []
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/{before or 'i18n/setlang/'}", {"language": "en"})
    assert "Content-Security-Policy" in answer.headers


def test_an_address_without_its_policy_is_found(client: Client, settings: Any) -> None:
    settings.SECURE_CSP = {}
    assert len(wrong(client, ["livez"])) == 1


def outside(text: str) -> set[str]:
    """Return the hosts a text names that nothing of ours may name."""
    return {host.lower() for host in ADDRESS.findall(text)} - NAVIGATION


def test_nothing_we_serve_names_another_host() -> None:
    files = [
        file
        for room in ROOMS
        for file in (ROOT / room).rglob("*")
        if file.suffix in KINDS and not NOT_OURS & set(file.parts)
    ]
    assert len(files) > 50
    found = {str(file.relative_to(ROOT)): outside(file.read_text()) for file in files}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


@pytest.mark.parametrize(
    "text",
    [
        '<img src="https://cdn.example/x.png">',
        "<script src=//cdn.example/x.js>",
        "url('//fonts.example/x.woff')",
    ],
)
def test_a_planted_address_is_found(text: str) -> None:
    assert outside(text) in ({"cdn.example"}, {"fonts.example"})


def test_no_script_and_no_style_stands_in_a_page_of_ours() -> None:
    inline = re.compile(r"<script(?![^>]*(?:src=|json))|<style|\son[a-z]+=\"|\sstyle=\"")
    pages = [file for room in ROOMS for file in (ROOT / room).rglob("*.html")]
    found = [str(file.relative_to(ROOT)) for file in pages if inline.search(file.read_text())]
    assert found == []
