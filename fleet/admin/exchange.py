"""Lists in and out as CSV and XLSX: a dry run first, then what it showed, all or nothing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from fleet.admin.cells import FORMATS, UnreadableFileError, format_of
from fleet.admin.scoped import ReadOnlyAdmin, ScopedAdmin
from fleet.admin.sent import SentFiles
from fleet.services.sent_files import KEPT_FOR, forget_sent_file

SHOWN = 200  # changes of a dry run; every refused row is shown
SALT = "fleet.admin.exchange"


class FileForm(ImportForm):
    """A file to import: its first bytes say which format it has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].widget = forms.HiddenInput()
        self.fields["format"].required = False
        self.fields["import_file"].widget.attrs["accept"] = ".csv,.txt,.xlsx"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if file := data.get("import_file"):
            data["format"] = str(format_of(file.read(4)))
            file.seek(0)
        return data


class SeenForm(ConfirmImportForm):
    """A dry run that somebody looked at: the file they sent, and what it would change."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def clean_import_file_name(self) -> str:
        """Take no other file than the one that was sent."""
        try:
            name: str = signing.loads(
                self.cleaned_data["import_file_name"], salt=SALT, max_age=KEPT_FOR
            )
        except signing.BadSignature as error:
            raise ValidationError(_("Send the file again.")) from error
        return name


class ScopedExchange(ImportExportMixin):
    """What importing and exporting pages share."""

    formats = FORMATS
    import_formats = FORMATS
    export_formats = FORMATS
    import_form_class = FileForm
    confirm_form_class = SeenForm
    export_form_class = ExportForm
    tmp_storage_class = SentFiles
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

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        """Say what is wrong with a file and what to do about it."""
        if not isinstance(e, UnreadableFileError):
            raise e
        form.add_error("import_file", str(e))

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_confirm_form_initial(request, import_form)
        if initial:
            name = initial["import_file_name"]
            initial["import_file_name"] = signing.dumps(name, salt=SALT)
        return initial

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show what a file would change, or every cell that is wrong with it."""
        answer: Any = super().import_action(request, **kwargs)
        context = answer.context_data or {}
        self._explain(request, context)
        if "confirm_form" not in context:
            _forget(context.get("form"))
        shown: HttpResponse = answer
        return shown

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Change what the dry run showed and nothing else."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = self.create_confirm_form(request)
        if not form.is_valid():
            return self._once_more(request, _("Send the file again."))
        data = form.cleaned_data
        read = self.get_import_formats()[int(data["format"])]()
        stored = self.get_tmp_storage_class()(
            name=data["import_file_name"], read_mode=read.get_read_mode()
        )
        try:
            table = read.create_dataset(stored.read())
        except FileNotFoundError:
            return self._once_more(request, _("Send the file again."))
        resource = self.choose_import_resource_class(form, request)(
            **self.get_import_resource_kwargs(request)
        )
        result = resource.import_data(table, seen=data["seen"])
        stored.remove()
        if result.is_other or result.has_errors() or result.has_validation_errors():
            sentence = _("Something changed since you looked; nothing was written. Look again.")
            return self._once_more(request, sentence)
        done: HttpResponse = self.process_result(result, request)
        return done

    def _once_more(self, request: HttpRequest, sentence: str) -> HttpResponse:
        messages.error(request, sentence)
        request.method, request.POST = "GET", type(request.POST)()
        return self.import_action(request)

    def _explain(self, request: HttpRequest, context: dict[str, Any]) -> None:
        """Say what the columns mean, and put the dry run into the words of the page."""
        resources = [
            kind(**self.get_import_resource_kwargs(request))
            for kind in self.get_import_resource_classes(request)
        ]
        context["tables"] = [(table.get_display_name(), table.described()) for table in resources]
        result = context.get("result")
        if not result:
            return
        changed = [row for row in result.rows if row.is_new() or row.is_update()]
        names = {name: table.meaning(name) for table in resources for name in table.columns()}
        context["hidden"] = len(changed[SHOWN:])
        context["changed"] = [
            (row, [(names[column], *change) for column, change in row.changes.items()])
            for row in changed[:SHOWN]
        ]
        context["faults"] = [
            {
                "number": row.number,
                "column": column if column != NON_FIELD_ERRORS else "",
                "meaning": names.get(column, ""),
                "cell": dict(zip(result.diff_headers, row.values, strict=True)).get(column, ""),
                "sentence": " ".join(sentences),
            }
            for row in result.invalid_rows
            for column, sentences in row.error_dict.items()
        ]
        if form := context.get("confirm_form"):
            form.initial["seen"] = result.digest


def _forget(form: Any) -> None:
    """Keep the file no longer that a form sent: nobody can write it as it is."""
    sent = getattr(form, "files", {}).get("import_file")
    if name := getattr(sent, "tmp_storage_name", ""):
        forget_sent_file(name)


class ExchangeAdmin(ScopedExchange, ScopedAdmin):
    """A scoped page with import and export."""


class ExportAdmin(ScopedExchange, ReadOnlyAdmin):
    """A page for looking and exporting."""
