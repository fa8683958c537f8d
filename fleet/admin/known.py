"""Columns that name a row of another list by what people call it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from import_export.widgets import ForeignKeyWidget

from fleet.access import Viewer
from fleet.admin.readings import Text
from fleet.models.names import NameField

SHOWN = 3


class KnownWidget(ForeignKeyWidget):
    """A column that names a row of another list by a field people know.

    `rows` are those the importing user may name. `title`, where the field alone may name several,
    says what names one.
    """

    def __init__(
        self,
        model: type[Model],
        *,
        field: str,
        rows: Callable[[Viewer], QuerySet[Any]],
        title: Callable[[Any], str] | None = None,
    ) -> None:
        super().__init__(model, field=field)
        self.rows = rows
        self.title = title or (lambda row: str(getattr(row, field)))
        self.is_titled = title is not None
        self.found: dict[str, list[Any]] = {}  # each import has its own copy of the widget

    def written(self) -> str:
        """Say how a cell is written."""
        return _("%(field)s of one of: %(what)s") % {
            "field": self.model._meta.get_field(self.field).verbose_name,
            "what": self.model._meta.verbose_name_plural,
        }

    def learn(self, cells: Iterable[Any], user: Viewer) -> None:
        """Look up all the names of a column at once."""
        names = {self._name(cell) for cell in cells}
        rows = self.rows(user)
        if not self.is_titled:
            rows = rows.filter(**{f"{self.field}__in": names - {""}})
        for row in rows:
            for name in {str(getattr(row, self.field)), self.title(row)}:
                self.found.setdefault(name, []).append(row)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        name = self._name(value)
        found = self.found.get(name, [])
        if not name or len(found) == 1:
            return found[0] if found else None
        if found:
            known = ", ".join(self.title(row) for row in found)
            raise ValueError(
                _("“%(value)s” may be any of these: %(known)s. Write one of them.")
                % {"value": name, "known": known}
            )
        known = ", ".join(self.title(row) for row in self._examples(kwargs["user"]))
        raise ValueError(
            _("You may name no “%(value)s” here. Write one you may, like: %(known)s.")
            % {"value": name, "known": known or "–"}
        )

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.title(value) if value else ""

    def _examples(self, user: Viewer) -> list[Any]:
        if not hasattr(self, "examples"):
            self.examples: list[Any] = list(self.rows(user)[:SHOWN])
        return self.examples

    def _name(self, cell: Any) -> str:
        field: Any = self.model._meta.get_field(self.field)
        text = Text().clean(cell).strip()
        text = text.encode("utf-8", "replace").decode().replace("\0", "?")
        try:
            return str(field.normal(text)) if isinstance(field, NameField) else text
        except ValidationError:
            return text
