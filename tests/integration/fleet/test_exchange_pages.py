"""A file on its way through the pages: what it would change, and that nothing else is written."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from openpyxl.workbook.workbook import Workbook

from dispatch.models import Trip
from dispatch.tasks import sweep_task
from fleet.admin.cells import FORMATS, UnreadableFileError
from fleet.models import Driver, Job, Lane, Operator, Place, SentFile, SwapStation, User
from fleet.services.jobs import promise_job
from tests.builders import (
    NOW,
    make_driver,
    make_operator,
    make_place,
    make_region,
    make_station,
    make_truck,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
DRIVERS = "/admin/fleet/driver"


def client_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def looked_at(client: Client, page: str, content: bytes, table: int = 0) -> tuple[str, Any]:
    """Send a file; return the page and the form that would write it."""
    file = SimpleUploadedFile("table", content)
    answer = client.post(f"{page}/import/", {"import_file": file, "resource": str(table)})
    text = answer.content.decode()
    form = text[text.find('process_import/"') :]
    named = r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"'
    return text, dict(re.findall(named, form[: form.find("</form>")]))


@pytest.fixture
def manager() -> User:
    return make_user(make_operator())


def test_what_was_looked_at_is_written_and_told_in_the_history(manager: User) -> None:
    client = client_of(manager)
    page, form = looked_at(client, DRIVERS, "licence_number,name\r\n007,赵敏\r\n".encode("gb18030"))
    assert "赵敏" in page
    assert not Driver.objects.exists()
    answer = client.post(f"{DRIVERS}/process_import/", form, follow=True)
    assert "1 new" in answer.content.decode()
    driver = Driver.objects.get()
    assert (driver.licence_number, driver.name, driver.carrier) == ("007", "赵敏", manager.operator)
    history = client.get(f"{DRIVERS}/{driver.pk}/history/").content.decode()
    assert "imported from a file" in history


def test_what_changed_since_it_was_looked_at_is_not_overwritten(manager: User) -> None:
    assert manager.operator
    driver = make_driver(manager.operator, licence_number="1", phone="1")
    client = client_of(manager)
    page, form = looked_at(client, DRIVERS, b"licence_number,phone\r\n1,333\r\n")
    assert "333" in page
    Driver.objects.filter(pk=driver.pk).update(phone="222")
    answer = client.post(f"{DRIVERS}/process_import/", form)
    assert "nothing was written" in answer.content.decode()
    driver.refresh_from_db()
    assert driver.phone == "222"


def test_no_other_file_is_read_than_the_one_that_was_sent(manager: User) -> None:
    client = client_of(manager)
    _page, form = looked_at(client, DRIVERS, b"licence_number,name\r\n1,Li\r\n")
    for name in ("/etc/passwd", "passwd", form["import_file_name"] + "x"):
        sent = client.post(f"{DRIVERS}/process_import/", form | {"import_file_name": name})
        assert "Send the file again." in sent.content.decode()
    assert client.post(f"{DRIVERS}/process_import/", form).status_code == 302
    again = client.post(f"{DRIVERS}/process_import/", form)  # the file is gone by now
    assert "Send the file again." in again.content.decode()
    assert Driver.objects.count() == 1


def test_a_file_stays_from_its_dry_run_until_it_is_written_or_a_day_is_over(manager: User) -> None:
    client = client_of(manager)
    for faulty in (b"licence_number,licence_expires_on\r\n1,2026-11-31\r\n", b"nonsense\r\n1\r\n"):
        assert looked_at(client, DRIVERS, faulty)[1] == {}
        assert not SentFile.objects.exists()  # nobody can write it as it is
    forms = [looked_at(client, DRIVERS, b"licence_number,name\r\n1,Li\r\n")[1] for _ in range(3)]
    _written, old, young = SentFile.objects.order_by("sent_at")
    client.post(f"{DRIVERS}/process_import/", forms[0])
    for kept, hours in ((old, 25), (young, 23)):
        SentFile.objects.filter(pk=kept.pk).update(sent_at=kept.sent_at - timedelta(hours=hours))
    promise_job(name="dispatch.sweep", key="now")
    sweep_task(Job.objects.get(key="now").pk)
    assert [*SentFile.objects.values_list("pk", flat=True)] == [young.pk]
    answers = [client.post(f"{DRIVERS}/process_import/", form) for form in forms[1:]]
    assert "Send the file again." in answers[0].content.decode()
    assert "Something changed" in answers[1].content.decode()  # the first file wrote the row
    assert not SentFile.objects.exists()


def test_every_bad_row_is_listed_by_the_number_the_spreadsheet_gives_it(manager: User) -> None:
    rows = ["licence_number,name,licence_expires_on,is_active", "1,Li,2026-11-31,1", "", "1,Wu,,1"]
    rows += [",Xu,,1", "4,Zhu,2026/1/5,perhaps", "5,,,", "6,Sun,2026年1月5日,否"]
    page, form = looked_at(client_of(manager), DRIVERS, "\r\n".join(rows).encode())
    found = re.findall(r"<tr><td>(\d+)</td><td><code>(\w+)</code>[^<]*</td><td>(.*?)</td>", page)
    assert found == [
        ("2", "licence_expires_on", "2026-11-31"),
        ("4", "licence_number", "1"),  # as row 2
        ("5", "licence_number", ""),
        ("6", "is_active", "perhaps"),
        ("7", "name", ""),
    ]
    assert "Write the day like 2026-11-22." in page
    assert form == {}
    assert not Driver.objects.exists()


def test_headings_are_read_in_both_languages(manager: User) -> None:
    for heading, name in (("名称", "Li"), ("Name", "Wu")):
        text = f"\ufefflicence_number;{heading}\n1;{name}\n"
        client = client_of(manager)
        _page, form = looked_at(client, DRIVERS, text.encode())
        client.post(f"{DRIVERS}/process_import/", form)
        assert Driver.objects.get().name == name


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"code,name\r\nmill-1,\xff\xff\r\n", "GBK"),
        (b"\xd0\xcf\x11\xe0 old", ".xlsx"),
        (b"PK\x03\x04 no workbook", "damaged"),
        (b'code,name\r\n"mill-1,Mill\r\n', "quotes"),
        (b"code,name\r\nmill-1,Mill,3\r\n", "Row 2"),
        (b"\r\nmill-1,Mill\r\n", "first row"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(content: bytes, told: str) -> None:
    number = 1 if content[:2] in (b"PK", b"\xd0\xcf") else 0
    with translation.override("en"), pytest.raises(UnreadableFileError, match=told):
        FORMATS[number]().create_dataset(content)
    client = client_of(make_user(make_operator()))
    _page, form = looked_at(client, "/admin/fleet/place", content)
    assert form == {}
    assert not Place.objects.exists()


def test_a_workbook_is_known_by_its_first_bytes_and_keeps_its_types(manager: User) -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["licence_number", "name", "phone", "licence_expires_on", None])
    sheet.append([7, "Li", 13812345678.0, NOW.replace(tzinfo=None, hour=0, minute=0), None])
    content = io.BytesIO()
    book.save(content)
    client = client_of(manager)
    _page, form = looked_at(client, DRIVERS, content.getvalue())
    client.post(f"{DRIVERS}/process_import/", form)
    driver = Driver.objects.get()
    assert (driver.licence_number, driver.phone) == ("7", "13812345678")
    assert driver.licence_expires_on == NOW.date()


def test_a_station_operator_brings_stations_and_their_lanes(manager: User) -> None:
    region = make_region()
    owner = make_user(make_operator(Operator.Kind.STATION_OPERATOR), User.Role.STATION_OPERATOR)
    client, page = client_of(owner), "/admin/fleet/swapstation"
    text = (
        "code,name,region,latitude_deg,longitude_deg,power_limit_kw\r\n"
        f"new-1,New,{region.code},39.6,118.2,4000\r\n"
    )
    _page, form = looked_at(client, page, text.encode())
    client.post(f"{page}/process_import/", form)
    assert SwapStation.objects.get(code="new-1").operator == owner.operator
    _page, form = looked_at(client, page, b"station,number,swap_s\r\nnew-1,1,240\r\n", table=1)
    client.post(f"{page}/process_import/", form)
    assert Lane.objects.get(station__code="new-1").swap_s == 240
    other = make_station(make_operator(Operator.Kind.STATION_OPERATOR), region)
    text = f"station,number,swap_s\r\n{other.code},9,240\r\nnew-1,2,30\r\n"
    told, form = looked_at(client, page, text.encode(), table=1)
    assert form == {}
    assert "You may name no" in told
    assert "from 60 to 3600" in told


def test_orders_of_a_day_come_in_and_those_under_way_stay(manager: User) -> None:
    assert manager.operator
    region, truck = make_region(), make_truck(manager.operator)
    mine, mill = (make_place(region, operator=manager.operator) for _ in range(2))
    client, page = client_of(manager), "/admin/dispatch/trip"
    head = "external_id,truck,origin,destination,load_kg,ready_at,due_at\r\n"
    order = f"o-1,{truck.plate},{mine.code},{mill.code},31000"
    text = head + f"{order},2026/11/22 8:30,2026-11-22 12:00\r\n"
    _page, form = looked_at(client, page, text.encode())
    client.post(f"{page}/process_import/", form)
    trip = Trip.objects.get()
    assert trip.ready_at.isoformat() == "2026-11-22T00:30:00+00:00"  # by the clock in Tangshan
    bad = head + f"{order},2026-11-22 12:00,2026-11-22 08:00\r\n"
    bad += f"o-2,,{mine.code},{mine.code},1,2026-11-22 12:00,\r\n"
    told, form = looked_at(client, page, bad.encode())
    assert "Write a later time than `ready_at`." in told
    assert "Write another place than the origin." in told
    Trip.objects.update(state="underway")
    told, form = looked_at(client, page, text.replace("31000", "9").encode())
    assert "cannot be changed any more" in told
    assert looked_at(client, page, text.encode())[1]  # as it is already: nothing to refuse
