"""Days above a list: the calendar's, with the other filters kept, and never asked of the rows."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.builders import make_assignment, make_operator, make_truck, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
LIST = "/admin/dispatch/swapassignment/"
LINK = re.compile(r'<a class="chip" href="([^"]*)"( aria-current="page")?>([^<]*)</a>')


def links(client: Client, address: str) -> tuple[dict[str, str], str]:
    """Return the addresses of the days above a list by their titles, and the one chosen."""
    page = client.get(address).content.decode()
    found = LINK.findall(page[page.index('class="page days"') :])
    chosen = [title for _address, is_chosen, title in found if is_chosen]
    assert len(chosen) == 1
    return {title: html.unescape(href) for href, _is_chosen, title in found}, chosen[0]


def test_days_lead_to_their_rows_and_back_and_are_never_asked_of_the_rows() -> None:
    carrier = make_operator()
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_user(carrier))
    plate = make_assignment(make_truck(carrier)).truck.plate  # offered on 21 November 2026
    days, chosen = links(client, f"{LIST}?state__exact=offered")
    assert chosen == "All dates"
    assert [*days][1:] == ["Today", "Yesterday", "November 2026", "October 2026", "2026", "2025"]
    for title, is_there in (("Today", True), ("Yesterday", False), ("2025", False)):
        assert "state__exact=offered" in days[title]
        page = client.get(LIST + days[title])
        assert bool(page.context["cl"].result_list) is is_there, title
        assert (plate in page.content.decode()) is is_there
    around, chosen = links(client, LIST + days["Today"])
    assert chosen == "November 21"
    assert "November 20" in around
    assert "November 22" not in around  # that day is not yet
    month, chosen = links(client, LIST + days["November 2026"])
    assert (chosen, [*month][-1]) == ("November 2026", "November 21")
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    assert not [each for each in queries if re.search(r"MIN\(|DATE_TRUNC", each["sql"])]


@pytest.mark.parametrize("odd", ["year=x", "year=0", "year=1", "day=40", "month=13", "day=5"])
def test_days_that_are_none_break_nothing(odd: str) -> None:
    client = Client()
    client.force_login(make_user())
    assert client.get(f"{LIST}?offered_at__{odd}", follow=True).status_code == 200
