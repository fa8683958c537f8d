"""What PostgreSQL knows of keys, as the keyring reads it on a connection of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection as django_connection

CONNECT_TIMEOUT_S = 2
STATEMENT_TIMEOUT_MS = 2_000

type Session = psycopg.Connection[tuple[Any, ...]]

LIVE = """
SELECT k.key_sha256, k.id, d.id, d.truck_id, d.datum, d.kind, d.serial, d.requires_signature,
       EXISTS (SELECT FROM telematics_devicequarantine q
                WHERE q.device_id = d.id AND q.lifted_at IS NULL)
  FROM telematics_devicekey k JOIN telematics_device d ON d.id = k.device_id
 WHERE k.revoked_at IS NULL AND d.is_active
"""
LIVE_OF = LIVE + " AND d.id = ANY(%s)"
LIVE_NAMED = LIVE + " AND d.serial = %s"
OF_KEYS = """
SELECT k.key_sha256, d.id FROM telematics_devicekey k JOIN telematics_device d ON d.id = k.device_id
 WHERE k.key_sha256 = ANY(%s)
"""
# The first look sees everything; later ones what the snapshot of the look before did not see.
SNAPSHOT = "SELECT pg_current_snapshot()::text"
CHANGES = """
SELECT pg_current_snapshot()::text, ARRAY(
    SELECT DISTINCT device_id FROM telematics_keychange
     WHERE xact_id >= pg_snapshot_xmin(%(seen)s::pg_snapshot)::text::bigint
       AND NOT pg_visible_in_snapshot(xact_id::text::xid8, %(seen)s::pg_snapshot))
"""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A live key and the device that speaks with it."""

    sha256: bytes
    key_id: int
    device_id: int
    truck_id: int | None
    datum: str
    kind: str
    serial: str
    requires_signature: bool
    is_quarantined: bool


def open_session() -> Session:
    """Connect with Django's own settings, outside its pool.

    A lookup that PostgreSQL does not answer within 2 s is given up by PostgreSQL itself.

    Raises
    ------
    psycopg.OperationalError
    """
    address = django_connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        address.pop(name, None)
    address |= {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "yizhan keyring"}
    session = psycopg.connect(**address, autocommit=True)
    session.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
    return session


def read_all(session: Session) -> tuple[str, list[KeyRow]]:
    """Return a snapshot, and every live key as of that snapshot or later."""
    (snapshot,) = session.execute(SNAPSHOT).fetchall()[0]
    return snapshot, _rows(session, LIVE, ())


def read_changes(session: Session, seen: str) -> tuple[str, list[int]]:
    """Return the snapshot now, and the devices changed by transactions `seen` did not see."""
    ((snapshot, devices),) = session.execute(CHANGES, {"seen": seen}).fetchall()
    return snapshot, devices


def read_devices(session: Session, devices: Iterable[int]) -> list[KeyRow]:
    """Return the live keys of these devices."""
    return _rows(session, LIVE_OF, ([*devices],))


def read_named(session: Session, serial: str) -> list[KeyRow]:
    """Return the live keys of the device with this serial number."""
    return _rows(session, LIVE_NAMED, (serial,))


def read_owners(session: Session, hashes: Iterable[bytes]) -> dict[bytes, int]:
    """Return the devices that ever had these keys, by the key's SHA-256."""
    rows = session.execute(OF_KEYS, ([*hashes],), binary=True).fetchall()
    return {bytes(sha256): device_id for sha256, device_id in rows}


def _rows(session: Session, query: str, values: tuple[Any, ...]) -> list[KeyRow]:
    found = session.execute(query.encode(), values, binary=True).fetchall()
    return [KeyRow(bytes(sha256), *rest) for sha256, *rest in found]
