"""Lists in and out as CSV and XLSX: a dry run first, all or nothing, formulas disarmed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from fleet.access import Viewer
from fleet.admin.scoped import ReadOnlyAdmin, ScopedAdmin, note_reason

# A spreadsheet runs a cell that begins so (OWASP, CSV injection); a leading quote disarms it.
ARMED = ("=", "+", "-", "@", "\t", "\r", "\0")


def disarmed(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs; numbers and plain text unchanged."""
    if isinstance(cell, str) and cell.startswith(ARMED) and not _is_number(cell):
        return "'" + cell
    return cell


def rearmed(cell: Any) -> Any:
    """Undo `disarmed`, so that an export imports without a change."""
    if isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in ARMED:
        return cell[1:]
    return cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


class KnownWidget(ForeignKeyWidget):
    """A column that names a row of another list by a field people know."""

    def __init__(self, model: type[Model], *, field: str, rows: Any) -> None:
        super().__init__(model, field=field)
        self.rows = rows  # (user) -> the rows the importing user may name

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.rows(kwargs["user"])
        return rows

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return super().clean(value, row=row, **kwargs)
        except self.model.DoesNotExist as error:
            known = self.get_queryset(value, row, **kwargs).values_list(self.field, flat=True)[:3]
            examples = ", ".join(str(example) for example in known) or "–"
            raise ValueError(
                _("You may name no “%(value)s” here. Write one you may, like: %(known)s.")
                % {"value": value, "known": examples}
            ) from error


class ScopedResource(ModelResource):
    """Rows as a table. An import touches only rows its user may change, and all rows or none."""

    def __init__(self, *, user: Viewer, page: ScopedAdmin, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user
        self.page = page

    def get_queryset(self) -> QuerySet[Any]:
        """Find existing rows only among those the user may change."""
        return self.page.changeable_for(self.user)

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        for column, cell in row.items():
            row[column] = rearmed(cell)

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        note_reason(_("imported from a file"))

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: Any = None,
        validate_unique: bool = True,
    ) -> None:
        if instance.pk is None and self._is_hidden(instance):
            raise ValidationError(
                {self._key(): _("This row belongs to another operator. Leave it out.")}
            )
        super().validate_instance(instance, import_validation_errors, validate_unique)

    def _key(self) -> str:
        key: str = self.get_import_id_fields()[0]
        return key

    def _is_hidden(self, instance: Any) -> bool:
        key = self._key()
        hidden = self._meta.model.objects.filter(**{key: getattr(instance, key)})
        return bool(hidden.exists())

    def export_resource(self, instance: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return [disarmed(cell) for cell in super().export_resource(instance, *args, **kwargs)]

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        store_instance = True


class ScopedExchange(ImportExportMixin):
    """What importing and exporting pages share."""

    formats = (CSV, XLSX)
    import_formats = (CSV, XLSX)
    export_formats = (CSV, XLSX)
    import_form_class = ImportForm
    export_form_class = ExportForm
    skip_admin_log = True

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user, "page": self}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user, "page": self}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        data: dict[str, Any] = super().get_import_data_kwargs(**kwargs)
        return {**data, "user": kwargs["request"].user}


class ExchangeAdmin(ScopedExchange, ScopedAdmin):
    """A scoped page with import and export."""


class ExportAdmin(ScopedExchange, ReadOnlyAdmin):
    """A page for looking and exporting."""
