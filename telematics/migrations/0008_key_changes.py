import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("telematics", "0007_first_alarm_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("device_id", models.BigIntegerField()),
                ("xact_id", models.BigIntegerField(db_index=True)),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignedSequence",
            fields=[
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="telematics.devicekey",
                    ),
                ),
                ("seq", models.BigIntegerField()),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="device",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="device",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="device",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="device",
            name="requires_signature",
            field=models.BooleanField(
                default=False,
                help_text="Only signed requests are let in; the key itself never travels.",
                verbose_name="requires signatures",
            ),
        ),
        migrations.AddField(
            model_name="deviceevent",
            name="requires_signature",
            field=models.BooleanField(
                default=False,
                help_text="Only signed requests are let in; the key itself never travels.",
                verbose_name="requires signatures",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="device",
            trigger=pgtrigger.compiler.Trigger(
                name="change_reaches_keyrings",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."datum" IS DISTINCT FROM (NEW."datum") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."requires_signature" IS DISTINCT FROM (NEW."requires_signature") OR OLD."serial" IS DISTINCT FROM (NEW."serial") OR OLD."truck_id" IS DISTINCT FROM (NEW."truck_id"))',
                    func="\n    INSERT INTO telematics_keychange (device_id, xact_id)\n    VALUES (NEW.id, pg_current_xact_id()::text::bigint);\n    RETURN NULL;\n",
                    hash="7c3fb941e2622b21e67cbbb22f425d2896862e43",
                    operation="UPDATE",
                    pgid="pgtrigger_change_reaches_keyrings_027c6",
                    table="telematics_device",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="device",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "telematics_deviceevent" ("datum", "id", "is_active", "kind", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requires_signature", "serial", "station_id", "truck_id") VALUES (NEW."datum", NEW."id", NEW."is_active", NEW."kind", NEW."operator_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."requires_signature", NEW."serial", NEW."station_id", NEW."truck_id"); RETURN NULL;',
                    hash="ce3589596e3f8a65ac869ae9d9759f68cb40e532",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7d0c6",
                    table="telematics_device",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="device",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "telematics_deviceevent" ("datum", "id", "is_active", "kind", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requires_signature", "serial", "station_id", "truck_id") VALUES (NEW."datum", NEW."id", NEW."is_active", NEW."kind", NEW."operator_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."requires_signature", NEW."serial", NEW."station_id", NEW."truck_id"); RETURN NULL;',
                    hash="e394074fa6ede8f45225a3cb20a20e1359717e06",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_de0a3",
                    table="telematics_device",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="device",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "telematics_deviceevent" ("datum", "id", "is_active", "kind", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requires_signature", "serial", "station_id", "truck_id") VALUES (OLD."datum", OLD."id", OLD."is_active", OLD."kind", OLD."operator_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."requires_signature", OLD."serial", OLD."station_id", OLD."truck_id"); RETURN NULL;',
                    hash="99d9a1fbe6a9685500273983262965c417cb08b2",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_2a18e",
                    table="telematics_device",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="devicekey",
            trigger=pgtrigger.compiler.Trigger(
                name="key_reaches_keyrings",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO telematics_keychange (device_id, xact_id)\n    VALUES (NEW.device_id, pg_current_xact_id()::text::bigint);\n    RETURN NULL;\n",
                    hash="f7b7cb623f9a7803d7ef374e437fe547e8c63b60",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_key_reaches_keyrings_7a852",
                    table="telematics_devicekey",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="devicekey",
            trigger=pgtrigger.compiler.Trigger(
                name="loss_reaches_keyrings",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO telematics_keychange (device_id, xact_id)\n    VALUES (OLD.device_id, pg_current_xact_id()::text::bigint);\n    RETURN NULL;\n",
                    hash="e550938469448f281be7f570a516b4f6e3f15b88",
                    operation="DELETE",
                    pgid="pgtrigger_loss_reaches_keyrings_b9607",
                    table="telematics_devicekey",
                    when="AFTER",
                ),
            ),
        ),
    ]
