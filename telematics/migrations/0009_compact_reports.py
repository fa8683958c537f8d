import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import telematics.models.columns

# The widest columns first: no byte is lost to alignment.
MAKE = """
ALTER TABLE telematics_truckreport RENAME TO telematics_widereport;
CREATE TABLE telematics_truckreport (
    recorded_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    seq bigint NOT NULL,
    truck_id integer NOT NULL,
    boot_no integer NOT NULL,
    pack_set_id integer,
    latitude_e7 integer NOT NULL,
    longitude_e7 integer NOT NULL,
    odometer_10m integer,
    speed_tenths smallint NOT NULL,
    heading_tenths smallint,
    altitude_m smallint,
    soc_hundredths smallint NOT NULL,
    pack_temperature_tenths smallint,
    ambient_temperature_tenths smallint,
    gross_mass_10kg smallint,
    cell_spread_mv smallint,
    insulation_kohm smallint,
    alarm_level smallint NOT NULL DEFAULT 0,
    marks smallint NOT NULL DEFAULT 0,
    source smallint NOT NULL DEFAULT 0
) PARTITION BY RANGE (recorded_at);
-- What is there moves over, day by day as it lay.
DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
                 FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'telematics_widereport'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %I RENAME TO %I', old.name, 'wide_' || old.name);
        EXECUTE format('CREATE TABLE %I PARTITION OF telematics_truckreport %s', old.name,
                       old.bound);
    END LOOP;
END $$;
INSERT INTO telematics_packset (codes)
    SELECT DISTINCT pack_codes FROM telematics_widereport WHERE pack_codes IS NOT NULL;
INSERT INTO telematics_boot (truck_id, boot_id, seqs, first_recorded_at, last_recorded_at,
                             last_received_at)
    SELECT truck_id, boot_id, range_agg(int8range(s, s, '[]')), min(recorded_at),
           max(recorded_at), max(received_at)
      FROM telematics_widereport, least(seq, 9223372036854775806) s GROUP BY truck_id, boot_id;

INSERT INTO telematics_truckreport (
    recorded_at, received_at, seq, truck_id, boot_no, pack_set_id, latitude_e7, longitude_e7,
    odometer_10m, speed_tenths, heading_tenths, altitude_m, soc_hundredths,
    pack_temperature_tenths, ambient_temperature_tenths, gross_mass_10kg, alarm_level, marks,
    source)
    SELECT recorded_at, received_at, seq, r.truck_id, b.id, p.id, round(latitude_deg * 1e7),
           round(longitude_deg * 1e7), round(odometer_km * 100), round(speed_kmh * 10),
           round(heading_deg * 10), round(altitude_m), round(soc_percent * 100),
           round(pack_temperature_c * 10), round(ambient_temperature_c * 10),
           round(gross_mass_kg / 10), alarm_level, marks, (source_datum = 'gcj02')::int
      FROM telematics_widereport r JOIN telematics_boot b USING (truck_id, boot_id)
           LEFT JOIN telematics_packset p ON p.codes = r.pack_codes;
DROP TABLE telematics_widereport;
ALTER TABLE telematics_truckreport ADD PRIMARY KEY (truck_id, recorded_at, seq);
CREATE INDEX telematics_truckreport_recorded ON telematics_truckreport USING brin (recorded_at);
-- Rows that change with every report stay on their page.
ALTER TABLE telematics_truckstate SET (fillfactor = 50);
ALTER TABLE telematics_boot SET (fillfactor = 50);
"""


class Migration(migrations.Migration):
    """Reports in whole steps of two and four bytes; boots, lists of packs, breaches, dirty days."""

    dependencies = [("telematics", "0008_key_changes")]
    operations = [
        migrations.CreateModel(
            name="PackSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        unique=True,
                        verbose_name="packs",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="truckstate",
            name="breaches",
            field=models.BigIntegerField(default=0, verbose_name="breached rules"),
        ),
        migrations.AddField(
            model_name="truckstate",
            name="cell_spread_mv",
            field=models.FloatField(null=True, verbose_name="spread of cell voltages, mV"),
        ),
        migrations.AddField(
            model_name="truckstate",
            name="insulation_kohm",
            field=models.FloatField(null=True, verbose_name="insulation, kΩ"),
        ),
        migrations.CreateModel(
            name="Breach",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "truck_id",
                        "bit",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("bit", models.PositiveSmallIntegerField()),
                ("since", models.DateTimeField()),
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
            name="DirtyDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "truck_id",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
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
            name="Boot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("boot_id", models.CharField(blank=True, max_length=36, verbose_name="boot")),
                (
                    "seqs",
                    telematics.models.columns.MultirangeField(verbose_name="numbers received"),
                ),
                ("first_recorded_at", models.DateTimeField(verbose_name="first recorded at")),
                ("last_recorded_at", models.DateTimeField(verbose_name="last recorded at")),
                ("last_received_at", models.DateTimeField(verbose_name="last received at")),
                (
                    "truck",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="fleet.truck",
                        verbose_name="truck",
                    ),
                ),
            ],
            options={
                "verbose_name": "boot of a unit",
                "verbose_name_plural": "boots of units",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("truck", "boot_id"), name="telematics_boot_is_known_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(MAKE),
    ]
