"""The keys a process knows by heart."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from telematics.ingest.keysource import KeyRow
from telematics.models import Device
from telematics.services.keys import SignatureRequiredError, WrongKindOfKeyError


@dataclass(frozen=True, slots=True)
class Caller:
    """An onboard unit that showed a good key: the truck it speaks for and how it says where."""

    device_id: int
    truck_id: int
    datum: str
    key_id: int
    key_sha256: bytes
    serial: str
    requires_signature: bool = False
    is_quarantined: bool = False


class KeyBook:
    """Live keys by their SHA-256. One thread writes; any may read meanwhile.

    A key that stays good is never absent for a moment: new ones are added before old ones go.
    """

    def __init__(self) -> None:
        self._callers: dict[bytes, Caller] = {}
        self._strangers: dict[bytes, str] = {}
        self._of_device: dict[int, set[bytes]] = {}
        self._units: dict[str, tuple[Caller, ...]] = {}

    def __len__(self) -> int:
        return len(self._callers) + len(self._strangers)

    def caller(self, sha256: bytes) -> Caller | None:
        """Return who speaks with a key; None when it is not known to be live.

        Raises
        ------
        WrongKindOfKeyError, SignatureRequiredError
        """
        if (caller := self._callers.get(sha256)) is not None:
            if caller.requires_signature:
                raise SignatureRequiredError
            return caller
        if (kind := self._strangers.get(sha256)) is not None:
            raise WrongKindOfKeyError(
                f"This is a key of kind {kind}; this address is for kind obu."
            )
        return None

    def unit(self, serial: str) -> tuple[Caller, ...]:
        """Return an onboard unit once for each of its live keys."""
        return self._units.get(serial, ())

    def replace_all(self, rows: Iterable[KeyRow]) -> None:
        """Know these keys and no others."""
        rows = [*rows]
        self.replace({*self._of_device, *(row.device_id for row in rows)}, rows)

    def replace(self, devices: Iterable[int], rows: Iterable[KeyRow]) -> None:
        """Know of these devices these keys and no others."""
        new: defaultdict[int, set[bytes]] = defaultdict(set)
        callers: defaultdict[int, list[Caller]] = defaultdict(list)
        for row in rows:
            new[row.device_id].add(row.sha256)
            if row.kind != Device.Kind.OBU or row.truck_id is None:
                self._strangers[row.sha256] = row.kind
                continue
            caller = _caller(row, row.truck_id)
            callers[row.device_id].append(caller)
            self._callers[row.sha256] = caller
        for device_id in devices:
            for sha256 in self._of_device.pop(device_id, set()) - new[device_id]:
                caller_gone = self._callers.pop(sha256, None)
                self._strangers.pop(sha256, None)
                if caller_gone and not callers[device_id]:
                    self._units.pop(caller_gone.serial, None)
            if new[device_id]:
                self._of_device[device_id] = new[device_id]
            if callers[device_id]:
                self._units[callers[device_id][0].serial] = tuple(callers[device_id])


def _caller(row: KeyRow, truck_id: int) -> Caller:
    return Caller(
        device_id=row.device_id,
        truck_id=truck_id,
        datum=row.datum,
        key_id=row.key_id,
        key_sha256=row.sha256,
        serial=row.serial,
        requires_signature=row.requires_signature,
        is_quarantined=row.is_quarantined,
    )
