import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("fleet", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TruckReport",
            fields=[
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("seq", models.BigIntegerField(verbose_name="sequence number")),
                ("boot_id", models.CharField(blank=True, max_length=36, verbose_name="boot")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("latitude_deg", models.FloatField(verbose_name="latitude, deg")),
                ("longitude_deg", models.FloatField(verbose_name="longitude, deg")),
                (
                    "source_datum",
                    models.CharField(default="wgs84", max_length=10, verbose_name="source datum"),
                ),
                ("speed_kmh", models.FloatField(verbose_name="speed, km/h")),
                ("heading_deg", models.FloatField(null=True, verbose_name="heading, deg")),
                ("altitude_m", models.FloatField(null=True, verbose_name="altitude, m")),
                ("odometer_km", models.FloatField(null=True, verbose_name="odometer, km")),
                ("soc_percent", models.FloatField(verbose_name="state of charge, %")),
                (
                    "pack_temperature_c",
                    models.FloatField(null=True, verbose_name="hottest pack, °C"),
                ),
                (
                    "ambient_temperature_c",
                    models.FloatField(null=True, verbose_name="outside temperature, °C"),
                ),
                ("gross_mass_kg", models.FloatField(null=True, verbose_name="gross mass, kg")),
                (
                    "pack_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), null=True, verbose_name="packs"
                    ),
                ),
                (
                    "alarm_level",
                    models.PositiveSmallIntegerField(default=0, verbose_name="alarm level"),
                ),
                ("marks", models.PositiveSmallIntegerField(default=0, verbose_name="marks")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "truck_id",
                        "recorded_at",
                        "seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "telematics_truckreport",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="LaneState",
            fields=[
                (
                    "lane",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="fleet.lane",
                        verbose_name="lane",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                (
                    "state",
                    models.CharField(
                        choices=[("free", "free"), ("busy", "busy"), ("fault", "fault")],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("fault_code", models.CharField(blank=True, max_length=40, verbose_name="fault")),
            ],
            options={
                "verbose_name": "live state of a lane",
                "verbose_name_plural": "live states of lanes",
            },
        ),
        migrations.CreateModel(
            name="RouteNeed",
            fields=[
                (
                    "truck",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="fleet.truck",
                    ),
                ),
                ("computed_at", models.DateTimeField()),
                ("energy_wh", models.PositiveIntegerField()),
                ("reserve_wh", models.PositiveIntegerField()),
                ("needs_swap_by", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SlotState",
            fields=[
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("pack_code", models.CharField(blank=True, max_length=24, verbose_name="pack")),
                ("soc_percent", models.FloatField(null=True, verbose_name="state of charge, %")),
                ("soh_percent", models.FloatField(null=True, verbose_name="state of health, %")),
                ("power_kw", models.FloatField(default=0, verbose_name="charging power, kW")),
                ("temperature_c", models.FloatField(null=True, verbose_name="temperature, °C")),
                ("fault_code", models.CharField(blank=True, max_length=40, verbose_name="fault")),
                (
                    "slot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="fleet.slot",
                        verbose_name="slot",
                    ),
                ),
            ],
            options={
                "verbose_name": "live state of a slot",
                "verbose_name_plural": "live states of slots",
            },
        ),
        migrations.CreateModel(
            name="TruckState",
            fields=[
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("seq", models.BigIntegerField(verbose_name="sequence number")),
                ("boot_id", models.CharField(blank=True, max_length=36, verbose_name="boot")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("latitude_deg", models.FloatField(verbose_name="latitude, deg")),
                ("longitude_deg", models.FloatField(verbose_name="longitude, deg")),
                (
                    "source_datum",
                    models.CharField(default="wgs84", max_length=10, verbose_name="source datum"),
                ),
                ("speed_kmh", models.FloatField(verbose_name="speed, km/h")),
                ("heading_deg", models.FloatField(null=True, verbose_name="heading, deg")),
                ("altitude_m", models.FloatField(null=True, verbose_name="altitude, m")),
                ("odometer_km", models.FloatField(null=True, verbose_name="odometer, km")),
                ("soc_percent", models.FloatField(verbose_name="state of charge, %")),
                (
                    "pack_temperature_c",
                    models.FloatField(null=True, verbose_name="hottest pack, °C"),
                ),
                (
                    "ambient_temperature_c",
                    models.FloatField(null=True, verbose_name="outside temperature, °C"),
                ),
                ("gross_mass_kg", models.FloatField(null=True, verbose_name="gross mass, kg")),
                (
                    "pack_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), null=True, verbose_name="packs"
                    ),
                ),
                (
                    "alarm_level",
                    models.PositiveSmallIntegerField(default=0, verbose_name="alarm level"),
                ),
                ("marks", models.PositiveSmallIntegerField(default=0, verbose_name="marks")),
                (
                    "truck",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="fleet.truck",
                        verbose_name="truck",
                    ),
                ),
            ],
            options={
                "verbose_name": "live state of a truck",
                "verbose_name_plural": "live states of trucks",
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("obu", "onboard unit"),
                            ("station", "station controller"),
                            ("office", "office system"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "serial",
                    models.CharField(max_length=60, unique=True, verbose_name="serial number"),
                ),
                (
                    "datum",
                    models.CharField(
                        choices=[("wgs84", "WGS 84"), ("gcj02", "GCJ-02")],
                        default="wgs84",
                        max_length=10,
                        verbose_name="datum of its positions",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "operator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="fleet.operator",
                        verbose_name="operator",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="fleet.swapstation",
                        verbose_name="station",
                    ),
                ),
                (
                    "truck",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="fleet.truck",
                        verbose_name="truck",
                    ),
                ),
            ],
            options={
                "verbose_name": "device",
                "verbose_name_plural": "devices",
                "ordering": ["serial"],
            },
        ),
        migrations.CreateModel(
            name="DeviceEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("obu", "onboard unit"),
                            ("station", "station controller"),
                            ("office", "office system"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("serial", models.CharField(max_length=60, verbose_name="serial number")),
                (
                    "datum",
                    models.CharField(
                        choices=[("wgs84", "WGS 84"), ("gcj02", "GCJ-02")],
                        default="wgs84",
                        max_length=10,
                        verbose_name="datum of its positions",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "operator",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="fleet.operator",
                        verbose_name="operator",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="telematics.device",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="fleet.swapstation",
                        verbose_name="station",
                    ),
                ),
                (
                    "truck",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="fleet.truck",
                        verbose_name="truck",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DeviceKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.PositiveSmallIntegerField(choices=[(1, "1"), (2, "2")])),
                ("key_sha256", models.BinaryField(unique=True)),
                ("prefix", models.CharField(max_length=12, verbose_name="begins with")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="revoked at"),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to="telematics.device",
                    ),
                ),
            ],
            options={
                "verbose_name": "device key",
                "verbose_name_plural": "device keys",
                "ordering": ["device", "-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Downlink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("assignment", "Assignment"), ("message", "Message")],
                        max_length=12,
                    ),
                ),
                ("body", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("fetched_at", models.DateTimeField(null=True)),
                (
                    "truck",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="fleet.truck",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OddReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("seq", models.BigIntegerField()),
                ("received_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=40)),
                ("body", models.JSONField()),
                (
                    "truck",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="fleet.truck",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SlotReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("pack_code", models.CharField(blank=True, max_length=24, verbose_name="pack")),
                ("soc_percent", models.FloatField(null=True, verbose_name="state of charge, %")),
                ("soh_percent", models.FloatField(null=True, verbose_name="state of health, %")),
                ("power_kw", models.FloatField(default=0, verbose_name="charging power, kW")),
                ("temperature_c", models.FloatField(null=True, verbose_name="temperature, °C")),
                ("fault_code", models.CharField(blank=True, max_length=40, verbose_name="fault")),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="fleet.slot",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StationEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_id", models.UUIDField()),
                ("kind", models.CharField(max_length=20)),
                ("received_at", models.DateTimeField()),
                ("body", models.JSONField()),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.JSONField()),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="fleet.swapstation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("stranded_risk", "stranded risk"),
                            ("silent_truck", "silent truck"),
                            ("silent_station", "silent station"),
                            ("vehicle", "vehicle alarm"),
                            ("slot_fault", "slot fault"),
                            ("wrong_pack", "wrong pack"),
                            ("planner", "planner"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(default=1, verbose_name="level")),
                ("detail", models.CharField(max_length=300, verbose_name="detail")),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                (
                    "acknowledged_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="acknowledged at"),
                ),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
                ),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="acknowledged by",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="fleet.slot",
                        verbose_name="slot",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="fleet.swapstation",
                        verbose_name="station",
                    ),
                ),
                (
                    "truck",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="fleet.truck",
                        verbose_name="truck",
                    ),
                ),
            ],
            options={
                "verbose_name": "alarm",
                "verbose_name_plural": "alarms",
                "ordering": ["-opened_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("kind", "truck", "station", "slot"),
                        name="telematics_alarm_is_open_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "obu"),
                        ("operator__isnull", True),
                        ("station__isnull", True),
                        ("truck__isnull", False),
                    ),
                    models.Q(
                        ("kind", "station"),
                        ("operator__isnull", True),
                        ("station__isnull", False),
                        ("truck__isnull", True),
                    ),
                    models.Q(
                        ("kind", "office"),
                        ("operator__isnull", False),
                        ("station__isnull", True),
                        ("truck__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="telematics_device_speaks_for_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True), ("kind", "obu")),
                fields=("truck",),
                name="telematics_truck_has_one_active_obu",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="device",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "telematics_deviceevent" ("datum", "id", "is_active", "kind", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "serial", "station_id", "truck_id") VALUES (NEW."datum", NEW."id", NEW."is_active", NEW."kind", NEW."operator_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."serial", NEW."station_id", NEW."truck_id"); RETURN NULL;',
                    hash="11ea134dbd23f0aa7548ad167ffa2b734c59fd63",
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
                    func='INSERT INTO "telematics_deviceevent" ("datum", "id", "is_active", "kind", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "serial", "station_id", "truck_id") VALUES (NEW."datum", NEW."id", NEW."is_active", NEW."kind", NEW."operator_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."serial", NEW."station_id", NEW."truck_id"); RETURN NULL;',
                    hash="995da674c6d07e2325d809878763db7432c87a6f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_de0a3",
                    table="telematics_device",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deviceevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="147d68dc0963cc96660a1f60ecbc83d3ae60e3ee",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1977d",
                    table="telematics_deviceevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="devicekey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at__isnull", True)),
                fields=("device", "ordinal"),
                name="telematics_device_has_two_live_keys_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="devicekey",
            constraint=models.CheckConstraint(
                condition=models.Q(("ordinal__in", [1, 2])),
                name="telematics_device_key_is_first_or_second",
            ),
        ),
        migrations.AddConstraint(
            model_name="downlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "assignment")),
                fields=("truck",),
                name="telematics_one_assignment_rides_down",
            ),
        ),
        migrations.AddConstraint(
            model_name="oddreport",
            constraint=models.UniqueConstraint(
                fields=("truck", "recorded_at", "seq"), name="telematics_odd_report_is_kept_once"
            ),
        ),
        migrations.AddIndex(
            model_name="slotreading",
            index=models.Index(fields=["slot", "-recorded_at"], name="telematics_slot_history"),
        ),
        migrations.AddConstraint(
            model_name="slotreading",
            constraint=models.UniqueConstraint(
                fields=("slot", "recorded_at"), name="telematics_slot_reading_is_kept_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stationevent",
            constraint=models.UniqueConstraint(
                fields=("station", "event_id"), name="telematics_station_event_happens_once"
            ),
        ),
    ]
