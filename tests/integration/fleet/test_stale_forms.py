"""Nobody overwrites what they did not see: stale forms of the admin, and many who save at once."""

import html
import json
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from fleet.models import Driver, Operator, Pack, Slot, SwapStation, User
from fleet.services.packs import Custody, place_in_slot
from fleet.services.quarantine import quarantine_pack
from fleet.services.stations import block_slot
from tests.builders import NOW, make_driver, make_operator, make_pack, make_station, make_user

pytestmark = [pytest.mark.usefixtures("standing_clock")]
WRITERS, SAVES_EACH = 4, 12
MANY = int(os.environ.get("RACING_EDITS", "10000"))
LIMITS, HEALTHS = count(2_000), count(1)  # no two writers want the same


def filled(page: str) -> dict[str, Any]:
    """Read the fields of the form on a page as a browser would send them."""
    form = page[page.index('method="post"') :]
    sent: dict[str, Any] = {}
    for match in re.finditer(r"<input\b([^>]*)>", form):
        tag = match[1]
        facts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        name, kind = facts.get("name", ""), facts.get("type", "text")
        if name and kind in {"text", "hidden", "number", "tel"}:
            sent[name] = html.unescape(facts.get("value", ""))
        if name and kind in {"checkbox", "radio"} and re.search(r"\schecked(\s|$)", tag):
            sent[name] = html.unescape(facts.get("value", "on"))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.findall(r'<option value="([^"]*)"[^>]*selected', options)
        if chosen:
            sent[name] = chosen[0]
    return {name: value for name, value in sent.items() if "__prefix__" not in name}


def opened(user: User, url: str) -> tuple[Client, dict[str, Any]]:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    form = filled(client.get(url).content.decode())
    assert "_seen" in form
    return client, form | {"_save": "Save"}


def station_page(user: User) -> tuple[SwapStation, str]:
    station = make_station(user.operator, slots=2)
    return station, f"/admin/fleet/swapstation/{station.pk}/change/"


@pytest.fixture
def operator() -> User:
    owner = make_operator(Operator.Kind.STATION_OPERATOR)
    return make_user(owner, User.Role.STATION_OPERATOR, username="wang")


@pytest.mark.django_db
def test_a_stale_form_is_shown_the_difference_and_may_choose() -> None:
    carrier = make_operator()
    wang, li = make_user(carrier, username="wang"), make_user(carrier, username="li")
    driver = make_driver(carrier, name="Zhao Min", phone="1")
    url = f"/admin/fleet/driver/{driver.pk}/change/"
    first, form = opened(wang, url)
    second, other = opened(li, url)
    saved = second.post(url, other | {"phone": "222", "change_reason": "new phone"})
    assert saved.status_code == 302

    refused = first.post(url, form | {"phone": "333", "name": "Zhao Ming"})
    assert refused.status_code == 412
    page = refused.content.decode()
    for told in ("222", "333", "li", "new phone"):
        assert told in page
    assert "Zhao Ming</" not in page  # nobody else touched the name
    assert Driver.objects.get(pk=driver.pk).phone == "222"

    chosen = filled(page)
    assert chosen["_choose:phone"] == "theirs"
    assert first.post(url, chosen).status_code == 302
    driver.refresh_from_db()
    assert (driver.name, driver.phone) == ("Zhao Ming", "222")

    again = filled(first.post(url, form | {"phone": "333"}).content.decode())
    assert first.post(url, again | {"_choose:phone": "mine"}).status_code == 302
    driver.refresh_from_db()
    assert driver.phone == "333"


@pytest.mark.django_db
def test_a_form_that_does_not_say_what_it_showed_saves_nothing_new() -> None:
    carrier = make_operator()
    driver = make_driver(carrier, name="Zhao Min", phone="1")
    url = f"/admin/fleet/driver/{driver.pk}/change/"
    client, form = opened(make_user(carrier), url)
    for token in (None, "", "{", "[]", "7"):
        sent = {name: value for name, value in form.items() if name != "_seen"}
        sent |= {"phone": "9"} | ({} if token is None else {"_seen": token})
        assert client.post(url, sent).status_code == 412
    assert Driver.objects.get(pk=driver.pk).phone == "1"


@pytest.mark.django_db
def test_a_slot_blocked_meanwhile_is_not_opened_by_a_stale_station_form(operator: User) -> None:
    station, url = station_page(operator)
    client, form = opened(operator, url)
    slot = station.slots.get(number=2)
    block_slot(slot, reason="fire", by=None, now=NOW)
    refused = client.post(url, form | {"power_limit_kw": "999"})
    assert refused.status_code == 412
    page = refused.content.decode()
    assert "fire" in page
    assert str(slot) in page
    assert client.post(url, filled(page)).status_code == 302
    slot.refresh_from_db()
    station.refresh_from_db()
    assert (slot.is_blocked, slot.block_reason, station.power_limit_kw) == (True, "fire", 999)


@pytest.mark.django_db
def test_what_a_form_does_not_show_may_change_meanwhile_and_stays() -> None:
    bank = make_operator(Operator.Kind.PACK_BANK)
    pack = make_pack(owner=bank)
    slot = Slot.objects.create(station=make_station(), number=77, max_power_kw=100)
    url = f"/admin/fleet/pack/{pack.pk}/change/"
    client, form = opened(make_user(bank), url)
    custody = Custody(at=NOW, reason="delivered", by=None)
    place_in_slot(pack.pk, slot_id=slot.pk, custody=custody)
    quarantine_pack(pack.pk, custody=custody)
    assert client.post(url, form | {"soh_percent": "88"}).status_code == 302
    kept = Pack.objects.get(pk=pack.pk)
    assert (kept.soh_percent, kept.slot_id, kept.is_quarantined) == (88, slot.pk, True)


def set_limits(user: User, url: str, saves: int) -> list[tuple[int, int]]:
    """Set a station's power limit so often, each time to another; return what it was and became.

    Whoever is refused looks again.
    """
    saved: list[tuple[int, int]] = []
    try:
        client, form = opened(user, url)
        while len(saved) < saves:
            seen, mine = int(form["power_limit_kw"]), next(LIMITS)
            answer = client.post(url, form | {"power_limit_kw": str(mine)})
            if answer.status_code == 302:
                saved.append((seen, mine))
            else:
                assert answer.status_code == 412
            form = filled(client.get(url).content.decode()) | {"_save": "Save"}
    finally:
        connections.close_all()
    return saved


def set_healths(user: User, url: str, saves: int) -> list[tuple[float, float]]:
    """Set a pack's state of health so often; return what it was and became, by who did it.

    As `set_limits`, but nobody looks at a page again: who saved knows what stands there, and who
    is refused reads it from the refusal. So a save costs one request, and ten thousand minutes.
    """
    saved: list[tuple[float, float]] = []
    try:
        client, form = opened(user, url)
        while len(saved) < saves:
            mine = f"{next(HEALTHS) / 200}"  # stays below the 100 % it began with
            while (answer := client.post(url, form | {"soh_percent": mine})).status_code == 412:
                form["_seen"] = filled(answer.content.decode())["_seen"]
            assert answer.status_code == 302
            seen = json.loads(form["_seen"])
            saved.append((float(seen["soh_percent"][""][0]), float(mine)))
            form["_seen"] = json.dumps(seen | {"soh_percent": {"": [mine]}})
    finally:
        connections.close_all()
    return saved


def race(
    save: Callable[[], list[tuple[Any, Any]]], saves_each: int, writers: int = WRITERS
) -> tuple[set[Any], set[Any]]:
    """Let several save at once: each save must have seen the one before it."""
    with ThreadPoolExecutor(writers) as pool:
        parts = [pool.submit(save) for _ in range(writers)]
        saved = [pair for part in parts for pair in part.result()]
    assert len({seen for seen, _ in saved}) == len(saved) == writers * saves_each
    return {seen for seen, _ in saved}, {mine for _, mine in saved}


@pytest.mark.django_db(transaction=True)
def test_of_many_who_save_at_once_none_overwrites_another(operator: User) -> None:
    station, url = station_page(operator)
    before = station.power_limit_kw
    seen, written = race(lambda: set_limits(operator, url, SAVES_EACH), SAVES_EACH)
    station.refresh_from_db()
    assert seen == {before, *written} - {station.power_limit_kw}


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_racing_edits_lose_none() -> None:
    bank = make_user(make_operator(Operator.Kind.PACK_BANK))
    pack = make_pack(owner=bank.operator)
    before, each = pack.soh_percent, MANY // 2  # of more writers most are refused each time
    url = f"/admin/fleet/pack/{pack.pk}/change/"
    seen, written = race(lambda: set_healths(bank, url, each), each, writers=2)
    pack.refresh_from_db()
    assert seen == {before, *written} - {pack.soh_percent}
