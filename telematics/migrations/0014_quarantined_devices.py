import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("telematics", "0013_alarms_by_hand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="alarm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("stranded_risk", "stranded risk"),
                    ("silent_truck", "silent truck"),
                    ("silent_station", "silent station"),
                    ("vehicle", "vehicle alarm"),
                    ("slot_fault", "slot fault"),
                    ("wrong_pack", "wrong pack"),
                    ("planner", "planner"),
                    ("battery_heat", "battery temperature"),
                    ("cell_spread", "cell spread"),
                    ("insulation", "insulation"),
                    ("low_charge", "low charge"),
                    ("cloned_device", "two units with one key"),
                    ("stray_reports", "reports without a partition"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="alarmevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("stranded_risk", "stranded risk"),
                    ("silent_truck", "silent truck"),
                    ("silent_station", "silent station"),
                    ("vehicle", "vehicle alarm"),
                    ("slot_fault", "slot fault"),
                    ("wrong_pack", "wrong pack"),
                    ("planner", "planner"),
                    ("battery_heat", "battery temperature"),
                    ("cell_spread", "cell spread"),
                    ("insulation", "insulation"),
                    ("low_charge", "low charge"),
                    ("cloned_device", "two units with one key"),
                    ("stray_reports", "reports without a partition"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="alarmstorm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("stranded_risk", "stranded risk"),
                    ("silent_truck", "silent truck"),
                    ("silent_station", "silent station"),
                    ("vehicle", "vehicle alarm"),
                    ("slot_fault", "slot fault"),
                    ("wrong_pack", "wrong pack"),
                    ("planner", "planner"),
                    ("battery_heat", "battery temperature"),
                    ("cell_spread", "cell spread"),
                    ("insulation", "insulation"),
                    ("low_charge", "low charge"),
                    ("cloned_device", "two units with one key"),
                    ("stray_reports", "reports without a partition"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="DeviceQuarantine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begun_at", models.DateTimeField(verbose_name="begun at")),
                ("evidence", models.JSONField(default=dict, verbose_name="evidence")),
                (
                    "lifted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="lifted at"),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="telematics.device",
                        verbose_name="device",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="lifted by",
                    ),
                ),
            ],
            options={
                "verbose_name": "quarantined device",
                "verbose_name_plural": "quarantined devices",
                "ordering": ["-begun_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("device",),
                        name="telematics_device_is_quarantined_once",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="devicequarantine",
            trigger=pgtrigger.compiler.Trigger(
                name="quarantine_reaches_keyrings",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO telematics_keychange (device_id, xact_id)\n    VALUES (NEW.device_id, pg_current_xact_id()::text::bigint);\n    RETURN NULL;\n",
                    hash="7181c0c40cd90b3f684890658d74e10d89d742e8",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_quarantine_reaches_keyrings_78d0b",
                    table="telematics_devicequarantine",
                    when="AFTER",
                ),
            ),
        ),
    ]
