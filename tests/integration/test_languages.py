"""Every page speaks its reader's language: no Latin words in Chinese, no Chinese in English."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from dispatch.models import SwapAssignment
from dispatch.services.news import tell_driver
from fleet.models import Driver, SwapStation, Truck
from tests.builders import NOW, make_user
from tests.reading import HAN, LATIN, data_values, said_by, words_in
from tests.worlds import World, make_row

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.long,  # 170 pages in each language
    pytest.mark.usefixtures("standing_clock"),
]
# Names, units, codes and formats: nobody in Tangshan would write them otherwise.
NAMES = "Yizhan OBU VIN SoC SoH ETA ID API GB GCJ WGS CAN BMS LFP NCM DTC SMS WeChat openid English"
UNITS = "km kWh kW Wh kN kg mV mA Hz MB GiB MiB ms ISO UTF CSRF CSP gzip SMTP"
FORMATS = "JSON CSV XLSX XLS HTML TSV YAML ODS PDF URL IP UUID SHA HTTP HTTPS UTC POST GET QR"
KEYS = "OK Ctrl Esc Enter Shift Alt Control Command Mac en zh-hans csv xlsx"
LATIN_ALLOWED = {word for line in (NAMES, UNITS, FORMATS, KEYS) for word in line.split()}
HAN_ALLOWED = {"简体中文", "驿站"}
LEAST_PAGES = 150


def patterns(
    resolver: Any, namespace: str = "", prefix: str = ""
) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the name, the path and the parameters of every address."""
    for each in resolver.url_patterns:
        path = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            inside = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from patterns(each, inside, path)
        elif isinstance(each, URLPattern) and each.name:
            yield namespace + each.name, path, list(each.pattern.converters)


def pages(rows: dict[Any, Any]) -> list[str]:
    """Return the address of every page of the admin, and of ours beside it."""
    of_model = {
        f"{model._meta.app_label}_{model._meta.model_name}": row for model, row in rows.items()
    }
    newest = {
        "truck": Truck.objects.latest("pk").pk,
        "station": SwapStation.objects.latest("pk").pk,
        "assignment": SwapAssignment.objects.latest("pk").pk,
        "driver": Driver.objects.latest("pk").pk,
    }
    found = []
    for name, _path, parameters in patterns(get_resolver()):
        if not name.startswith(("admin:", "problem")) or "logout" in name or "jsi18n" in name:
            continue
        short = name.partition(":")[2]
        owner = next((row for key, row in of_model.items() if short.startswith(f"{key}_")), None)
        values: list[Any] = []
        for parameter in parameters:
            kind = parameter.removesuffix("_id").removesuffix("_pk")
            value = newest.get(kind) or newest.get(short.split("_")[-1])
            values.append(owner.pk if owner is not None else value or newest["assignment"])
        try:
            found.append(reverse(name, args=values))
        except NoReverseMatch:
            continue
    return sorted(set(found))


@pytest.fixture
def rows() -> dict[Any, Any]:
    """A row for every page of the admin, and a driver who was told something."""
    world = World("Z")
    made = {model: make_row(model, world) for model in site._registry}
    offer = made[SwapAssignment]
    offer.driver = made[Driver]
    offer.save()
    tell_driver(offer, kind="offered", now=NOW)
    return made


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_speaks_its_readers_language(rows: dict[Any, Any], language: str) -> None:
    client = Client()
    client.force_login(make_user(is_superuser=True, language=language))
    client.cookies["django_language"] = language
    data = data_values()
    script, allowed = (LATIN, LATIN_ALLOWED) if language == "zh-hans" else (HAN, HAN_ALLOWED)
    odd: dict[str, list[str]] = {}
    read = 0
    for path in pages(rows):
        answer = client.get(path, follow=True)
        assert answer.status_code < 500, path
        if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
            continue
        read += 1
        texts = said_by(answer.content.decode())
        for word in words_in(texts, script=script, data=data, allowed=allowed):
            odd.setdefault(word, []).append(path)
    assert read > LEAST_PAGES
    told = "\n".join(f"{word}: {len(paths)} × {paths[0]}" for word, paths in sorted(odd.items()))
    assert not odd, f"{len(odd)} on {read} pages\n{told}"


def test_what_is_not_said_is_not_read() -> None:
    html = (
        "<p title='Hello'>一<b>two</b><script>three</script><i class='material-symbols-outlined'>"
        "home</i><input type=submit value='Go on'><input value='data'><br>six</p>"
    )
    assert said_by(html) == ["Hello", "一", "two", "Go on", "six"]
    found = words_in(
        ["Region 12 of 冀B12345D", "one kWh"],
        script=LATIN,
        data=re.compile("Region 12"),
        allowed={"kWh"},
    )
    assert {word.split(" ")[0] for word in found} == {"of", "one"}
