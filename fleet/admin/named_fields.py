"""Every field says its name to those who do not see where it stands."""

from typing import Any

from django.forms import Field, MultiWidget
from django.utils.translation import gettext as _
from unfold.admin import TabularInline


def name_parts(field: Field | None) -> Field | None:
    """Name both ends of a field that has two boxes and one label."""
    if field is not None and isinstance(field.widget, MultiWidget):
        ends = (_("from"), _("until"))
        for widget, end in zip(field.widget.widgets, ends, strict=False):
            widget.attrs["aria-label"] = f"{field.label} {end}"
    return field


class NamedInline(TabularInline):
    """Rows whose boxes carry the heading of their column."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **more: Any) -> Any:
        """Name the box by its column."""
        field = name_parts(super().formfield_for_dbfield(db_field, request, **more))
        if field is not None:
            box: Any = getattr(field.widget, "widget", field.widget)
            box.attrs.setdefault("aria-label", str(field.label))
        return field
