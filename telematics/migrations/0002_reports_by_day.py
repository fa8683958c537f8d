from django.db import migrations

REPORTS = """
CREATE TABLE telematics_truckreport (
    recorded_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    truck_id bigint NOT NULL,
    seq bigint NOT NULL,
    latitude_deg double precision NOT NULL,
    longitude_deg double precision NOT NULL,
    odometer_km double precision,
    speed_kmh real NOT NULL,
    heading_deg real,
    altitude_m real,
    soc_percent real NOT NULL,
    pack_temperature_c real,
    ambient_temperature_c real,
    gross_mass_kg real,
    alarm_level smallint NOT NULL DEFAULT 0,
    marks smallint NOT NULL DEFAULT 0,
    source_datum varchar(10) NOT NULL,
    boot_id varchar(36) NOT NULL DEFAULT '',
    pack_codes varchar(24)[],
    PRIMARY KEY (truck_id, recorded_at, seq)
) PARTITION BY RANGE (recorded_at);
-- One day's partitions are made ahead; a row here means that was not done (an alarm watches it).
CREATE TABLE telematics_truckreport_default PARTITION OF telematics_truckreport DEFAULT;
CREATE INDEX telematics_truckreport_recorded ON telematics_truckreport USING brin (recorded_at);
"""


class Migration(migrations.Migration):
    """The history of truck reports, one partition a day."""

    dependencies = [("telematics", "0001_initial")]
    operations = [
        migrations.RunSQL(REPORTS, "DROP TABLE telematics_truckreport"),
    ]
