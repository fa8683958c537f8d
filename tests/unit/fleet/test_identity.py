from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.identity import (
    DAY_LETTERS,
    IdentityError,
    is_new_energy_plate,
    make_pack_code,
    parse_pack_code,
    parse_plate,
    parse_vin,
    with_check_digit,
)

VIN_LETTERS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"


@pytest.mark.parametrize(
    "vin",
    # worked examples of ISO 3779's North American twin, and one with X
    ["1M8GDM9AXKP042788", "5GZCZ43D13S812715", "11111111111111111"],
)
def test_known_good_vins_pass(vin: str) -> None:
    assert parse_vin(f" {vin.lower()} ") == vin


@pytest.mark.parametrize(
    ("vin", "code"),
    [
        ("1M8GDM9A1KP042788", "vin_check_digit"),
        ("1M8GDM9AXKP04278", "vin_length"),
        ("1M8GDM9AXKP0427888", "vin_length"),
        ("1M8GDM9AXKPO42788", "vin_character"),
        ("1M8GDM9AXKPI42788", "vin_character"),
        ("1M8GDM9AXKPQ42788", "vin_character"),
        ("1M8GDM9AXKP04278冀", "vin_character"),
        ("", "vin_length"),
    ],
)
def test_bad_vins_are_refused_with_a_code(vin: str, code: str) -> None:
    with pytest.raises(IdentityError) as refused:
        parse_vin(vin)
    assert refused.value.code == code
    assert str(refused.value) == refused.value.message % refused.value.params


@given(st.text(VIN_LETTERS, min_size=17, max_size=17))
def test_every_vin_has_exactly_one_check_digit(vin: str) -> None:
    good = with_check_digit(vin)
    assert parse_vin(good) == good
    for digit in set("0123456789X") - {good[8]}:
        with pytest.raises(IdentityError) as refused:
            parse_vin(good[:8] + digit + good[9:])
        assert refused.value.code == "vin_check_digit"


@pytest.mark.parametrize(
    ("typed", "plate", "new_energy"),
    [
        ("冀B·D12345", "冀BD12345", True),
        ("冀B 12345d", "冀B12345D", True),
        ("冀Ｂ１２３４５Ｆ", "冀B12345F", True),
        ("蒙B-5K789", "蒙B5K789", False),
        ("川Q•A1234", "川QA1234", False),
    ],
)
def test_plates_are_brought_to_one_form(typed: str, plate: str, new_energy: bool) -> None:
    assert parse_plate(typed) == plate
    assert is_new_energy_plate(plate) is new_energy


@pytest.mark.parametrize("typed", ["", "B12345", "冀I12345", "冀B1234", "冀B12345X", "冀B1O345"])
def test_what_is_no_plate_is_refused(typed: str) -> None:
    with pytest.raises(IdentityError) as refused:
        parse_plate(typed)
    assert refused.value.code == "plate_form"


def test_the_public_login_sample_decodes() -> None:
    code = parse_pack_code("0RJPEA00HAU0AAF131001955")
    assert code.is_pack
    assert (code.maker, code.chemistry_name, code.spec) == ("0RJ", "ternary", "A0")
    assert (code.traceability, code.serial) == ("0HAU0AA", 1001955)
    assert code.made_on == date(2025, 1, 3)


def test_lower_case_and_spaces_are_mended() -> None:
    code = parse_pack_code("tstpb01 a000000 g3a 0000123")
    assert str(code) == "TSTPB01A000000G3A0000123"
    assert code.made_on == date(2026, 3, 10)
    assert code.chemistry_name == "LFP"


def test_a_cell_is_no_pack() -> None:
    assert not parse_pack_code("TSTCB01A000000G3A0000001").is_pack


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("TSTPB01A000000G3A000012", "pack_code_length"),
        ("TSTPB01A000000G3A00001234", "pack_code_length"),
        ("TSTXB01A000000G3A0000123", "pack_code_product"),
        ("TSTPB01A000000GDA0000123", "pack_code_month"),
        ("TSTPB01A000000O3A0000123", "pack_code_year"),
        ("TSTPB01A000000G3A000012X", "pack_code_serial"),
        ("TSTPB01A000000G3A0000000", "pack_code_serial"),
        ("TSTPB01A00000-G3A0000123", "pack_code_character"),
    ],
)
def test_bad_pack_codes_are_refused_with_a_code(text: str, code: str) -> None:
    with pytest.raises(IdentityError) as refused:
        parse_pack_code(text)
    assert refused.value.code == code


@pytest.mark.parametrize(("letters", "year", "month"), [("GC0", 2026, 12), ("G2Y", 2026, 2)])
def test_a_day_that_is_no_day_leaves_year_and_month(letters: str, year: int, month: int) -> None:
    code = parse_pack_code(f"TSTPB01A000000{letters}0000123")
    assert (code.made_year, code.made_month, code.made_on) == (year, month, None)


@given(
    st.dates(date(2011, 1, 1), date(2041, 12, 31)),
    st.integers(1, 9_999_999),
    st.sampled_from("PMC"),
)
def test_what_we_write_we_read(made_on: date, serial: int, product: str) -> None:
    code = parse_pack_code(
        make_pack_code(maker="TST", made_on=made_on, serial=serial, product=product)
    )
    assert (code.made_on, code.serial, code.product) == (made_on, serial, product)


def test_the_letters_skip_i_o_and_q() -> None:
    assert len(DAY_LETTERS) == 31  # 1 to 31, and as many years from 2011
    assert not set("IOQ") & set(DAY_LETTERS)


def test_years_without_a_letter_are_refused() -> None:
    with pytest.raises(IdentityError) as refused:
        make_pack_code(maker="TST", made_on=date(2010, 1, 1), serial=1)
    assert refused.value.code == "pack_code_year"
