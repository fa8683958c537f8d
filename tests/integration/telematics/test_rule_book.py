"""The rules in force, as the hot path has them: read from the database, and read again."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from telematics.ingest import rules
from telematics.ingest.rules import RuleBook
from telematics.models import AlarmRule
from telematics.models.alarm_rule import REPORTED, RULED_KINDS
from tests.builders import make_alarm_rule

pytestmark = pytest.mark.django_db
QUIET: dict[str, Any] = {metric.value: None for metric in REPORTED}


def masks(book: RuleBook, **values: Any) -> tuple[int, int]:
    return book.masks(SimpleNamespace(**{**QUIET, **values}))


@pytest.fixture
def rule() -> AlarmRule:
    AlarmRule.objects.all().delete()
    rule = make_alarm_rule()
    rule.refresh_from_db()
    return rule


def test_a_new_rule_gets_the_lowest_free_bit(rule: AlarmRule) -> None:
    bits = [make_alarm_rule().bit for _ in range(3)]
    assert (rule.bit, bits) == (0, [1, 2, 3])
    AlarmRule.objects.filter(bit=1).delete()
    assert make_alarm_rule().bit == 1


def test_there_is_no_sixty_fourth_rule(rule: AlarmRule) -> None:
    for _ in range(62):
        make_alarm_rule()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_alarm_rule()


def test_the_book_says_what_a_report_breaches(rule: AlarmRule) -> None:
    book = RuleBook()
    assert masks(book, pack_temperature_c=80) == (0, 0)  # nothing was read yet
    book.refresh(connection)
    assert masks(book, pack_temperature_c=55) == (1, 0)
    assert masks(book, pack_temperature_c=52) == (0, 1)
    assert masks(book, pack_temperature_c=49.9) == (0, 0)
    assert masks(book) == (0, 1)


def test_rules_out_of_force_and_of_the_clock_are_left_out(rule: AlarmRule) -> None:
    make_alarm_rule(is_enabled=False)
    make_alarm_rule(kind="silent_truck", metric="silence_s", threshold=600, clear_at=600)
    book = RuleBook()
    book.refresh(connection)
    assert masks(book) == (0, 1)


def test_a_change_is_seen_within_two_seconds(
    rule: AlarmRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_s = [100.0]
    monkeypatch.setattr(rules, "monotonic", lambda: at_s[0])
    book = RuleBook()
    book.refresh(connection)
    AlarmRule.objects.update(threshold=40, clear_at=40)
    at_s[0] += 1.9
    book.refresh(connection)
    assert masks(book, pack_temperature_c=45) == (0, 0)
    at_s[0] += 0.1
    book.refresh(connection)
    assert masks(book, pack_temperature_c=45) == (1, 0)


def test_the_book_stays_as_it_was_when_rules_cannot_be_read(rule: AlarmRule) -> None:
    class Gone:
        def cursor(self) -> Any:
            raise ConnectionError("gone")

    book = RuleBook()
    with pytest.raises(ConnectionError):
        book.refresh(Gone())
    book.refresh(connection)  # it is asked again at once
    assert masks(book, pack_temperature_c=55) == (1, 0)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"clear_at": 56}, "clear_at", "clears_on_the_wrong_side"),
        ({"comparison": "below"}, "clear_at", "clears_on_the_wrong_side"),
        ({"metric": "silence_s"}, "metric", "kind_does_not_fit"),
        ({"kind": "silent_truck"}, "metric", "kind_does_not_fit"),
        ({"kind": "silent_truck", "metric": "station_silence_s"}, "metric", "kind_does_not_fit"),
        (
            {
                "kind": "silent_truck",
                "metric": "silence_s",
                "comparison": "below",
                "clear_at": 60,
            },
            "comparison",
            "comparison_does_not_fit",
        ),
        ({"level": 5}, "level", "max_value"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_a_code(
    rule: AlarmRule, fields: dict[str, Any], field: str, code: str
) -> None:
    rule.full_clean()
    for name, value in fields.items():
        setattr(rule, name, value)
    with pytest.raises(ValidationError) as refused:
        rule.full_clean()
    assert [error.code for error in refused.value.error_dict[field]] == [code]


@pytest.mark.parametrize("empty", ["threshold", "clear_at"])
def test_a_missing_number_is_asked_for(rule: AlarmRule, empty: str) -> None:
    setattr(rule, empty, None)
    with pytest.raises(ValidationError) as refused:
        rule.full_clean()
    assert [error.code for error in refused.value.error_dict[empty]] == ["null"]


def test_the_first_rules_are_good_rules() -> None:
    first = import_module("telematics.migrations.0007_first_alarm_rules")
    AlarmRule.objects.all().delete()
    first.write_rules(apps, None)
    rules = list(AlarmRule.objects.all())
    for rule in rules:
        rule.full_clean()
    assert {rule.kind for rule in rules} == {kind.value for kind in RULED_KINDS}
    assert sorted(rule.bit for rule in rules) == list(range(len(first.RULES)))
