"""Columns for the names trucks and packs carry: written in any form, kept in the normal one."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from fleet.identity import IdentityError, parse_pack_code, parse_plate, parse_vin

if TYPE_CHECKING:
    _TextColumn = models.CharField[str, str]
else:
    _TextColumn = models.CharField
TYPED_LENGTH = 40  # people type spaces, dots and dashes that the normal form leaves out


class NameField(_TextColumn):
    """A text column whose value is read by a parser when a form, an import or a check cleans it.

    The database keeps plain text, so migrations see a `CharField`.
    """

    def read(self, text: str) -> str:
        """Return the normal form of `text`, or raise `IdentityError`."""
        raise NotImplementedError

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Check the normal form, and give it back to be kept."""
        return super().clean(self.normal(value), model_instance)

    def normal(self, value: Any) -> Any:
        """Return the normal form of what was written; nothing is left nothing.

        Raises
        ------
        ValidationError
            With the parser's code and its sentence in the reader's language.
        """
        if not value:
            return value
        try:
            return self.read(str(value))
        except IdentityError as error:
            raise ValidationError(_(error.message) % error.params, code=error.code) from error

    def formfield(self, **kwargs: Any) -> Any:
        """Leave room for what people type around the name."""
        return super().formfield(**{"max_length": TYPED_LENGTH, **kwargs})

    def deconstruct(self) -> Any:
        """Look like plain text to migrations."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class VinField(NameField):
    """A VIN with its check digit."""

    def read(self, text: str) -> str:
        """Return the VIN in capitals."""
        return parse_vin(text)


class PlateField(NameField):
    """A Chinese number plate without separators."""

    def read(self, text: str) -> str:
        """Return the plate without dots and dashes."""
        return parse_plate(text)


class PackCodeField(NameField):
    """A GB/T 34014 code of a traction battery."""

    def read(self, text: str) -> str:
        """Return the code in capitals."""
        return parse_pack_code(text).text
