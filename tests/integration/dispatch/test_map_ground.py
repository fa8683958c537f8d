"""The file of tiles is given out in parts, to those who are signed in, whole and unchanged."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.policy import with_tiles
from tests.builders import make_user
from tests.pmtiles_file import pmtiles_bytes

pytestmark = pytest.mark.django_db
DATA = pmtiles_bytes()


@pytest.fixture
def client(settings: Any, tmp_path: Path) -> Client:
    file = tmp_path / "ground.pmtiles"
    file.write_bytes(DATA)
    settings.MAP_PMTILES = str(file)
    client = Client()
    client.force_login(make_user())
    return client


def ask(client: Client, part: str) -> Any:
    return client.get(reverse("admin:dispatch_map_ground"), headers={"Range": part})


def test_parts_are_what_was_asked_for(client: Client) -> None:
    size = len(DATA)
    for first, last in ((0, 126), (127, 200), (200, 16_383)):
        answer = ask(client, f"bytes={first}-{last}")
        assert answer.status_code == 206
        assert answer.content == DATA[first : last + 1]
        assert answer["Content-Range"] == f"bytes {first}-{min(last, size - 1)}/{size}"
        assert answer["ETag"] == ask(client, "bytes=0-1")["ETag"]
    assert "ground.pmtiles" in client.get(reverse("admin:dispatch_map")).content.decode()


@pytest.mark.parametrize("part", ["", "bytes=-5", "bytes=5-", "bytes=9-8", "bytes=99999-999999"])
def test_anything_else_is_refused(client: Client, part: str) -> None:
    answer = ask(client, part)
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(DATA)}"


def test_without_a_file_there_is_none(client: Client, settings: Any) -> None:
    settings.MAP_PMTILES = ""
    assert ask(client, "bytes=0-9").status_code == 404
    assert "ground.pmtiles" not in client.get(reverse("admin:dispatch_map")).content.decode()


def test_strangers_get_nothing(client: Client) -> None:
    assert ask(Client(), "bytes=0-9").status_code == 302


def test_an_address_is_named_in_the_policy_and_no_other() -> None:
    policy = with_tiles("", "https://tiles.example/hebei.pmtiles")["/admin/"]
    assert policy["connect-src"] == ["'self'", "https://tiles.example"]
    assert "connect-src" not in with_tiles("", "/srv/hebei.pmtiles")["/admin/"]
