"""How the contract describes what the fields of a body take: as strict as they are."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

# What counts as blank: all that str.strip() takes away, of which regular expressions call some not.
NOT_BLANK = r"^[^\u0000]*[^\s\u0000\u001c-\u001f\u0085][^\u0000]*$"


class Contract(AutoSchema):
    """The library's description, and that a text is neither blank nor holds NUL characters."""

    def _map_serializer_field(self, field: Any, direction: Any, *more: Any, **named: Any) -> Any:
        describe = super()._map_serializer_field
        described = describe(field, direction, *more, **named)  # type: ignore[no-untyped-call]  # the library
        is_text = type(field) is serializers.CharField and direction == "request"
        if is_text and isinstance(described, dict) and not field.allow_blank:
            described.setdefault("pattern", NOT_BLANK)
        return described
