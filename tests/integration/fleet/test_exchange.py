import io
import os
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.reader.excel import load_workbook
from tablib.core import Dataset

from fleet.admin.cells import ARMED, FORMATS, disarmed, rearmed
from fleet.admin.trucks import TruckResource
from fleet.identity import with_check_digit
from fleet.models import Operator, Pack, Place, Truck, TruckTenure, User
from tests.builders import (
    make_driver,
    make_operator,
    make_pack,
    make_pack_type,
    make_place,
    make_region,
    make_truck,
    make_truck_model,
    make_user,
)

pytestmark = pytest.mark.django_db
CSV, XLSX = "0", "1"
READ: Any = load_workbook  # without types


def table(headers: list[str], *rows: list[Any]) -> Any:
    dataset: Any = Dataset
    return dataset(*rows, headers=headers)


def import_table(user: User, model: Any, data: Any, *, dry_run: bool = False) -> Any:
    page: Any = admin.site._registry[model]
    resource = page.resource_classes[0](user=user, page=page)
    return resource.import_data(data, dry_run=dry_run)


def export_table(user: User, model: Any) -> Any:
    page: Any = admin.site._registry[model]
    return page.resource_classes[0](user=user, page=page).export(page.rows_for(user))


def truck_rows(count: int) -> tuple[User, Any]:
    user = make_user(make_operator())
    model, region = make_truck_model(), make_region()
    headers = ["vin", "plate", "model", "region", "reserve_percent", "is_active"]
    rows = [
        [
            with_check_digit(f"LZ9FLEET0RA{n:06d}"),
            f"冀C{n:05d}D",
            model.name,
            region.code,
            "15",
            "1",
        ]
        for n in range(count)
    ]
    return user, table(headers, *rows)


@given(cell=st.one_of(st.text(), st.sampled_from(ARMED).flatmap(lambda s: st.just(s + "1+1"))))
def test_no_text_leaves_as_a_formula_and_every_text_comes_back(cell: str) -> None:
    out = disarmed(cell)
    assert not out.startswith(ARMED)
    assert rearmed(out) == cell


def test_a_name_that_is_a_formula_is_disarmed_in_both_formats_and_comes_back(
    client: Client,
) -> None:
    user = make_user(make_operator())
    names = [f"{start}cmd|calc!A1" for start in ("=", "+", "-", "@", "\t", "'=")]
    region = make_region()
    for name in names:
        make_place(region, operator=user.operator, name_zh=name)
    client.force_login(user)
    for number in (CSV, XLSX):
        answer = client.post("/admin/fleet/place/export/", {"format": number, "resource": ""})
        if number == XLSX:
            sheet = READ(io.BytesIO(answer.content)).active
            assert sheet is not None
            cells: list[Any] = [cell for row in sheet.iter_rows() for cell in row]
            assert {cell.data_type for cell in cells} <= {"s", "n"}
        data = FORMATS[int(number)]().create_dataset(answer.content)
        texts = [cell for row in data[:] for cell in row if isinstance(cell, str)]
        assert not [text for text in texts if text.startswith(ARMED)]
        assert {disarmed(name) for name in names} <= {*texts}
        result = import_table(user, Place, data)
        assert (result.totals["skip"], len(result.rows)) == (len(names), len(names))


@pytest.mark.parametrize("number", [CSV, XLSX])
def test_what_is_exported_imports_without_a_change(client: Client, number: str) -> None:
    user = make_user(make_operator())
    bank = make_user(make_operator(Operator.Kind.PACK_BANK))
    assert user.operator is not None
    make_truck(user.operator)
    make_driver(user.operator, licence_number="130200-1")
    make_pack(owner=bank.operator)
    for owner, model in ((user, "truck"), (user, "driver"), (bank, "pack")):
        client.force_login(owner)
        url = f"/admin/fleet/{model}/export/"
        answer = client.post(url, {"format": number, "resource": ""})
        data = FORMATS[int(number)]().create_dataset(answer.content)
        page = next(m for m in admin.site._registry if m._meta.model_name == model)
        result = import_table(owner, page, data)
        assert not result.has_errors()
        assert not result.has_validation_errors()
        assert (result.totals["skip"], len(result.rows)) == (1, 1)


def test_the_dry_run_names_row_column_and_mend_and_writes_nothing(client: Client) -> None:
    user, data = truck_rows(2)
    client.force_login(user)
    rows = [list(row) for row in data[:]]
    rows[0][0] = rows[0][0][:8] + "7" + rows[0][0][9:]  # no number's check digit here
    rows[1][2] = "no such model"
    text = table(data.headers or [], *rows).export("csv")
    file = SimpleUploadedFile("trucks.csv", text.encode())
    answer = client.post(
        "/admin/fleet/truck/import/",
        {"format": CSV, "resource": "", "import_file": file},
        headers={"accept-language": "en"},
    )
    page = answer.content.decode()
    assert "should be" in page
    assert "no such model" in page
    assert not Truck.objects.exists()


def test_a_mistyped_column_is_refused_and_the_known_ones_are_named() -> None:
    user, data = truck_rows(1)
    headers = [h.replace("plate", "plaet") for h in data.headers or []]
    result = import_table(user, Truck, table(headers, *data[:]))
    assert "plaet" in str(result.base_errors[0].error)
    assert "plate" in str(result.base_errors[0].error)
    assert not Truck.objects.exists()


def test_an_error_in_the_last_row_changes_nothing() -> None:
    user, data = truck_rows(20)
    data.append(["LZ9", "冀C99999D", "?", "?", "15", "1"])
    result = import_table(user, Truck, data)
    assert [row.number for row in result.invalid_rows] == [22]
    assert not Truck.objects.exists()
    assert not TruckTenure.objects.exists()


def test_the_database_says_which_column_is_taken() -> None:
    user, data = truck_rows(2)
    rows = [list(row) for row in data[:]]
    rows[1][1] = rows[0][1]
    result = import_table(user, Truck, table(data.headers or [], *rows))
    assert "plate" in str(result.invalid_rows[0].error)
    assert not Truck.objects.exists()


def test_a_lost_connection_in_the_middle_changes_nothing(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, data = truck_rows(30)
    register = TruckResource.written

    def kill_then_register(self: Any, lines: Any) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
            pid = connection.connection.info.backend_pid
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        register(self, lines)

    monkeypatch.setattr(TruckResource, "written", kill_then_register)
    with suppress(OperationalError, InterfaceError):
        assert import_table(user, Truck, data).has_errors()
    connection.close()
    assert not Truck.objects.exists()


def test_names_are_found_however_they_are_typed() -> None:
    user, data = truck_rows(1)
    assert import_table(user, Truck, data).totals["new"] == 1
    typed = [list(row) for row in data[:]]
    typed[0][0] = f" {typed[0][0].lower()} "
    typed[0][1] = "冀c·00000 d"
    assert import_table(user, Truck, table(data.headers or [], *typed)).totals["skip"] == 1


def test_a_truck_of_another_operator_is_not_taken_over() -> None:
    user, data = truck_rows(1)
    others = make_truck(vin=data["vin"][0], plate="冀D12345")
    result = import_table(user, Truck, data)
    assert result.has_validation_errors()
    others.refresh_from_db()
    assert others.plate == "冀D12345"


def test_new_trucks_belong_to_whoever_imports_them() -> None:
    user, data = truck_rows(3)
    import_table(user, Truck, data)
    tenures = TruckTenure.objects.filter(operator=user.operator)
    assert tenures.count() == 6


def test_a_table_saved_by_a_chinese_office_is_read() -> None:
    text = "code,name\r\nmill-1,丰南钢厂\r\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        data = FORMATS[0]().create_dataset(text.encode(encoding))
        assert data.headers == ["code", "name"]
        assert data[0] == ("mill-1", "丰南钢厂")


def test_a_row_costs_no_statement_of_its_own() -> None:
    user, data = truck_rows(300)
    with CaptureQueriesContext(connection) as few:
        result = import_table(user, Truck, data)
    assert result.totals["new"] == Truck.objects.count() == 300
    assert len(few) <= 20


def test_packs_of_another_owner_are_not_changed() -> None:
    bank = make_user(make_operator(Operator.Kind.PACK_BANK))
    pack = make_pack(make_pack_type())
    data = table(["code", "type", "soh_percent"], [pack.code, pack.type.code, "50"])

    assert import_table(bank, Pack, data).has_validation_errors()
    pack.refresh_from_db()
    assert pack.soh_percent == 100
