"""The names trucks and packs carry: VIN, number plate and traction-battery code, checked.

Pure: no database, no clock. Each reader returns the normal form or raises
`IdentityError` with a stable `code` and a sentence a person can act on.

References
----------
GB 16735-2019 and ISO 3779 (VIN, check digit in position 9), GB/T 34014-2017 (battery code),
GA 36-2018 (plates of motor vehicles, new-energy plates).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

VIN_LENGTH = 17
PACK_CODE_LENGTH = 24

_VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", [
    *range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10),
], strict=True))  # fmt: skip
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECK_POSITION = 8

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SERIAL = "0-9A-HJ-NP-Z"
_PLATE = re.compile(
    rf"[{_PROVINCES}][A-HJ-NP-Z]"
    rf"(?:(?P<plain>[{_SERIAL}]{{5}})"  # seven characters: yellow plates of trucks before 2018
    rf"|(?P<large>[{_SERIAL}]{{5}}[DF])"  # new energy, heavy: D electric, F other, at the end
    rf"|(?P<small>[A-HJK][{_SERIAL}][0-9]{{4}}))"  # new energy, light: the letter comes first
)

YEAR_LETTERS = "123456789ABCDEFGHJKLMNPRSTUVWXY"
MONTH_LETTERS = "123456789ABC"
DAY_LETTERS = YEAR_LETTERS
_FIRST_YEAR = 2011
_LATEST_YEAR = _FIRST_YEAR + len(YEAR_LETTERS) - 1
PRODUCTS = {"P": "pack", "M": "module", "C": "cell"}
CHEMISTRIES = {
    "A": "NiMH",
    "B": "LFP",
    "C": "LMO",
    "D": "LCO",
    "E": "ternary",
    "F": "supercapacitor",
    "G": "LTO",
}


def gettext_noop(text: str) -> str:
    """Mark a sentence for the catalogue; whoever shows it translates it."""
    return text


class IdentityError(ValueError):
    """A VIN, plate or battery code that cannot be right.

    `code` is stable, `message` an English message id and `params` its values: a page shows
    `gettext(error.message) % error.params`.
    """

    def __init__(self, code: str, message: str, **params: str | int) -> None:
        self.code = code
        self.message = message
        self.params = params
        super().__init__(message % params)


def _squeezed(text: str) -> str:
    """Upper case without spaces; full-width characters become plain ones."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def check_digit(vin: str) -> str:
    """Check character of position 9, whatever stands there now (GB 16735-2019, annex A)."""
    total = sum(
        weight * _VIN_VALUES[character] for weight, character in zip(_VIN_WEIGHTS, vin, strict=True)
    )
    return "0123456789X"[total % 11]


def with_check_digit(vin: str) -> str:
    """Return the VIN with the right character in position 9, for made-up trucks."""
    normal = _vin_characters(vin)
    return normal[:_CHECK_POSITION] + check_digit(normal) + normal[_CHECK_POSITION + 1 :]


def _vin_characters(text: str) -> str:
    vin = _squeezed(text)
    if len(vin) != VIN_LENGTH:
        raise IdentityError(
            "vin_length",
            gettext_noop("A VIN has 17 characters; this one has %(length)d."),
            length=len(vin),
        )
    for position, character in enumerate(vin, start=1):
        if character not in _VIN_VALUES:
            raise IdentityError(
                "vin_character",
                gettext_noop(
                    "A VIN has digits and letters without I, O and Q;"
                    " position %(position)d is %(character)s."
                ),
                position=position,
                character=character,
            )
    return vin


def parse_vin(text: str) -> str:
    """Return the VIN in its normal form (upper case, no spaces).

    Raises
    ------
    IdentityError
        `vin_length`, `vin_character` or `vin_check_digit`. China uses the check digit.
    """
    vin = _vin_characters(text)
    expected = check_digit(vin)
    if vin[_CHECK_POSITION] != expected:
        raise IdentityError(
            "vin_check_digit",
            gettext_noop(
                "The check digit (position 9) of this VIN is %(found)s and should be"
                " %(expected)s: look for a mistyped character."
            ),
            found=vin[_CHECK_POSITION],
            expected=expected,
        )
    return vin


def parse_plate(text: str) -> str:
    """Return the plate as painted but without separators: 冀B·D12345 becomes 冀BD12345.

    Takes the seven-character plates and both eight-character new-energy forms. Dots, dashes and
    spaces between are dropped.

    Raises
    ------
    IdentityError
        `plate_form`.
    """
    plate = re.sub(r"[·•・‧.\-—]", "", _squeezed(text))
    if not _PLATE.fullmatch(plate):
        raise IdentityError(
            "plate_form",
            gettext_noop(
                "%(plate)s is not a Chinese number plate: a province, a letter, then five"
                " characters, or six with the D or F of a new-energy plate."
            ),
            plate=plate or "-",
        )
    return plate


def is_new_energy_plate(plate: str) -> bool:
    """Whether a plate in normal form is one of the green eight-character ones."""
    match = _PLATE.fullmatch(plate)
    return match is not None and match["plain"] is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackCode:
    """A traction-battery code taken apart (GB/T 34014-2017, 24 characters).

    Public decoders differ about day letters beyond H (17): here I, O and Q are skipped as in the
    year, and a letter that then has no day leaves `made_on` None with year and month kept.
    """

    text: str
    maker: str
    product: str
    chemistry: str
    spec: str
    traceability: str
    made_year: int
    made_month: int
    made_on: date | None
    serial: int

    @property
    def is_pack(self) -> bool:
        """Whether the code names a pack (and not a module or a cell)."""
        return self.product == "P"

    @property
    def chemistry_name(self) -> str:
        """Chemistry in the trade's abbreviation; letters we know no meaning of are other."""
        return CHEMISTRIES.get(self.chemistry, "other")

    def __str__(self) -> str:
        return self.text


def _pack_code_characters(text: str) -> str:
    code = _squeezed(text)
    if len(code) != PACK_CODE_LENGTH:
        raise IdentityError(
            "pack_code_length",
            gettext_noop("A battery code has 24 characters; this one has %(length)d."),
            length=len(code),
        )
    for position, character in enumerate(code, start=1):
        if not (character.isascii() and character.isalnum()):
            raise IdentityError(
                "pack_code_character",
                gettext_noop(
                    "A battery code has digits and letters only; position %(position)d is"
                    " %(character)s."
                ),
                position=position,
                character=character,
            )
    return code


def _letter_index(code: str, position: int, letters: str, error: str, message: str) -> int:
    index = letters.find(code[position - 1])
    if index < 0:
        raise IdentityError(error, message, character=code[position - 1], position=position)
    return index


def _made_on(year: int, month: int, day_letter: str) -> date | None:
    try:
        return date(year, month, DAY_LETTERS.index(day_letter) + 1)
    except ValueError:
        return None


def parse_pack_code(text: str) -> PackCode:
    """Take a 24-character battery code apart; lower case and spaces are mended first.

    Raises
    ------
    IdentityError
        `pack_code_length`, `pack_code_character`, `pack_code_product`, `pack_code_year`,
        `pack_code_month` or `pack_code_serial`. The standard has no check character, and
        maker-filed fields are not judged.
    """
    code = _pack_code_characters(text)
    _letter_index(
        code,
        4,
        "PMC",
        "pack_code_product",
        gettext_noop(
            "Position 4 of a battery code is P (pack), M (module) or C (cell), not %(character)s."
        ),
    )
    year = _FIRST_YEAR + _letter_index(
        code,
        15,
        YEAR_LETTERS,
        "pack_code_year",
        gettext_noop("Position 15 of a battery code is the year; %(character)s is no year letter."),
    )
    month = 1 + _letter_index(
        code,
        16,
        MONTH_LETTERS,
        "pack_code_month",
        gettext_noop(
            "Position 16 of a battery code is the month (1-9, A, B, C), not %(character)s."
        ),
    )
    serial = code[17:]
    if not serial.isdecimal() or int(serial) == 0:
        raise IdentityError(
            "pack_code_serial",
            gettext_noop(
                "Positions 18 to 24 of a battery code are a serial from 1 to 9999999,"
                " not %(serial)s."
            ),
            serial=serial,
        )
    return PackCode(
        text=code,
        maker=code[:3],
        product=code[3],
        chemistry=code[4],
        spec=code[5:7],
        traceability=code[7:14],
        made_year=year,
        made_month=month,
        made_on=_made_on(year, month, code[16]),
        serial=int(serial),
    )


def make_pack_code(
    *,
    maker: str,
    made_on: date,
    serial: int,
    product: str = "P",
    chemistry: str = "B",
    spec: str = "01",
    traceability: str = "0000000",
) -> str:
    """Write a battery code from its parts, for made-up packs.

    Raises
    ------
    IdentityError
        As `parse_pack_code`, and `pack_code_year` for a year the standard has no letter for.
    """
    if not _FIRST_YEAR <= made_on.year <= _LATEST_YEAR:
        raise IdentityError(
            "pack_code_year",
            gettext_noop("Battery codes exist for the years %(first)d to %(last)d."),
            first=_FIRST_YEAR,
            last=_LATEST_YEAR,
        )
    day_code = (
        YEAR_LETTERS[made_on.year - _FIRST_YEAR]
        + MONTH_LETTERS[made_on.month - 1]
        + DAY_LETTERS[made_on.day - 1]
    )
    text = f"{maker}{product}{chemistry}{spec}{traceability}{day_code}{serial:07d}"
    return parse_pack_code(text).text
