"""The keys of made-up trucks, and the baseline's units that have them."""

import hashlib

import psycopg


def make_keys(count: int) -> list[str]:
    """Return a key for each truck; they only open a private server on loopback."""
    return [f"yz_obu_{hashlib.sha256(b'%d' % i).hexdigest()[:43]}" for i in range(count)]


def make_units(database_url: str, keys: list[str]) -> None:
    """Make the baseline's units with these keys."""
    with (
        psycopg.connect(database_url) as connection,
        connection.cursor() as cursor,
        cursor.copy("COPY baseline_unit (key_sha256) FROM STDIN") as copy,
    ):
        for key in keys:
            copy.write_row((hashlib.sha256(key.encode()).digest(),))
