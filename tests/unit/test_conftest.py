from tests.conftest import TESTS, database_refusal


def test_a_unit_test_that_asks_for_the_database_is_refused() -> None:
    here = TESTS / "unit" / "fleet" / "test_x.py"
    assert database_refusal(here, ["db", "tmp_path"])
    assert database_refusal(here, ["client"])
    assert database_refusal(here, ["tmp_path"]) is None
    assert database_refusal(TESTS / "integration" / "test_x.py", ["db"]) is None
