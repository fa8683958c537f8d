import django.contrib.postgres.fields.ranges
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Ban",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until", models.DateTimeField(verbose_name="until")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
            ],
            options={
                "verbose_name": "forbidden station",
                "verbose_name_plural": "forbidden stations",
            },
        ),
        migrations.CreateModel(
            name="ChargeWindow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "during",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="during"),
                ),
                ("power_w", models.PositiveIntegerField(verbose_name="power, W")),
            ],
            options={
                "verbose_name": "charge window",
                "verbose_name_plural": "charge windows",
                "ordering": ["slot", "during"],
            },
        ),
        migrations.CreateModel(
            name="DriverAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("action_id", models.UUIDField()),
                ("kind", models.CharField(max_length=20)),
                ("body", models.JSONField(default=dict)),
                ("received_at", models.DateTimeField()),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="DriverNotice",
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
                            ("offered", "offered"),
                            ("changed", "changed"),
                            ("ended", "ended"),
                            ("message", "message"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("body", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
                ("seen_at", models.DateTimeField(null=True, verbose_name="seen at")),
            ],
            options={
                "verbose_name": "driver notice",
                "verbose_name_plural": "driver notices",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PackHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="pack position")),
                (
                    "during",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="during"),
                ),
                ("is_live", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "pack hold",
                "verbose_name_plural": "pack holds",
            },
        ),
        migrations.CreateModel(
            name="PlanRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cause", models.CharField(max_length=60, verbose_name="cause")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "running"),
                            ("done", "done"),
                            ("fallback", "done by the fallback"),
                            ("failed", "failed"),
                        ],
                        default="running",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("planner", models.CharField(blank=True, max_length=30, verbose_name="planner")),
                ("problem_gz", models.BinaryField(null=True)),
                ("plan", models.JSONField(null=True)),
                ("trucks", models.PositiveIntegerField(default=0, verbose_name="trucks")),
                ("served", models.PositiveIntegerField(default=0, verbose_name="served")),
                ("unserved", models.PositiveIntegerField(default=0, verbose_name="unserved")),
                (
                    "written",
                    models.PositiveIntegerField(default=0, verbose_name="promises written"),
                ),
                (
                    "refused",
                    models.PositiveIntegerField(default=0, verbose_name="promises refused"),
                ),
                ("cost_s", models.BigIntegerField(null=True, verbose_name="cost, s")),
                ("bound_s", models.BigIntegerField(null=True, verbose_name="bound, s")),
                ("seconds", models.FloatField(null=True, verbose_name="wall seconds")),
                ("error", models.TextField(blank=True, verbose_name="error")),
            ],
            options={
                "verbose_name": "plan run",
                "verbose_name_plural": "plan runs",
                "ordering": ["-started_at"],
            },
        ),
        migrations.CreateModel(
            name="Shuttle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "load_out_kg",
                    models.PositiveIntegerField(default=31000, verbose_name="load out, kg"),
                ),
                (
                    "load_back_kg",
                    models.PositiveIntegerField(default=0, verbose_name="load back, kg"),
                ),
                (
                    "dwell_s",
                    models.PositiveIntegerField(
                        default=1800, verbose_name="loading or unloading time, s"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "shuttle",
                "verbose_name_plural": "shuttles",
                "ordering": ["truck"],
            },
        ),
        migrations.CreateModel(
            name="ShuttleEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "load_out_kg",
                    models.PositiveIntegerField(default=31000, verbose_name="load out, kg"),
                ),
                (
                    "load_back_kg",
                    models.PositiveIntegerField(default=0, verbose_name="load back, kg"),
                ),
                (
                    "dwell_s",
                    models.PositiveIntegerField(
                        default=1800, verbose_name="loading or unloading time, s"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SwapAssignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("expired", "expired"),
                            ("en_route", "en route"),
                            ("arrived", "arrived"),
                            ("queued", "queued"),
                            ("swapping", "swapping"),
                            ("done", "done"),
                            ("no_show", "no-show"),
                            ("cancelled", "cancelled"),
                            ("diverted", "diverted"),
                            ("failed", "failed"),
                        ],
                        default="offered",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "window",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="arrival window"
                    ),
                ),
                (
                    "occupies",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="lane occupied"
                    ),
                ),
                ("eta", models.DateTimeField(verbose_name="ETA")),
                ("leave_by_at", models.DateTimeField(verbose_name="leave by")),
                ("distance_m", models.PositiveIntegerField(verbose_name="distance, m")),
                ("soc_on_arrival_percent", models.FloatField(verbose_name="charge on arrival, %")),
                ("probability", models.FloatField(default=0.9, verbose_name="probability")),
                ("why", models.JSONField(default=dict, verbose_name="why")),
                (
                    "options",
                    models.JSONField(default=list, verbose_name="chosen and refused stations"),
                ),
                ("check_in_code", models.CharField(max_length=6, verbose_name="check-in code")),
                ("is_pinned", models.BooleanField(default=False, verbose_name="pinned")),
                ("offered_at", models.DateTimeField(verbose_name="offered at")),
                ("offer_expires_at", models.DateTimeField(verbose_name="offer expires at")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered at"),
                ),
                (
                    "arrived_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="arrived at"),
                ),
                (
                    "swapping_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="swap began at"),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "end_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason of the end"),
                ),
            ],
            options={
                "verbose_name": "assignment",
                "verbose_name_plural": "assignments",
                "ordering": ["-offered_at"],
            },
        ),
        migrations.CreateModel(
            name="SwapAssignmentEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("expired", "expired"),
                            ("en_route", "en route"),
                            ("arrived", "arrived"),
                            ("queued", "queued"),
                            ("swapping", "swapping"),
                            ("done", "done"),
                            ("no_show", "no-show"),
                            ("cancelled", "cancelled"),
                            ("diverted", "diverted"),
                            ("failed", "failed"),
                        ],
                        default="offered",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "window",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="arrival window"
                    ),
                ),
                (
                    "occupies",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="lane occupied"
                    ),
                ),
                ("eta", models.DateTimeField(verbose_name="ETA")),
                ("leave_by_at", models.DateTimeField(verbose_name="leave by")),
                ("distance_m", models.PositiveIntegerField(verbose_name="distance, m")),
                ("soc_on_arrival_percent", models.FloatField(verbose_name="charge on arrival, %")),
                ("probability", models.FloatField(default=0.9, verbose_name="probability")),
                ("why", models.JSONField(default=dict, verbose_name="why")),
                (
                    "options",
                    models.JSONField(default=list, verbose_name="chosen and refused stations"),
                ),
                ("check_in_code", models.CharField(max_length=6, verbose_name="check-in code")),
                ("is_pinned", models.BooleanField(default=False, verbose_name="pinned")),
                ("offered_at", models.DateTimeField(verbose_name="offered at")),
                ("offer_expires_at", models.DateTimeField(verbose_name="offer expires at")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered at"),
                ),
                (
                    "arrived_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="arrived at"),
                ),
                (
                    "swapping_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="swap began at"),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "end_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason of the end"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Trip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        help_text="The carrier's own number; a trip posted twice under it is one trip.",
                        max_length=60,
                        verbose_name="order number",
                    ),
                ),
                ("load_kg", models.PositiveIntegerField(default=0, verbose_name="load, kg")),
                ("ready_at", models.DateTimeField(verbose_name="may leave at")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due at")),
                (
                    "dwell_s",
                    models.PositiveIntegerField(
                        default=1800, verbose_name="unloading time at the destination, s"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("underway", "underway"),
                            ("done", "done"),
                            ("cancelled", "cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("left_at", models.DateTimeField(blank=True, null=True, verbose_name="left at")),
                (
                    "arrived_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="arrived at"),
                ),
            ],
            options={
                "verbose_name": "trip",
                "verbose_name_plural": "trips",
                "ordering": ["ready_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="TripEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        help_text="The carrier's own number; a trip posted twice under it is one trip.",
                        max_length=60,
                        verbose_name="order number",
                    ),
                ),
                ("load_kg", models.PositiveIntegerField(default=0, verbose_name="load, kg")),
                ("ready_at", models.DateTimeField(verbose_name="may leave at")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due at")),
                (
                    "dwell_s",
                    models.PositiveIntegerField(
                        default=1800, verbose_name="unloading time at the destination, s"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("underway", "underway"),
                            ("done", "done"),
                            ("cancelled", "cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("left_at", models.DateTimeField(blank=True, null=True, verbose_name="left at")),
                (
                    "arrived_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="arrived at"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
