"""Every table that goes out and comes in, found by itself, and rows of whatever may stand there."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db import DatabaseError, models, transaction
from hypothesis import strategies as st

from fleet.admin.cells import FORMATS
from fleet.admin.exchange import ExchangeAdmin, ExportAdmin
from fleet.identity import make_pack_code, with_check_digit
from fleet.models import User
from fleet.models.names import PackCodeField, PlateField, VinField
from tests.builders import NOW, make_user, number
from tests.worlds import World, make_row

NASTY = [
    '"',
    "''",
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "=1+1",
    "+86 138",
    "-1",
    "@SUM(A1)",
    "＝1",
    "007",
    "12345678901234567890",
    "1e5",
    "2026-11-22",
    "TRUE",
    "_x000D_",
    "\x07",
    "丰南钢厂",
    "曹妃甸🚛",
    "𠮷",
    "ﷺ",
    "NULL",
    "#N/A",
]
words = st.lists(
    st.one_of(
        st.sampled_from(NASTY),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    ),
    max_size=3,
).map("".join)


@dataclass(frozen=True)
class Table:
    """A page and one of its tables."""

    page: Any
    kind: Any

    @property
    def name(self) -> str:
        return f"{self.page.model.__name__}.{self.kind.__name__}"

    def of(self, user: User) -> Any:
        """Return the table as a user gets it."""
        return self.kind(user=user, page=self.page)


def tables(*pages: type[Any]) -> list[Table]:
    """Return the tables of the admin's pages of these kinds, as many as there are."""
    found = [page for page in admin.site._registry.values() if isinstance(page, pages)]
    return [Table(page, kind) for page in found for kind in page.resource_classes]


def importable() -> list[Table]:
    return tables(ExchangeAdmin)


def exported_only() -> list[Table]:
    return tables(ExportAdmin)


def keeper_of(table: Table, world: World) -> User:
    """Return who of a world may fill the table in, or the service's own staff."""
    roles = (
        (world.carrier, User.Role.FLEET_MANAGER),
        (world.station_operator, User.Role.STATION_OPERATOR),
    )
    for operator, role in roles:
        user = make_user(operator, role)
        if table.page.may_write(user):
            return user
    return staff()


def staff() -> User:
    """Return a user who runs the service itself."""
    return make_user(None, User.Role.AUDITOR, is_superuser=True)


def fill(table: Table, world: World, draw: Any, count: int) -> list[Any]:
    """Make rows of a table with whatever the database lets stand in its columns."""
    rows = []
    for _ in range(count):
        made = make_row(table.page.model, world)
        row = made if isinstance(made, table.kind._meta.model) else part_of(table, made)
        for column in table.kind.fields:
            scribble(row, column, draw)
        rows.append(type(row).objects.get(pk=row.pk))
    return rows


def part_of(table: Table, whole: Any) -> Any:
    """Return a part of a station: a lane or a slot."""
    return table.kind._meta.model.objects.filter(station=whole).first()


def scribble(row: Any, column: str, draw: Any) -> None:
    """Write something into a column, if the database takes it."""
    field = next((field for field in row._meta.fields if field.name == column), None)
    if field is None or field.primary_key or field.many_to_one:
        return
    before = getattr(row, field.attname)
    setattr(row, field.attname, draw(value_of(field, before)))
    try:
        with transaction.atomic():
            row.save(update_fields=[field.attname])
    except DatabaseError:
        setattr(row, field.attname, before)


def value_of(field: Any, before: Any) -> st.SearchStrategy[Any]:
    """Return what may stand in a field of the database."""
    if isinstance(field, VinField):
        return st.just(with_check_digit(f"LZ9ZZZZZ0RA{number():06d}"))
    if isinstance(field, PlateField):
        return st.just(f"冀F{number():05d}D")
    if isinstance(field, PackCodeField):
        return st.just(make_pack_code(maker="ZQ8", made_on=NOW.date(), serial=number()))
    if field.choices:
        return st.sampled_from([code for code, _name in field.choices])
    none = [st.none()] if field.null else []
    if isinstance(field, models.SlugField):
        slug = st.from_regex(r"[-a-zA-Z0-9_]{0,12}", fullmatch=True)
        return slug.map(lambda text: f"{text}{number()}")
    if field.unique or field.name in ("external_id", "licence_number"):
        return words.map(lambda text: f"{text[:20]}{number()}") | st.just(before)
    kinds: list[tuple[Any, st.SearchStrategy[Any]]] = [
        (models.BooleanField, st.booleans()),
        (models.IntegerField, st.just(before) | st.integers(0, 4000)),
        (models.FloatField, st.floats(-90, 90) | st.floats(0, 1e6)),
        (
            models.DateTimeField,
            st.integers(0, 3 * 10**15).map(lambda us: NOW + timedelta(microseconds=us)),
        ),
        (models.DateField, st.dates(date(1950, 1, 1), date(2099, 1, 1))),
        (models.CharField, words.map(lambda text: text[: field.max_length])),
    ]
    known = next((values for kind, values in kinds if isinstance(field, kind)), st.just(before))
    if isinstance(field, models.CharField) and not field.blank:
        known = known.filter(str.strip)  # a form asks for it
    return st.one_of(known, *none)


def sent(data: Any, number: int) -> Any:
    """Return a table after its way through a file: CSV is 0, a workbook 1."""
    made = FORMATS[number]()
    return made.create_dataset(made.export_data(data))
