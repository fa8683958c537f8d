"""Lists in and out as CSV and XLSX: a dry run first, all or nothing."""

import re
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import IntegrityError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from import_export.admin import ImportExportMixin
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from fleet.access import Viewer
from fleet.admin.cells import FORMATS, disarmed, rearmed
from fleet.admin.scoped import ReadOnlyAdmin, ScopedAdmin, note_reason
from fleet.models.names import NameField
from fleet.services.constraints import violated_constraint


class KnownWidget(ForeignKeyWidget):
    """A column that names a row of another list by a field people know."""

    def __init__(self, model: type[Model], *, field: str, rows: Any) -> None:
        super().__init__(model, field=field)
        self.rows = rows  # (user) -> the rows the importing user may name
        self.found: dict[str, Any] = {}  # each import has its own copy of the widget

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        name = str(value or "").strip()
        if not name:
            return None
        if name not in self.found:
            self.found[name] = self._find(name, kwargs["user"])
        return self.found[name]

    def _find(self, name: str, user: Viewer) -> Any:
        rows: QuerySet[Any] = self.rows(user)
        named = rows.filter(**{self.field: name})[:2]
        if len(named) == 1:
            return named[0]
        known = ", ".join(str(known) for known in rows.values_list(self.field, flat=True)[:3])
        raise ValueError(
            _("You may name no “%(value)s” here. Write one you may, like: %(known)s.")
            % {"value": name, "known": known or "–"}
        )


class ScopedResource(ModelResource):
    """Rows as a table. An import touches only rows its user may change, and all rows or none."""

    def __init__(self, *, user: Viewer, page: ScopedAdmin, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user
        self.page = page
        self.hidden: set[Any] = set()

    def get_queryset(self) -> QuerySet[Any]:
        """Find existing rows only among those the user may change."""
        return self.page.changeable_for(self.user)

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Read every cell in its normal form, so that rows are found however they were typed."""
        headers = [str(header or "").strip() for header in dataset.headers or []]
        self._refuse_unknown(headers)
        rows = [list(row) for row in dataset]
        while rows and not any(rows[-1]):
            rows.pop()
        dataset.wipe()
        dataset.headers = headers
        for row in rows:
            dataset.append(
                [self._read(header, cell) for header, cell in zip(headers, row, strict=True)]
            )
        if self._key() in headers:
            self.hidden = self._hidden_among([name for name in dataset[self._key()] if name])

    def _refuse_unknown(self, headers: list[str]) -> None:
        known = [field.column_name for field in self.get_import_fields()]
        for header in headers:
            if header not in known:
                raise ValueError(
                    _("There is no column “%(column)s” here. The columns are: %(known)s.")
                    % {"column": header, "known": ", ".join(known)}
                )

    def _read(self, column: str, cell: Any) -> Any:
        text = rearmed(cell)
        try:
            field = self._meta.model._meta.get_field(column)
            return field.normal(text) if isinstance(field, NameField) else text
        except (FieldDoesNotExist, ValidationError):
            return text  # the check of the whole row says what is wrong

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        if not row[self._key()]:
            raise ValidationError({self._key(): _("Write what this row is known by.")})

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        note_reason(_("imported from a file"))

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: Any = None,
        validate_unique: bool = True,
    ) -> None:
        """Check the row by itself; what depends on other rows the database decides on saving."""
        errors = dict(import_validation_errors or {})
        if instance.pk is None and getattr(instance, self._key()) in self.hidden:
            errors[self._key()] = _("This row belongs to another operator. Leave it out.")
        try:
            instance.full_clean(
                exclude={*errors, *self._found_fields()},
                validate_unique=False,
                validate_constraints=False,
            )
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def _found_fields(self) -> set[str]:
        """Return the relations whose row an import has looked up: no need to look again."""
        return {
            name for name, field in self.fields.items() if isinstance(field.widget, KnownWidget)
        }

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        try:
            super().do_instance_save(instance, is_create)
        except IntegrityError as error:
            raise _refusal(error) from error

    def _key(self) -> str:
        key: str = self.get_import_id_fields()[0]
        return key

    def _hidden_among(self, names: list[Any]) -> set[Any]:
        """Return which names, unique in the service, are behind another operator's door."""
        key = self._key()
        if not self._meta.model._meta.get_field(key).unique:
            return set()
        taken = self._meta.model.objects.filter(**{f"{key}__in": names})
        own = self.get_queryset().filter(**{f"{key}__in": names})
        return set(taken.values_list(key, flat=True)) - set(own.values_list(key, flat=True))

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        cell = super().export_field(field, instance, **kwargs)
        return cell if isinstance(field.get_value(instance), int | float) else disarmed(cell)

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        store_instance = True
        instance_loader_class = CachedInstanceLoader


def _refusal(error: IntegrityError) -> ValidationError:
    """Say what the database refused a row for."""
    diag = getattr(error.__cause__, "diag", None)
    columns = re.match(r"Key \((.+?)\)=", getattr(diag, "message_detail", None) or "")
    if columns:
        return ValidationError(
            _("Another row has this %(columns)s already."), params={"columns": columns[1]}
        )
    return ValidationError(
        _("The rule “%(rule)s” forbids this row."), params={"rule": violated_constraint(error)}
    )


class ScopedExchange(ImportExportMixin):
    """What importing and exporting pages share."""

    formats = FORMATS
    import_formats = FORMATS
    export_formats = FORMATS
    import_form_class = ImportForm
    export_form_class = ExportForm
    import_error_display = ("message",)
    skip_admin_log = True

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Let those import who add rows, and fill in no ledger by file."""
        return bool(self.has_add_permission(request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user, "page": self}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user, "page": self}


class ExchangeAdmin(ScopedExchange, ScopedAdmin):
    """A scoped page with import and export."""


class ExportAdmin(ScopedExchange, ReadOnlyAdmin):
    """A page for looking and exporting."""
