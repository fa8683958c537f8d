"""Each rule of the tables refuses what breaks it, whoever writes; without it, it would pass.

A new constraint or trigger wants its line in one of the modules beside this.
"""

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from fleet.models import PackMove
from fleet.services.constraints import violated_constraint
from tests.builders import make_pack, make_station
from tests.integration.rules.dispatch import DISPATCH
from tests.integration.rules.figures import FIGURES
from tests.integration.rules.fleet import FLEET
from tests.integration.rules.rule import Rule, change
from tests.integration.rules.station import STATION
from tests.integration.rules.telematics import TELEMATICS

pytestmark = pytest.mark.django_db
RULES = [*FLEET, *TELEMATICS, *DISPATCH, *FIGURES, *STATION]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
# Rows of these triggers are not refusals: test_move_packs, test_keyring, test_gaps, test_quarantine
# test what they write.
WRITERS = {
    *("move_is_a_ledger_row", "insert_insert", "update_update", "delete_delete", "append_only"),
    *("change_reaches_keyrings", "key_reaches_keyrings", "loss_reaches_keyrings"),
    "few_ranges",
    "marks_the_pack",
    "quarantine_reaches_keyrings",
}


@each_rule
def test_what_breaks_a_rule_is_refused_by_that_rule(rule: Rule) -> None:
    statement = rule.breaks()
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        statement.run()
    if rule.says:
        assert rule.says in str(refused.value)
    else:
        assert isinstance(refused.value, IntegrityError)
        assert violated_constraint(refused.value) == rule.name


@each_rule
def test_without_the_rule_it_would_pass(rule: Rule) -> None:
    statement = rule.breaks()
    rule.drop()
    statement.run()


def test_every_rule_of_the_models_is_broken_here_and_no_other() -> None:
    named: set[str] = set()
    triggers: set[tuple[str, str]] = set()
    for app in ("fleet", "telematics", "dispatch"):
        for model in apps.get_app_config(app).get_models():
            named |= {constraint.name for constraint in model._meta.constraints}
            triggers |= {
                (model._meta.db_table, trigger.name)
                for trigger in getattr(model._meta, "triggers", [])
                if trigger.name not in WRITERS
            }
    assert {rule.name for rule in RULES if not rule.trigger} == named
    assert {(rule.table, rule.trigger) for rule in RULES if rule.trigger} == triggers


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = 1", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["fleet_packmove", "fleet_packevent"])
def test_ledger_and_history_are_never_changed(table: str, statement: str) -> None:
    make_pack()
    refused = pytest.raises(DatabaseError, match="Cannot update or delete")
    with connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute(statement.format(table))


def test_without_its_trigger_a_move_leaves_no_ledger_row() -> None:
    slot = make_station(slots=1).slots.get()
    pack = make_pack()
    Rule("", "fleet_pack", lambda: change(pack), "move_is_a_ledger_row").drop()
    change(pack, whereabouts="slot", slot_id=slot.pk).run()
    assert PackMove.objects.filter(pack=pack).count() == 1
