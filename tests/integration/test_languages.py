"""Every page speaks its reader's language: no Latin words in Chinese, no Chinese in English."""

import re

import pytest
from django.test import Client

from dispatch.services.news import tell_driver
from tests.builders import NOW, make_user
from tests.pages import Book, make_row_of
from tests.reading import LATIN, data_values, foreign_words, said_by, words_in
from tests.worlds import World

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.long,  # 170 pages in each language
    pytest.mark.usefixtures("standing_clock"),
]
LEAST_PAGES = 150


@pytest.fixture
def addresses() -> list[str]:
    """The address of every page, with a driver who was told something."""
    world = World("Z")
    offer = make_row_of("dispatch.SwapAssignment", world)
    offer.driver = make_row_of("fleet.Driver", world)
    offer.save()
    tell_driver(offer, kind="offered", now=NOW)
    return sorted(set(Book(world).addresses().values()))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_speaks_its_readers_language(addresses: list[str], language: str) -> None:
    client = Client()
    client.force_login(make_user(is_superuser=True, language=language))
    client.cookies["django_language"] = language
    data = data_values()
    odd: dict[str, list[str]] = {}
    read = 0
    for path in addresses:
        answer = client.get(path, follow=True)
        assert answer.status_code < 500, path
        if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
            continue
        read += 1
        for word in foreign_words(answer.content.decode(), language=language, data=data):
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
