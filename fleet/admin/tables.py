"""Registries as tables: which columns, whose rows, how one is known, and how they come in."""

import math
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import Error, Result, RowResult

from fleet.access import Viewer, sees_everything
from fleet.admin.cells import UnreadableFileError, disarmed, rearmed
from fleet.admin.described import Column, described
from fleet.admin.intake import Line, digest_of, lines_of, take_in
from fleet.admin.readings import Text, reading_of, unseen_in
from fleet.admin.scoped import ScopedAdmin, note_reason
from fleet.models import User
from fleet.models.names import NameField

FIFTEEN_DIGITS = 1e-14


class ScopedResource(ModelResource):
    """Rows as a table. An import touches only rows its user may change, and all rows or none.

    `tenant` is the attribute that says whose a row is: the importing user's operator's, or, for
    the service's own staff, whose the column of that name says.
    """

    tenant: ClassVar[str] = ""

    def __init__(self, *, user: Viewer, page: ScopedAdmin, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user
        self.page = page
        self.keys: list[str] = list(self._meta.import_id_fields)
        if not sees_everything(user):
            self.fields.pop(self.tenant, None)
        elif self.tenant in self.fields and not self.unique_columns():
            self.keys.append(self.tenant)  # each operator's own numbers

    @classmethod
    def field_from_django_field(cls, field_name: str, django_field: Any, readonly: bool) -> Field:
        """Read strictly, and write numbers as numbers."""
        is_link = isinstance(django_field, models.ForeignKey) and "__" not in field_name
        return Field(
            attribute=f"{field_name}_id" if is_link else field_name,
            column_name=field_name,
            widget=reading_of(django_field),
            readonly=readonly,
        )

    # Whose rows.

    def seen_rows(self) -> QuerySet[Any]:
        """Return the rows the user may look at."""
        return self.page.rows_for(self.user)

    def kept_rows(self) -> QuerySet[Any]:
        """Return the rows the user may change."""
        return self.page.changeable_for(self.user)

    def get_queryset(self) -> QuerySet[Any]:
        return self.seen_rows()

    def get_import_id_fields(self) -> list[str]:
        return self.keys

    def new_row(self) -> Any:
        """Return a new row, under the importing user's operator."""
        row = self._meta.model()
        if self.tenant and isinstance(self.user, User) and not sees_everything(self.user):
            setattr(row, self.tenant, self.user.operator)
        self.begin(row)
        return row

    # What a registry may add.

    def begin(self, row: Any) -> None:
        """Fill in what a new row needs and no column says."""

    def check(self, line: Line) -> None:
        """Refuse what is wrong between the columns of a changed row."""

    def written(self, lines: Sequence[Line]) -> None:
        """Do what follows from lines that are written, in their transaction."""

    # Columns.

    @cached_property
    def _columns(self) -> dict[str, Field]:
        return {field.column_name: field for field in self.get_import_fields()}

    def columns(self) -> dict[str, Field]:
        """Return what an import may say, by the name of its column."""
        return self._columns

    def model_field(self, column: str) -> Any:
        """Return the model's field behind a column, if it has one."""
        try:
            return self._meta.model._meta.get_field(column)
        except FieldDoesNotExist:
            return None

    def read(self, column: str, cell: Any) -> Any:
        """Return what a cell says; raise `ValidationError` or `ValueError` with what to write."""
        widget = self.columns()[column].widget
        value = widget.clean(rearmed(cell), user=self.user)
        if not isinstance(widget, Text):
            return value
        text = value.strip()
        if unseen_in(text, only_impossible=True):
            raise ValueError(_("This holds characters that no text has. Type it anew."))
        field = self.model_field(column)
        return field.normal(text) if isinstance(field, NameField) else text

    def is_same(self, old: Any, new: Any) -> bool:
        """Say whether a cell says what the row holds.

        Blanks around a text say nothing; of a number a spreadsheet keeps fifteen digits.
        """
        if isinstance(old, str) and isinstance(new, str):
            return old.strip() == new
        if isinstance(old, float) and isinstance(new, float):
            return math.isclose(old, new, rel_tol=FIFTEEN_DIGITS)
        return bool(old == new)

    def may_be_empty(self, column: str) -> bool:
        field = self.model_field(column)
        return field is None or field.null

    def may_be_default(self, column: str) -> bool:
        field = self.model_field(column)
        return field is not None and field.has_default()

    def may_be_left_out(self, column: str, row: Any) -> bool:
        """Say whether a new row may do without a column."""
        field = self.model_field(column)
        return (
            field is None
            or field.primary_key
            or field.null
            or field.blank
            or field.has_default()
            or (column == self.tenant and getattr(row, f"{column}_id", None) is not None)
        )

    def unique_columns(self) -> list[str]:
        """Return the columns that no two rows of the service share."""
        found = [column for column in self.columns() if column != "id"]
        return [name for name in found if getattr(self.model_field(name), "unique", False)]

    # Rows.

    def rows_named(
        self, lines: Sequence[Line], *, locks: bool
    ) -> tuple[dict[int, Any], dict[tuple[Any, ...], list[Any]]]:
        """Return the rows that lines may be about, by number and by what they are known by."""
        keys = self.get_import_id_fields()
        said = [line for line in lines if line.values.get(keys[0])]
        values = {line.values[keys[0]] for line in said}
        if isinstance(self.fields[keys[0]].widget, Text):  # some have blanks around them
            values |= {str(rearmed(line.cells[keys[0]])) for line in said}
        numbers = {line.values["id"] for line in lines if line.values.get("id")}
        about = models.Q(**{f"{self.fields[keys[0]].attribute}__in": values})
        seen = self.seen_rows().filter(about | models.Q(pk__in=numbers))
        rows = self._meta.model._default_manager.filter(pk__in=seen.values("pk"))
        rows = self._with_links(rows)
        by_key: dict[tuple[Any, ...], list[Any]] = {}
        by_id = {}
        for row in rows.select_for_update(of=("self",)) if locks else rows:
            by_id[row.pk] = row
            held = [self.fields[name].get_value(row) for name in keys]
            key = tuple(one.strip() if isinstance(one, str) else one for one in held)
            by_key.setdefault(key, []).append(row)
        return by_id, by_key

    def holders(self, column: str, values: Collection[Any]) -> dict[Any, int]:
        """Return whose, of all rows of the service, a unique column's values are."""
        rows = self._meta.model._default_manager.filter(**{f"{column}__in": values})
        return dict(rows.values_list(column, "pk"))

    def taken(self, column: str) -> str:
        """Say what to do about a unique value that another row has."""
        if column in self.get_import_id_fields():
            return _("This row belongs to another operator. Leave it out.")
        return _("Another row has this %(columns)s already.") % {"columns": column}

    def _with_links(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Have the rows that columns name looked up with theirs."""
        fields = [(name, self.model_field(name.partition("__")[0])) for name in self.columns()]
        links = {name.rpartition("__")[0] or name for name, f in fields if f and f.many_to_one}
        return rows.select_related(*sorted(links)) if links else rows

    # In and out.

    def import_data(self, dataset: Any, dry_run: bool = False, **kwargs: Any) -> Result:
        """Take a table in, or only say what would come of it; all its rows or none.

        `seen`, if given, stands for what a dry run showed: a table that would now change anything
        else changes nothing.
        """
        result = Result()
        try:
            lines = list(lines_of(list(dataset), self._headings(dataset.headers or [])))
        except UnreadableFileError as error:
            result.append_base_error(Error(error))
            return result
        result.diff_headers = list(self.columns())
        result.total_rows = len(lines)
        with transaction.atomic():
            note_reason(_("imported from a file"))
            take_in(self, lines, locks=not dry_run)
            result.digest = digest_of(lines)
            result.is_other = kwargs.get("seen") not in (None, result.digest)
            if dry_run or result.is_other or any(line.errors for line in lines):
                transaction.set_rollback(True)
        for line in lines:
            _report(result, line)
        return result

    def _headings(self, headings: Sequence[Any]) -> list[str]:
        """Return the columns that headings name, by their names or in either language."""
        known: dict[str, str] = {}
        for language in ("en", "zh-hans"):
            with translation.override(language):
                known |= {self.meaning(name).lower(): name for name in self.columns()}
        known |= {name: name for name in self.columns()}
        named = [known.get(str(text or "").strip().lower(), "") for text in headings]
        for text, column in zip(headings, named, strict=True):
            if not column:
                raise UnreadableFileError(
                    _("There is no column “%(column)s” here. The columns are: %(known)s.")
                    % {"column": str(text or ""), "known": ", ".join(self.columns())}
                )
            if named.count(column) > 1:
                raise UnreadableFileError(
                    _("The column “%(column)s” is there twice.") % {"column": column}
                )
        missing = [name for name in self.get_import_id_fields() if name not in named]
        if missing:
            raise UnreadableFileError(
                _("The column “%(column)s” is missing: rows are known by it.")
                % {"column": missing[0]}
            )
        return named

    def described(self) -> list[Column]:
        """Return what the columns mean."""
        return described(self)

    def meaning(self, column: str) -> str:
        """Return what a column is called in the reader's language."""
        field = self.model_field(column)
        return str(field.verbose_name) if field is not None else column

    def export(self, queryset: Any = None, **kwargs: Any) -> Any:
        rows = self.seen_rows() if queryset is None else queryset
        return super().export(self._with_links(rows), **kwargs)

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        cell = super().export_field(field, instance, **kwargs)
        return cell if isinstance(cell, int | float) else disarmed(cell)

    class Meta:
        pass


def _report(result: Result, line: Line) -> None:
    row = RowResult()
    row.number, row.changes = line.number, line.changes
    row.instance = line.instance
    if line.errors:
        row.import_type = RowResult.IMPORT_TYPE_INVALID
        row.validation_error = ValidationError(line.errors)
        cells = {name: "" if cell is None else cell for name, cell in line.cells.items()}
        result.append_invalid_row(
            line.number, dict.fromkeys(result.diff_headers, "") | cells, row.validation_error
        )
    elif line.is_new:
        row.import_type = RowResult.IMPORT_TYPE_NEW
    else:
        changed = bool(line.changes)
        row.import_type = RowResult.IMPORT_TYPE_UPDATE if changed else RowResult.IMPORT_TYPE_SKIP
    result.increment_row_result_total(row)
    result.append_row_result(row)
