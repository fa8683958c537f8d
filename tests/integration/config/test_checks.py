import pytest
from django.core.management import call_command
from django.db import connection

from config.checks import extension_faults, version_faults


@pytest.mark.django_db
def test_this_database_is_good_enough(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check", databases=["default"])
    assert "no issues" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_check_asks_the_database() -> None:
    asked: list[str] = []

    def listen(execute: object, sql: str, *rest: object) -> object:
        asked.append(sql)
        return execute(sql, *rest)  # type: ignore[operator]  # Django's own callable

    with connection.execute_wrapper(listen):
        call_command("check", databases=["default"])
    assert any("server_version_num" in sql for sql in asked)
    assert any("btree_gist" in sql for sql in asked)


def test_an_old_postgresql_and_a_missing_extension_are_refused_with_what_to_do() -> None:
    assert version_faults(15) == []
    (old,) = version_faults(14)
    assert (old.id, old.msg) == ("yizhan.E001", "PostgreSQL 14 is too old: 15 or newer is needed.")
    assert extension_faults(available=True) == []
    (missing,) = extension_faults(available=False)
    assert missing.id == "yizhan.E002"
    assert "postgresql-contrib" in str(missing.hint)
