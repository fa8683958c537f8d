import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Lane",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("swap_s", models.PositiveIntegerField(default=300, verbose_name="swap time, s")),
            ],
            options={
                "verbose_name": "lane",
                "verbose_name_plural": "lanes",
                "ordering": ["station", "number"],
            },
        ),
        migrations.CreateModel(
            name="OpeningHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        validators=[django.core.validators.MaxValueValidator(6)],
                        verbose_name="weekday",
                    ),
                ),
                ("opens_at", models.TimeField(verbose_name="opens at")),
                ("closes_at", models.TimeField(verbose_name="closes at")),
            ],
            options={
                "verbose_name": "opening hours",
                "verbose_name_plural": "opening hours",
                "ordering": ["station", "weekday", "opens_at"],
            },
        ),
        migrations.CreateModel(
            name="Operator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("carrier", "carrier"),
                            ("station_operator", "station operator"),
                            ("pack_bank", "pack bank"),
                            ("supervisor", "supervisor"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "operator",
                "verbose_name_plural": "operators",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="PackTypeEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("code", models.SlugField(db_index=False, verbose_name="code")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "chemistry",
                    models.CharField(default="LFP", max_length=10, verbose_name="chemistry"),
                ),
                ("capacity_wh", models.PositiveIntegerField(verbose_name="capacity, Wh")),
                ("mass_kg", models.PositiveIntegerField(verbose_name="mass, kg")),
                (
                    "max_charge_kw",
                    models.PositiveIntegerField(verbose_name="highest charging power, kW"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("latitude_deg", models.FloatField(verbose_name="latitude, deg")),
                ("longitude_deg", models.FloatField(verbose_name="longitude, deg")),
                ("code", models.SlugField(unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "name_zh",
                    models.CharField(blank=True, max_length=120, verbose_name="Chinese name"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mine", "mine"),
                            ("mill", "steel mill"),
                            ("port", "port"),
                            ("depot", "depot"),
                            ("other", "other"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "radius_m",
                    models.PositiveIntegerField(default=800, verbose_name="geofence radius, m"),
                ),
            ],
            options={
                "verbose_name": "place",
                "verbose_name_plural": "places",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="PlaceEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("latitude_deg", models.FloatField(verbose_name="latitude, deg")),
                ("longitude_deg", models.FloatField(verbose_name="longitude, deg")),
                ("code", models.SlugField(db_index=False, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "name_zh",
                    models.CharField(blank=True, max_length=120, verbose_name="Chinese name"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mine", "mine"),
                            ("mill", "steel mill"),
                            ("port", "port"),
                            ("depot", "depot"),
                            ("other", "other"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "radius_m",
                    models.PositiveIntegerField(default=800, verbose_name="geofence radius, m"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "name_zh",
                    models.CharField(blank=True, max_length=80, verbose_name="Chinese name"),
                ),
            ],
            options={
                "verbose_name": "region",
                "verbose_name_plural": "regions",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="RegionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("code", models.SlugField(db_index=False, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "name_zh",
                    models.CharField(blank=True, max_length=80, verbose_name="Chinese name"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pack_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        default=list,
                        verbose_name="packs confirmed",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
            ],
            options={
                "verbose_name": "shift",
                "verbose_name_plural": "shifts",
                "ordering": ["-started_at"],
            },
        ),
        migrations.CreateModel(
            name="ShiftEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "pack_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        default=list,
                        verbose_name="packs confirmed",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SignInLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_sha256", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("max_power_kw", models.PositiveIntegerField(verbose_name="highest power, kW")),
                ("is_blocked", models.BooleanField(default=False, verbose_name="blocked")),
                (
                    "block_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason"),
                ),
            ],
            options={
                "verbose_name": "slot",
                "verbose_name_plural": "slots",
                "ordering": ["station", "number"],
            },
        ),
        migrations.CreateModel(
            name="SlotEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("max_power_kw", models.PositiveIntegerField(verbose_name="highest power, kW")),
                ("is_blocked", models.BooleanField(default=False, verbose_name="blocked")),
                (
                    "block_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SwapStation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("latitude_deg", models.FloatField(verbose_name="latitude, deg")),
                ("longitude_deg", models.FloatField(verbose_name="longitude, deg")),
                ("code", models.SlugField(unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "name_zh",
                    models.CharField(blank=True, max_length=120, verbose_name="Chinese name"),
                ),
                ("power_limit_kw", models.PositiveIntegerField(verbose_name="power limit, kW")),
                (
                    "contact_phone",
                    models.CharField(blank=True, max_length=20, verbose_name="contact phone"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "swap station",
                "verbose_name_plural": "swap stations",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="SwapStationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("latitude_deg", models.FloatField(verbose_name="latitude, deg")),
                ("longitude_deg", models.FloatField(verbose_name="longitude, deg")),
                ("code", models.SlugField(db_index=False, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "name_zh",
                    models.CharField(blank=True, max_length=120, verbose_name="Chinese name"),
                ),
                ("power_limit_kw", models.PositiveIntegerField(verbose_name="power limit, kW")),
                (
                    "contact_phone",
                    models.CharField(blank=True, max_length=20, verbose_name="contact phone"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Tariff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("source", models.CharField(max_length=200, verbose_name="source document")),
            ],
            options={
                "verbose_name": "tariff",
                "verbose_name_plural": "tariffs",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="TariffEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("code", models.SlugField(db_index=False, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("source", models.CharField(max_length=200, verbose_name="source document")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TariffPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="valid"),
                ),
                ("month", models.PositiveSmallIntegerField(verbose_name="month")),
                (
                    "minutes",
                    django.contrib.postgres.fields.ranges.IntegerRangeField(
                        verbose_name="minutes of the day"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("sharp", "sharp"),
                            ("peak", "peak"),
                            ("flat", "flat"),
                            ("valley", "valley"),
                            ("deep_valley", "deep valley"),
                        ],
                        max_length=12,
                        verbose_name="level",
                    ),
                ),
                (
                    "price_cny_per_kwh",
                    models.DecimalField(
                        decimal_places=4, max_digits=7, verbose_name="price, CNY/kWh"
                    ),
                ),
            ],
            options={
                "verbose_name": "tariff period",
                "verbose_name_plural": "tariff periods",
                "ordering": ["tariff", "month", "minutes"],
            },
        ),
        migrations.CreateModel(
            name="TariffPeriodEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="valid"),
                ),
                ("month", models.PositiveSmallIntegerField(verbose_name="month")),
                (
                    "minutes",
                    django.contrib.postgres.fields.ranges.IntegerRangeField(
                        verbose_name="minutes of the day"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("sharp", "sharp"),
                            ("peak", "peak"),
                            ("flat", "flat"),
                            ("valley", "valley"),
                            ("deep_valley", "deep valley"),
                        ],
                        max_length=12,
                        verbose_name="level",
                    ),
                ),
                (
                    "price_cny_per_kwh",
                    models.DecimalField(
                        decimal_places=4, max_digits=7, verbose_name="price, CNY/kWh"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Truck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vin", models.CharField(max_length=17, unique=True, verbose_name="VIN")),
                ("plate", models.CharField(max_length=12, unique=True, verbose_name="plate")),
                (
                    "reserve_percent",
                    models.PositiveSmallIntegerField(
                        default=15,
                        help_text="Charge that is never planned away.",
                        validators=[django.core.validators.MaxValueValidator(60)],
                        verbose_name="reserve, %",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "truck",
                "verbose_name_plural": "trucks",
                "ordering": ["plate"],
            },
        ),
        migrations.CreateModel(
            name="TruckEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("vin", models.CharField(max_length=17, verbose_name="VIN")),
                ("plate", models.CharField(max_length=12, verbose_name="plate")),
                (
                    "reserve_percent",
                    models.PositiveSmallIntegerField(
                        default=15,
                        help_text="Charge that is never planned away.",
                        validators=[django.core.validators.MaxValueValidator(60)],
                        verbose_name="reserve, %",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TruckModel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("maker", models.CharField(max_length=60, verbose_name="maker")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "pack_positions",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3),
                        ],
                        verbose_name="pack positions",
                    ),
                ),
                (
                    "curb_mass_kg",
                    models.PositiveIntegerField(verbose_name="curb mass with packs, kg"),
                ),
                (
                    "gross_mass_kg",
                    models.PositiveIntegerField(verbose_name="permitted gross mass, kg"),
                ),
                (
                    "drag_coefficient",
                    models.FloatField(default=0.4615, verbose_name="drag coefficient"),
                ),
                (
                    "frontal_area_m2",
                    models.FloatField(default=10.0, verbose_name="frontal area, m²"),
                ),
                (
                    "rolling_resistance",
                    models.FloatField(
                        default=0.00475, verbose_name="rolling resistance coefficient"
                    ),
                ),
                ("height_m", models.FloatField(default=4.0, verbose_name="height, m")),
                ("length_m", models.FloatField(default=17.1, verbose_name="length, m")),
            ],
            options={
                "verbose_name": "truck model",
                "verbose_name_plural": "truck models",
                "ordering": ["maker", "name"],
            },
        ),
        migrations.CreateModel(
            name="TruckModelEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("maker", models.CharField(max_length=60, verbose_name="maker")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "pack_positions",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3),
                        ],
                        verbose_name="pack positions",
                    ),
                ),
                (
                    "curb_mass_kg",
                    models.PositiveIntegerField(verbose_name="curb mass with packs, kg"),
                ),
                (
                    "gross_mass_kg",
                    models.PositiveIntegerField(verbose_name="permitted gross mass, kg"),
                ),
                (
                    "drag_coefficient",
                    models.FloatField(default=0.4615, verbose_name="drag coefficient"),
                ),
                (
                    "frontal_area_m2",
                    models.FloatField(default=10.0, verbose_name="frontal area, m²"),
                ),
                (
                    "rolling_resistance",
                    models.FloatField(
                        default=0.00475, verbose_name="rolling resistance coefficient"
                    ),
                ),
                ("height_m", models.FloatField(default=4.0, verbose_name="height, m")),
                ("length_m", models.FloatField(default=17.1, verbose_name="length, m")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TruckSight",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("assignment_id", models.BigIntegerField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="TruckTenure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "owner"), ("carrier", "carrier")],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                (
                    "during",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="during"),
                ),
            ],
            options={
                "verbose_name": "truck tenure",
                "verbose_name_plural": "truck tenures",
                "ordering": ["truck", "role", "during"],
            },
        ),
        migrations.CreateModel(
            name="TruckTenureEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "owner"), ("carrier", "carrier")],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                (
                    "during",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="during"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="UserEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=150, verbose_name="last name"),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("fleet_manager", "fleet manager"),
                            ("dispatcher", "dispatcher"),
                            ("station_operator", "station operator"),
                            ("driver", "driver"),
                            ("supervisor", "supervisor"),
                            ("auditor", "auditor"),
                        ],
                        default="auditor",
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("zh-hans", "简体中文"), ("en", "English")],
                        default="zh-hans",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=150, verbose_name="last name"),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("fleet_manager", "fleet manager"),
                            ("dispatcher", "dispatcher"),
                            ("station_operator", "station operator"),
                            ("driver", "driver"),
                            ("supervisor", "supervisor"),
                            ("auditor", "auditor"),
                        ],
                        default="auditor",
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("zh-hans", "简体中文"), ("en", "English")],
                        default="zh-hans",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "operator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="users",
                        to="fleet.operator",
                        verbose_name="operator",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "ordering": ["username"],
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Closure",
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
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
                (
                    "lane",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the whole station.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closures",
                        to="fleet.lane",
                        verbose_name="lane",
                    ),
                ),
            ],
            options={
                "verbose_name": "closure",
                "verbose_name_plural": "closures",
                "ordering": ["-during"],
            },
        ),
        migrations.CreateModel(
            name="Driver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                (
                    "licence_number",
                    models.CharField(blank=True, max_length=30, verbose_name="licence number"),
                ),
                (
                    "licence_expires_on",
                    models.DateField(blank=True, null=True, verbose_name="licence expires on"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="driver",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "carrier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drivers",
                        to="fleet.operator",
                        verbose_name="carrier",
                    ),
                ),
            ],
            options={
                "verbose_name": "driver",
                "verbose_name_plural": "drivers",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="The Celery task, by its full name.", max_length=100
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("queue", models.CharField(default="work", max_length=20)),
                ("payload", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Pending"), ("done", "Done"), ("failed", "Failed")],
                        default="pending",
                        max_length=10,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("rung_at", models.DateTimeField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["id"],
                        name="fleet_job_pending",
                    ),
                    models.Index(fields=["finished_at"], name="fleet_job_finished"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "key"), name="fleet_job_is_promised_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending", "done", "failed"])),
                        name="fleet_job_has_a_known_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosureEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "during",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="during"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
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
                        to="fleet.closure",
                    ),
                ),
                (
                    "lane",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: the whole station.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="fleet.lane",
                        verbose_name="lane",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LaneEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("swap_s", models.PositiveIntegerField(default=300, verbose_name="swap time, s")),
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
                        to="fleet.lane",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OpeningHoursEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        validators=[django.core.validators.MaxValueValidator(6)],
                        verbose_name="weekday",
                    ),
                ),
                ("opens_at", models.TimeField(verbose_name="opens at")),
                ("closes_at", models.TimeField(verbose_name="closes at")),
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
                        to="fleet.openinghours",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DriverEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                (
                    "licence_number",
                    models.CharField(blank=True, max_length=30, verbose_name="licence number"),
                ),
                (
                    "licence_expires_on",
                    models.DateField(blank=True, null=True, verbose_name="licence expires on"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
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
                        to="fleet.driver",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "carrier",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="fleet.operator",
                        verbose_name="carrier",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OperatorEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("code", models.SlugField(db_index=False, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("carrier", "carrier"),
                            ("station_operator", "station operator"),
                            ("pack_bank", "pack bank"),
                            ("supervisor", "supervisor"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
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
                        to="fleet.operator",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Pack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(max_length=24, unique=True, verbose_name="code (GB/T 34014)"),
                ),
                (
                    "soh_percent",
                    models.FloatField(
                        default=100,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="state of health, %",
                    ),
                ),
                ("is_quarantined", models.BooleanField(default=False, verbose_name="quarantined")),
                (
                    "whereabouts",
                    models.CharField(
                        choices=[
                            ("slot", "in a slot"),
                            ("truck", "on a truck"),
                            ("transport", "in transport"),
                            ("retired", "retired"),
                        ],
                        default="transport",
                        max_length=10,
                        verbose_name="whereabouts",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="pack position"
                    ),
                ),
                ("moved_at", models.DateTimeField(verbose_name="moved at")),
                (
                    "move_reason",
                    models.CharField(max_length=200, verbose_name="reason of the last move"),
                ),
                (
                    "move_assignment_id",
                    models.BigIntegerField(blank=True, editable=False, null=True),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packs",
                        to="fleet.operator",
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "pack",
                "verbose_name_plural": "packs",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="PackMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("moved_at", models.DateTimeField(verbose_name="moved at")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("assignment_id", models.BigIntegerField(null=True, verbose_name="assignment")),
                (
                    "from_whereabouts",
                    models.CharField(
                        choices=[
                            ("slot", "in a slot"),
                            ("truck", "on a truck"),
                            ("transport", "in transport"),
                            ("retired", "retired"),
                        ],
                        max_length=10,
                        null=True,
                        verbose_name="from",
                    ),
                ),
                ("from_position", models.PositiveSmallIntegerField(null=True)),
                (
                    "to_whereabouts",
                    models.CharField(
                        choices=[
                            ("slot", "in a slot"),
                            ("truck", "on a truck"),
                            ("transport", "in transport"),
                            ("retired", "retired"),
                        ],
                        max_length=10,
                        verbose_name="to",
                    ),
                ),
                ("to_position", models.PositiveSmallIntegerField(null=True)),
                (
                    "pack",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="fleet.pack",
                        verbose_name="pack",
                    ),
                ),
            ],
            options={
                "verbose_name": "pack move",
                "verbose_name_plural": "custody ledger",
                "ordering": ["-moved_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PackType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "chemistry",
                    models.CharField(default="LFP", max_length=10, verbose_name="chemistry"),
                ),
                ("capacity_wh", models.PositiveIntegerField(verbose_name="capacity, Wh")),
                ("mass_kg", models.PositiveIntegerField(verbose_name="mass, kg")),
                (
                    "max_charge_kw",
                    models.PositiveIntegerField(verbose_name="highest charging power, kW"),
                ),
            ],
            options={
                "verbose_name": "pack type",
                "verbose_name_plural": "pack types",
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("capacity_wh__gt", 0), ("max_charge_kw__gt", 0)),
                        name="fleet_pack_type_holds_energy",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PackEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("code", models.CharField(max_length=24, verbose_name="code (GB/T 34014)")),
                (
                    "soh_percent",
                    models.FloatField(
                        default=100,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="state of health, %",
                    ),
                ),
                ("is_quarantined", models.BooleanField(default=False, verbose_name="quarantined")),
                (
                    "whereabouts",
                    models.CharField(
                        choices=[
                            ("slot", "in a slot"),
                            ("truck", "on a truck"),
                            ("transport", "in transport"),
                            ("retired", "retired"),
                        ],
                        default="transport",
                        max_length=10,
                        verbose_name="whereabouts",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="pack position"
                    ),
                ),
                ("moved_at", models.DateTimeField(verbose_name="moved at")),
                (
                    "move_reason",
                    models.CharField(max_length=200, verbose_name="reason of the last move"),
                ),
                (
                    "move_assignment_id",
                    models.BigIntegerField(blank=True, editable=False, null=True),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="fleet.operator",
                        verbose_name="owner",
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
                        to="fleet.pack",
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="fleet.packtype",
                        verbose_name="pack type",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="pack",
            name="type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="packs",
                to="fleet.packtype",
                verbose_name="pack type",
            ),
        ),
        migrations.AddField(
            model_name="lane",
            name="pack_types",
            field=models.ManyToManyField(
                blank=True,
                help_text="Empty: all types.",
                related_name="lanes",
                to="fleet.packtype",
                verbose_name="pack types",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="packtype",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_packtypeevent" ("capacity_wh", "chemistry", "code", "id", "mass_kg", "max_charge_kw", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."capacity_wh", NEW."chemistry", NEW."code", NEW."id", NEW."mass_kg", NEW."max_charge_kw", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="40a11790e5d521b8441badc47f842ad81421dce3",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_59d45",
                    table="fleet_packtype",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="packtype",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_packtypeevent" ("capacity_wh", "chemistry", "code", "id", "mass_kg", "max_charge_kw", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."capacity_wh", NEW."chemistry", NEW."code", NEW."id", NEW."mass_kg", NEW."max_charge_kw", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="9e00cf2ad51af2db49a1936c0703fad683ea90ce",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8ff47",
                    table="fleet_packtype",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="packtypeevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="packtypeevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="fleet.packtype",
            ),
        ),
        migrations.AddField(
            model_name="place",
            name="operator",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: shared by all.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="places",
                to="fleet.operator",
                verbose_name="operator",
            ),
        ),
        migrations.AddField(
            model_name="placeevent",
            name="operator",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="Empty: shared by all.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.operator",
                verbose_name="operator",
            ),
        ),
        migrations.AddField(
            model_name="placeevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="placeevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="fleet.place",
            ),
        ),
        migrations.AddField(
            model_name="placeevent",
            name="region",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.region",
                verbose_name="region",
            ),
        ),
        migrations.AddField(
            model_name="place",
            name="region",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="places",
                to="fleet.region",
                verbose_name="region",
            ),
        ),
        migrations.AddField(
            model_name="operator",
            name="regions",
            field=models.ManyToManyField(
                blank=True,
                help_text="For supervisors: the regions they may look at.",
                related_name="supervisors",
                to="fleet.region",
                verbose_name="supervised regions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="region",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_regionevent" ("code", "id", "name", "name_zh", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."code", NEW."id", NEW."name", NEW."name_zh", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="8fc48b9bf929e2a691b95c696f898937bce7e7d1",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a0db4",
                    table="fleet_region",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="region",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_regionevent" ("code", "id", "name", "name_zh", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."code", NEW."id", NEW."name", NEW."name_zh", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="3e8fc4afe402cc30c85fd2fd0cc7d12a61b10529",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_96c4d",
                    table="fleet_region",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="regionevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="regionevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="fleet.region",
            ),
        ),
        migrations.AddField(
            model_name="shift",
            name="driver",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shifts",
                to="fleet.driver",
                verbose_name="driver",
            ),
        ),
        migrations.AddField(
            model_name="shiftevent",
            name="driver",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.driver",
                verbose_name="driver",
            ),
        ),
        migrations.AddField(
            model_name="shiftevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="shiftevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="fleet.shift",
            ),
        ),
        migrations.AddField(
            model_name="signinlink",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="signinlink",
            name="driver",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sign_in_links",
                to="fleet.driver",
            ),
        ),
        migrations.AddField(
            model_name="packmove",
            name="from_slot",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="fleet.slot",
            ),
        ),
        migrations.AddField(
            model_name="packmove",
            name="to_slot",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="fleet.slot",
            ),
        ),
        migrations.AddField(
            model_name="packevent",
            name="slot",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.slot",
                verbose_name="slot",
            ),
        ),
        migrations.AddField(
            model_name="pack",
            name="slot",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="packs",
                to="fleet.slot",
                verbose_name="slot",
            ),
        ),
        migrations.AddField(
            model_name="slotevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="slotevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="fleet.slot",
            ),
        ),
        migrations.AddField(
            model_name="swapstation",
            name="operator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stations",
                to="fleet.operator",
                verbose_name="station operator",
            ),
        ),
        migrations.AddField(
            model_name="swapstation",
            name="region",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stations",
                to="fleet.region",
                verbose_name="region",
            ),
        ),
        migrations.AddField(
            model_name="slotevent",
            name="station",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.swapstation",
                verbose_name="station",
            ),
        ),
        migrations.AddField(
            model_name="slot",
            name="station",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="slots",
                to="fleet.swapstation",
                verbose_name="station",
            ),
        ),
        migrations.AddField(
            model_name="openinghoursevent",
            name="station",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.swapstation",
            ),
        ),
        migrations.AddField(
            model_name="openinghours",
            name="station",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="opening_hours",
                to="fleet.swapstation",
            ),
        ),
        migrations.AddField(
            model_name="laneevent",
            name="station",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.swapstation",
                verbose_name="station",
            ),
        ),
        migrations.AddField(
            model_name="lane",
            name="station",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lanes",
                to="fleet.swapstation",
                verbose_name="station",
            ),
        ),
        migrations.AddField(
            model_name="closureevent",
            name="station",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.swapstation",
                verbose_name="station",
            ),
        ),
        migrations.AddField(
            model_name="closure",
            name="station",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="closures",
                to="fleet.swapstation",
                verbose_name="station",
            ),
        ),
        migrations.AddField(
            model_name="swapstationevent",
            name="operator",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.operator",
                verbose_name="station operator",
            ),
        ),
        migrations.AddField(
            model_name="swapstationevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="swapstationevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="fleet.swapstation",
            ),
        ),
        migrations.AddField(
            model_name="swapstationevent",
            name="region",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.region",
                verbose_name="region",
            ),
        ),
        migrations.AddField(
            model_name="swapstationevent",
            name="tariff",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.tariff",
                verbose_name="tariff",
            ),
        ),
        migrations.AddField(
            model_name="swapstation",
            name="tariff",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stations",
                to="fleet.tariff",
                verbose_name="tariff",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tariff",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_tariffevent" ("code", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") VALUES (NEW."code", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."source"); RETURN NULL;',
                    hash="c4700fba9caa196baccfac0e28df519a8f720044",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_62a78",
                    table="fleet_tariff",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tariff",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_tariffevent" ("code", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") VALUES (NEW."code", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."source"); RETURN NULL;',
                    hash="cb7e966a2b20f1e9f4c1d79713d3703c3fd8c56f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_be13b",
                    table="fleet_tariff",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="tariffevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="tariffevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="fleet.tariff",
            ),
        ),
        migrations.AddField(
            model_name="tariffperiod",
            name="tariff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="periods",
                to="fleet.tariff",
                verbose_name="tariff",
            ),
        ),
        migrations.AddField(
            model_name="tariffperiodevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="tariffperiodevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="fleet.tariffperiod",
            ),
        ),
        migrations.AddField(
            model_name="tariffperiodevent",
            name="tariff",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.tariff",
                verbose_name="tariff",
            ),
        ),
        migrations.AddField(
            model_name="truck",
            name="region",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="trucks",
                to="fleet.region",
                verbose_name="region",
            ),
        ),
        migrations.AddField(
            model_name="shiftevent",
            name="truck",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.truck",
                verbose_name="truck",
            ),
        ),
        migrations.AddField(
            model_name="shift",
            name="truck",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shifts",
                to="fleet.truck",
                verbose_name="truck",
            ),
        ),
        migrations.AddField(
            model_name="packmove",
            name="from_truck",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="fleet.truck",
            ),
        ),
        migrations.AddField(
            model_name="packmove",
            name="to_truck",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="fleet.truck",
            ),
        ),
        migrations.AddField(
            model_name="packevent",
            name="truck",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="pack",
            name="truck",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="packs",
                to="fleet.truck",
                verbose_name="truck",
            ),
        ),
        migrations.AddField(
            model_name="truckevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="truckevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="fleet.truck",
            ),
        ),
        migrations.AddField(
            model_name="truckevent",
            name="region",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.region",
                verbose_name="region",
            ),
        ),
        migrations.AddField(
            model_name="truckmodel",
            name="pack_type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="truck_models",
                to="fleet.packtype",
                verbose_name="pack type",
            ),
        ),
        migrations.AddField(
            model_name="truckevent",
            name="model",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.truckmodel",
                verbose_name="model",
            ),
        ),
        migrations.AddField(
            model_name="truck",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="trucks",
                to="fleet.truckmodel",
                verbose_name="model",
            ),
        ),
        migrations.AddField(
            model_name="truckmodelevent",
            name="pack_type",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.packtype",
                verbose_name="pack type",
            ),
        ),
        migrations.AddField(
            model_name="truckmodelevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="truckmodelevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="fleet.truckmodel",
            ),
        ),
        migrations.AddField(
            model_name="trucksight",
            name="operator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="truck_sights",
                to="fleet.operator",
            ),
        ),
        migrations.AddField(
            model_name="trucksight",
            name="truck",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sights", to="fleet.truck"
            ),
        ),
        migrations.AddField(
            model_name="trucktenure",
            name="operator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="truck_tenures",
                to="fleet.operator",
                verbose_name="operator",
            ),
        ),
        migrations.AddField(
            model_name="trucktenure",
            name="truck",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tenures",
                to="fleet.truck",
                verbose_name="truck",
            ),
        ),
        migrations.AddField(
            model_name="trucktenureevent",
            name="operator",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.operator",
                verbose_name="operator",
            ),
        ),
        migrations.AddField(
            model_name="trucktenureevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="trucktenureevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="fleet.trucktenure",
            ),
        ),
        migrations.AddField(
            model_name="trucktenureevent",
            name="truck",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="fleet.truck",
                verbose_name="truck",
            ),
        ),
        migrations.AddField(
            model_name="userevent",
            name="operator",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="userevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="userevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="driverevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="16efc5f56769b8aafa370ae91f4467ad233f056c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_2b89a",
                    table="fleet_driverevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="driver",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_driverevent" ("carrier_id", "id", "is_active", "licence_expires_on", "licence_number", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "user_id") VALUES (NEW."carrier_id", NEW."id", NEW."is_active", NEW."licence_expires_on", NEW."licence_number", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."user_id"); RETURN NULL;',
                    hash="38033f67b914222465be9aa1d9610ef890a570d9",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_36868",
                    table="fleet_driver",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="driver",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_driverevent" ("carrier_id", "id", "is_active", "licence_expires_on", "licence_number", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "user_id") VALUES (NEW."carrier_id", NEW."id", NEW."is_active", NEW."licence_expires_on", NEW."licence_number", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."user_id"); RETURN NULL;',
                    hash="3f12c0bc018c278e32ff3c4b0dbb3e91d350a9ca",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5fcc7",
                    table="fleet_driver",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_superuser", True), ("operator__isnull", False), _connector="OR"
                ),
                name="fleet_user_belongs_to_an_operator",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "fleet_manager",
                            "dispatcher",
                            "station_operator",
                            "driver",
                            "supervisor",
                            "auditor",
                        ],
                    )
                ),
                name="fleet_user_has_a_known_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "driver"), _negated=True),
                    ("is_staff", False),
                    ("is_staff", models.F("is_superuser")),
                    _connector="OR",
                ),
                name="fleet_driver_is_no_staff",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_userevent" ("date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "language", "last_name", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "username") VALUES (NEW."date_joined", NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."language", NEW."last_name", NEW."operator_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."username"); RETURN NULL;',
                    hash="55252bcc79b0053c732af9edd31a32bf20e53fa0",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_2a914",
                    table="fleet_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."date_joined" IS DISTINCT FROM (NEW."date_joined") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."operator_id" IS DISTINCT FROM (NEW."operator_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."username" IS DISTINCT FROM (NEW."username"))',
                    func='INSERT INTO "fleet_userevent" ("date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "language", "last_name", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "username") VALUES (NEW."date_joined", NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."language", NEW."last_name", NEW."operator_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."username"); RETURN NULL;',
                    hash="cdb4b659e971af9083b404ef691fe79f0d5851af",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b4e80",
                    table="fleet_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="operatorevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b0353fbc25034d9b039494a580361c782a6c6d65",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_eff9d",
                    table="fleet_operatorevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="packtypeevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a335c98c9d0fdef7425e093021a588ac33e4f128",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_7a0f5",
                    table="fleet_packtypeevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="placeevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d71a94b116b4aa0c7039afcd1a540f0d39d1df48",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_fa5fe",
                    table="fleet_placeevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("latitude_deg__range", (-90, 90)), ("longitude_deg__range", (-180, 180))
                ),
                name="fleet_place_is_on_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["mine", "mill", "port", "depot", "other"])),
                name="fleet_place_has_a_known_kind",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="place",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_placeevent" ("code", "id", "kind", "latitude_deg", "longitude_deg", "name", "name_zh", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "radius_m", "region_id") VALUES (NEW."code", NEW."id", NEW."kind", NEW."latitude_deg", NEW."longitude_deg", NEW."name", NEW."name_zh", NEW."operator_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."radius_m", NEW."region_id"); RETURN NULL;',
                    hash="43387c945ed36d6e64e3cafdf09c7167be4d70fa",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c42e2",
                    table="fleet_place",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="place",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_placeevent" ("code", "id", "kind", "latitude_deg", "longitude_deg", "name", "name_zh", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "radius_m", "region_id") VALUES (NEW."code", NEW."id", NEW."kind", NEW."latitude_deg", NEW."longitude_deg", NEW."name", NEW."name_zh", NEW."operator_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."radius_m", NEW."region_id"); RETURN NULL;',
                    hash="b6761c054b31d31db2b5ca1be7e648247a37a2fe",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_35773",
                    table="fleet_place",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="operator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["carrier", "station_operator", "pack_bank", "supervisor"])
                ),
                name="fleet_operator_has_a_known_kind",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="operator",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_operatorevent" ("code", "id", "is_active", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."code", NEW."id", NEW."is_active", NEW."kind", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="c8b75e797ae0d75617101bb52e2542d846db33da",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0b70e",
                    table="fleet_operator",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="operator",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_operatorevent" ("code", "id", "is_active", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."code", NEW."id", NEW."is_active", NEW."kind", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="517e5518c539ca43a3218bed608fd53bf0d247b9",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_77147",
                    table="fleet_operator",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regionevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="cbfb944cc0c66c084673b64f6f46fdd3b225b559",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_cd43c",
                    table="fleet_regionevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="slotevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="46c163e5e8137a0521693c04dd0d813910fffb1f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5ce36",
                    table="fleet_slotevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.UniqueConstraint(
                fields=("station", "number"), name="fleet_slot_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_blocked", False),
                    models.Q(("block_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="fleet_slot_is_blocked_for_a_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="slot",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_slotevent" ("block_reason", "id", "is_blocked", "max_power_kw", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "station_id") VALUES (NEW."block_reason", NEW."id", NEW."is_blocked", NEW."max_power_kw", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."station_id"); RETURN NULL;',
                    hash="0e80c197bbcee9579f6147b8cb18857b3fe9681c",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_55817",
                    table="fleet_slot",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="slot",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_slotevent" ("block_reason", "id", "is_blocked", "max_power_kw", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "station_id") VALUES (NEW."block_reason", NEW."id", NEW."is_blocked", NEW."max_power_kw", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."station_id"); RETURN NULL;',
                    hash="4ada8501dba6ed4cbe1def47f265c2d10d0b12f6",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_65df1",
                    table="fleet_slot",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="openinghoursevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="189af7ae18fb388ef5fe20e56783cb3cd25cbc03",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_ed0c1",
                    table="fleet_openinghoursevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="openinghours",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                name="fleet_station_closes_after_opening",
            ),
        ),
        migrations.AddConstraint(
            model_name="openinghours",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__lte", 6)), name="fleet_opening_hours_on_a_weekday"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="openinghours",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_openinghoursevent" ("closes_at", "id", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "station_id", "weekday") VALUES (NEW."closes_at", NEW."id", NEW."opens_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."station_id", NEW."weekday"); RETURN NULL;',
                    hash="37ff9896e3665b155cf41765c178921bc54b17fb",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_49a15",
                    table="fleet_openinghours",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="openinghours",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_openinghoursevent" ("closes_at", "id", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "station_id", "weekday") VALUES (NEW."closes_at", NEW."id", NEW."opens_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."station_id", NEW."weekday"); RETURN NULL;',
                    hash="16cb6de4034421fd393e2dfa9d27db136a9f5931",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7d07e",
                    table="fleet_openinghours",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="laneevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="60756a1416a22fe50f91ee5b6587803b98f072e7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_9e21d",
                    table="fleet_laneevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="lane",
            constraint=models.UniqueConstraint(
                fields=("station", "number"), name="fleet_lane_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="lane",
            constraint=models.CheckConstraint(
                condition=models.Q(("swap_s__range", (60, 3600))),
                name="fleet_lane_swaps_in_minutes",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lane",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_laneevent" ("id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "station_id", "swap_s") VALUES (NEW."id", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."station_id", NEW."swap_s"); RETURN NULL;',
                    hash="c18ba5402ca25f9d8d6df408cf57c0f6ce55c072",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_076fe",
                    table="fleet_lane",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lane",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_laneevent" ("id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "station_id", "swap_s") VALUES (NEW."id", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."station_id", NEW."swap_s"); RETURN NULL;',
                    hash="3324e4b04f425ae681145697833a78dd3541794f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_45adb",
                    table="fleet_lane",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="closureevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="67c5bf7b9264ca4c95a23ec0c4f1695ccb63501d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_4dd36",
                    table="fleet_closureevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="closure",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="fleet_closure_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="closure",
            constraint=models.CheckConstraint(
                condition=models.Q(("during__isempty", False)), name="fleet_closure_lasts"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="closure",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_closureevent" ("closed_by_id", "during", "id", "lane_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "station_id") VALUES (NEW."closed_by_id", NEW."during", NEW."id", NEW."lane_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."station_id"); RETURN NULL;',
                    hash="7a31a177bf1bf9c1d312cd1543c3614c4f925fab",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4f907",
                    table="fleet_closure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="closure",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_closureevent" ("closed_by_id", "during", "id", "lane_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "station_id") VALUES (NEW."closed_by_id", NEW."during", NEW."id", NEW."lane_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."station_id"); RETURN NULL;',
                    hash="9b394e79ecc7b59d2a0121555a7fbbcbfb58a515",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_df8c1",
                    table="fleet_closure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="swapstationevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2402ee33313b1ed2171ae27677373258ba6e53c7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_cf6d6",
                    table="fleet_swapstationevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="swapstation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("latitude_deg__range", (-90, 90)), ("longitude_deg__range", (-180, 180))
                ),
                name="fleet_station_is_on_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="swapstation",
            constraint=models.CheckConstraint(
                condition=models.Q(("power_limit_kw__gt", 0)), name="fleet_station_has_power"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="swapstation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_swapstationevent" ("code", "contact_phone", "id", "is_active", "latitude_deg", "longitude_deg", "name", "name_zh", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "power_limit_kw", "region_id", "tariff_id") VALUES (NEW."code", NEW."contact_phone", NEW."id", NEW."is_active", NEW."latitude_deg", NEW."longitude_deg", NEW."name", NEW."name_zh", NEW."operator_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."power_limit_kw", NEW."region_id", NEW."tariff_id"); RETURN NULL;',
                    hash="c9f3ac76cad1bb37ff2f629cce2b136c2e519b69",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0cc22",
                    table="fleet_swapstation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="swapstation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_swapstationevent" ("code", "contact_phone", "id", "is_active", "latitude_deg", "longitude_deg", "name", "name_zh", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "power_limit_kw", "region_id", "tariff_id") VALUES (NEW."code", NEW."contact_phone", NEW."id", NEW."is_active", NEW."latitude_deg", NEW."longitude_deg", NEW."name", NEW."name_zh", NEW."operator_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."power_limit_kw", NEW."region_id", NEW."tariff_id"); RETURN NULL;',
                    hash="efc0c9772e7ed251017ae7ff58ea7811b61dd159",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e1cc3",
                    table="fleet_swapstation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tariffevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2fe14fe0c0d66c6647bdf32281776d88ddb249e0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_9b2ac",
                    table="fleet_tariffevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffperiod",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("tariff", "="), ("month", "="), ("valid", "&&"), ("minutes", "&&")],
                name="fleet_tariff_has_one_price_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__contained_by", (0, 1440)), ("month__range", (1, 12))),
                name="fleet_tariff_period_is_within_a_day",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tariffperiod",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_tariffperiodevent" ("id", "level", "minutes", "month", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_cny_per_kwh", "tariff_id", "valid") VALUES (NEW."id", NEW."level", NEW."minutes", NEW."month", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."price_cny_per_kwh", NEW."tariff_id", NEW."valid"); RETURN NULL;',
                    hash="8db950581f84f5becd8dd916446c9ed3b33732ab",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_44679",
                    table="fleet_tariffperiod",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tariffperiod",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_tariffperiodevent" ("id", "level", "minutes", "month", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_cny_per_kwh", "tariff_id", "valid") VALUES (NEW."id", NEW."level", NEW."minutes", NEW."month", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."price_cny_per_kwh", NEW."tariff_id", NEW."valid"); RETURN NULL;',
                    hash="a9efa3bc8a89f24aca578c41bfbeaa1eb2f0d252",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_68543",
                    table="fleet_tariffperiod",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tariffperiodevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2aabd51c9556a654d30852f2bab794355e8f5e8f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_36717",
                    table="fleet_tariffperiodevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shiftevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="cb03c7753ead128b6692ef10b8138177e44516ef",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_324cf",
                    table="fleet_shiftevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("driver",),
                name="fleet_driver_is_on_one_shift",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("truck",),
                name="fleet_truck_is_on_one_shift",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True),
                    ("ended_at__gte", models.F("started_at")),
                    _connector="OR",
                ),
                name="fleet_shift_ends_after_it_starts",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shift",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_shiftevent" ("driver_id", "ended_at", "id", "pack_codes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "truck_id") VALUES (NEW."driver_id", NEW."ended_at", NEW."id", NEW."pack_codes", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."started_at", NEW."truck_id"); RETURN NULL;',
                    hash="1431bb902b8f0d8f3c74371826ffd5e7f6f155b7",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a71c4",
                    table="fleet_shift",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shift",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_shiftevent" ("driver_id", "ended_at", "id", "pack_codes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "truck_id") VALUES (NEW."driver_id", NEW."ended_at", NEW."id", NEW."pack_codes", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."started_at", NEW."truck_id"); RETURN NULL;',
                    hash="d5a65ad2c16384e25e1d16e7b546f237ab56fe8d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7c381",
                    table="fleet_shift",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="packmove",
            index=models.Index(fields=["pack", "-moved_at"], name="fleet_packmove_of_pack"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="packmove",
            trigger=pgtrigger.compiler.Trigger(
                name="ledger_is_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4e4a3de042c4355d01aa29220c7f4871274d2422",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_ledger_is_append_only_371bf",
                    table="fleet_packmove",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="packevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d54486db547f762bbdc467c19474c62b965b7890",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8436e",
                    table="fleet_packevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="pack",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("position__isnull", True),
                        ("slot__isnull", False),
                        ("truck__isnull", True),
                        ("whereabouts", "slot"),
                    ),
                    models.Q(
                        ("position__gte", 1),
                        ("slot__isnull", True),
                        ("truck__isnull", False),
                        ("whereabouts", "truck"),
                    ),
                    models.Q(
                        ("position__isnull", True),
                        ("slot__isnull", True),
                        ("truck__isnull", True),
                        ("whereabouts__in", ["transport", "retired"]),
                    ),
                    _connector="OR",
                ),
                name="fleet_pack_is_in_exactly_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="pack",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("slot",),
                name="fleet_slot_holds_one_pack",
            ),
        ),
        migrations.AddConstraint(
            model_name="pack",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("truck", "position"),
                name="fleet_pack_position_holds_one_pack",
            ),
        ),
        migrations.AddConstraint(
            model_name="pack",
            constraint=models.CheckConstraint(
                condition=models.Q(("soh_percent__range", (0, 100))),
                name="fleet_pack_soh_is_a_percentage",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pack",
            trigger=pgtrigger.compiler.Trigger(
                name="fits_its_truck",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF NEW.truck_id IS NULL THEN RETURN NEW; END IF;\n    PERFORM 1 FROM fleet_truck t JOIN fleet_truckmodel m ON m.id = t.model_id\n     WHERE t.id = NEW.truck_id AND m.pack_type_id = NEW.type_id\n       AND NEW.position <= m.pack_positions;\n    IF NOT FOUND THEN\n        RAISE EXCEPTION 'pack % does not fit truck % at position %',\n            NEW.code, NEW.truck_id, NEW.position\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'fleet_pack_fits_its_truck';\n    END IF;\n    RETURN NEW;\n",
                    hash="fc021cfaf7e1fe21bd42497072882862a3b82d9c",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_fits_its_truck_cedb0",
                    table="fleet_pack",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pack",
            trigger=pgtrigger.compiler.Trigger(
                name="move_is_a_ledger_row",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF TG_OP = 'UPDATE' AND NEW.whereabouts = OLD.whereabouts\n       AND NEW.slot_id IS NOT DISTINCT FROM OLD.slot_id\n       AND NEW.truck_id IS NOT DISTINCT FROM OLD.truck_id\n       AND NEW.position IS NOT DISTINCT FROM OLD.position\n    THEN RETURN NEW; END IF;\n    INSERT INTO fleet_packmove (pack_id, moved_at, reason, assignment_id,\n        from_whereabouts, from_slot_id, from_truck_id, from_position,\n        to_whereabouts, to_slot_id, to_truck_id, to_position)\n    VALUES (NEW.id, NEW.moved_at, NEW.move_reason, NEW.move_assignment_id,\n        CASE WHEN TG_OP = 'UPDATE' THEN OLD.whereabouts END,\n        CASE WHEN TG_OP = 'UPDATE' THEN OLD.slot_id END,\n        CASE WHEN TG_OP = 'UPDATE' THEN OLD.truck_id END,\n        CASE WHEN TG_OP = 'UPDATE' THEN OLD.position END,\n        NEW.whereabouts, NEW.slot_id, NEW.truck_id, NEW.position);\n    RETURN NEW;\n",
                    hash="e9e77fba56c65ab77aa3f306e85a81d96674214a",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_move_is_a_ledger_row_f08d2",
                    table="fleet_pack",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pack",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_packevent" ("code", "id", "is_quarantined", "move_assignment_id", "move_reason", "moved_at", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "slot_id", "soh_percent", "truck_id", "type_id", "whereabouts") VALUES (NEW."code", NEW."id", NEW."is_quarantined", NEW."move_assignment_id", NEW."move_reason", NEW."moved_at", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."slot_id", NEW."soh_percent", NEW."truck_id", NEW."type_id", NEW."whereabouts"); RETURN NULL;',
                    hash="37c8d8e47b3e3539ae39630562323167f21a230f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f54d5",
                    table="fleet_pack",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pack",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_packevent" ("code", "id", "is_quarantined", "move_assignment_id", "move_reason", "moved_at", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "slot_id", "soh_percent", "truck_id", "type_id", "whereabouts") VALUES (NEW."code", NEW."id", NEW."is_quarantined", NEW."move_assignment_id", NEW."move_reason", NEW."moved_at", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."slot_id", NEW."soh_percent", NEW."truck_id", NEW."type_id", NEW."whereabouts"); RETURN NULL;',
                    hash="2b5e3cafd54298b2599c28399e17120d11ecee6f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0bbde",
                    table="fleet_pack",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="truckmodel",
            constraint=models.UniqueConstraint(
                fields=("maker", "name"), name="fleet_truck_model_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="truckmodel",
            constraint=models.CheckConstraint(
                condition=models.Q(("pack_positions__range", (1, 3))),
                name="fleet_truck_model_has_one_to_three_pack_positions",
            ),
        ),
        migrations.AddConstraint(
            model_name="truckmodel",
            constraint=models.CheckConstraint(
                condition=models.Q(("gross_mass_kg__gt", models.F("curb_mass_kg"))),
                name="fleet_truck_model_can_carry_a_load",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="truckmodel",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_truckmodelevent" ("curb_mass_kg", "drag_coefficient", "frontal_area_m2", "gross_mass_kg", "height_m", "id", "length_m", "maker", "name", "pack_positions", "pack_type_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rolling_resistance") VALUES (NEW."curb_mass_kg", NEW."drag_coefficient", NEW."frontal_area_m2", NEW."gross_mass_kg", NEW."height_m", NEW."id", NEW."length_m", NEW."maker", NEW."name", NEW."pack_positions", NEW."pack_type_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rolling_resistance"); RETURN NULL;',
                    hash="cb2b40ed33e7dc3105c1a9f360b0d91fa66d95c1",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d09e8",
                    table="fleet_truckmodel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="truckmodel",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_truckmodelevent" ("curb_mass_kg", "drag_coefficient", "frontal_area_m2", "gross_mass_kg", "height_m", "id", "length_m", "maker", "name", "pack_positions", "pack_type_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rolling_resistance") VALUES (NEW."curb_mass_kg", NEW."drag_coefficient", NEW."frontal_area_m2", NEW."gross_mass_kg", NEW."height_m", NEW."id", NEW."length_m", NEW."maker", NEW."name", NEW."pack_positions", NEW."pack_type_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rolling_resistance"); RETURN NULL;',
                    hash="91b91135979285ff2a775d19d35b39c0d4713324",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_03ca6",
                    table="fleet_truckmodel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="truckevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6d90dadfe1c89664bf0a4084b6b03c73970688b1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c48f5",
                    table="fleet_truckevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="truck",
            constraint=models.CheckConstraint(
                condition=models.Q(("vin__regex", "^[A-HJ-NPR-Z0-9]{17}$")),
                name="fleet_truck_vin_is_well_formed",
            ),
        ),
        migrations.AddConstraint(
            model_name="truck",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserve_percent__lte", 60)),
                name="fleet_truck_reserve_leaves_energy",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="truck",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_truckevent" ("id", "is_active", "model_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plate", "region_id", "reserve_percent", "vin") VALUES (NEW."id", NEW."is_active", NEW."model_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plate", NEW."region_id", NEW."reserve_percent", NEW."vin"); RETURN NULL;',
                    hash="ce0b8b5aeb487e082c6f12adaa06e7a98f3c74a9",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_41787",
                    table="fleet_truck",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="truck",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_truckevent" ("id", "is_active", "model_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plate", "region_id", "reserve_percent", "vin") VALUES (NEW."id", NEW."is_active", NEW."model_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plate", NEW."region_id", NEW."reserve_percent", NEW."vin"); RETURN NULL;',
                    hash="e468494da18f6973cbf59ea1b6c50637f7d35d25",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e40fc",
                    table="fleet_truck",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="truckmodelevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4e84890954bb933fe336921ad063a6a69a47b09f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_bb573",
                    table="fleet_truckmodelevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="trucktenure",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("truck", "="), ("role", "="), ("during", "&&")],
                name="fleet_truck_has_one_owner_and_one_carrier_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="trucktenure",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["owner", "carrier"])),
                name="fleet_tenure_has_a_known_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="trucktenure",
            constraint=models.CheckConstraint(
                condition=models.Q(("during__isempty", False)), name="fleet_tenure_lasts"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="trucktenure",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "fleet_trucktenureevent" ("during", "id", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "truck_id") VALUES (NEW."during", NEW."id", NEW."operator_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."truck_id"); RETURN NULL;',
                    hash="b6a8520c315b78b0a7846aa7119778fcc479a819",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_cd475",
                    table="fleet_trucktenure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="trucktenure",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "fleet_trucktenureevent" ("during", "id", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "truck_id") VALUES (NEW."during", NEW."id", NEW."operator_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."truck_id"); RETURN NULL;',
                    hash="4cd64223a07752471c549a6f7d0cec30c6f7f144",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_45327",
                    table="fleet_trucktenure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="trucktenureevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d5738212032507d5c6a3559ff48c91eafbe265f3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_18782",
                    table="fleet_trucktenureevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7b47d19fd56926d2e120fcb0b5e63660c1dc29b9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_19622",
                    table="fleet_userevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
