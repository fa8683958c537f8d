"""A small world whose callers fuzz the service, and the true names of what is in it."""

from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from random import Random
from typing import Any
from uuid import UUID

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from dispatch.models import SwapAssignment
from fleet import clock
from fleet.models import Driver, Pack, Shift, SwapStation, Truck, User
from fleet.services.sign_in import make_sign_in_link
from telematics.services.keys import make_key, revoke_key
from tests.builders import make_assignment, make_device, make_hold, make_user
from tests.fuzz.signing import FORGERIES, Signer
from tests.scenes import Scene
from tests.stack import Stack

BACKEND = "django.contrib.auth.backends.ModelBackend"
CSRF = "c" * 32
EVENTS = [str(UUID(int=(0x4000 << 64) + (0x8000 << 48) + n)) for n in range(4)]
STATES = ("offered", "accepted", "en_route", "arrived", "swapping")

type Headers = dict[str, str]


@dataclass
class World:
    """One truck with a promise, its station, its carrier, and everybody's keys and sessions."""

    stack: Stack
    number: int
    keys: dict[str, Headers] = field(default_factory=dict)
    signers: dict[str, Signer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        now = clock.now()
        self.scene = Scene(now=now)
        self.station: SwapStation = self.scene.add_station(lanes=2)
        self.truck: Truck = self.scene.add_truck()
        self.packs = list(Pack.objects.filter(slot__station=self.station))
        self.on_truck = self.scene.pack_on(self.truck)
        shift = self.scene.shift_of(self.truck)
        self.driver: Driver = shift.driver
        self.free = self.scene.add_truck()
        self.on_free = self.scene.pack_on(self.free)
        idle = self.scene.shift_of(self.free)
        idle.ended_at = now
        idle.save(update_fields=["ended_at"])
        self.assignment = self._promise(STATES[self.number % len(STATES)])
        self._give_keys()

    def _promise(self, state: str) -> SwapAssignment:
        now = clock.now()
        promise = make_assignment(
            self.truck,
            self.station,
            self.driver,
            start=now + timedelta(minutes=12),
            state=state,
            offered_at=now,
            offer_expires_at=now + timedelta(minutes=5),
            leave_by_at=now + timedelta(minutes=4),
        )
        make_hold(promise, self.packs[0])
        return promise

    def _give_keys(self) -> None:
        obu, station, office = (
            make_device(truck=self.truck),
            make_device(station=self.station),
            make_device(carrier=self.scene.carrier),
        )
        for name, device in (("obu", obu), ("station", station), ("office", office)):
            key = make_key(device, now=clock.now())
            self.keys[name] = {"Authorization": f"Bearer {key}"}
            self.keys[f"{name} signed"] = {}
            self.signers[f"{name} signed"] = Signer(device.serial, key)
        for how in FORGERIES:
            self.keys[how], self.signers[how] = {}, self.signers["obu signed"]
        revoked = make_key(obu, now=clock.now())
        revoke_key(obu.keys.get(prefix=revoked[:12], revoked_at=None, ordinal=2), now=clock.now())
        self.keys["revoked"] = {"Authorization": f"Bearer {revoked}"}
        self.keys["unknown"] = {"Authorization": "Bearer yz_obu_nobody"}
        self.keys["nobody"] = {}
        self.keys["clerk"] = _session(make_user(self.scene.carrier, role=User.Role.FLEET_MANAGER))
        self.sign_in()

    def sign_in(self) -> None:
        """Open the driver's session anew, as a phone does."""
        link = make_sign_in_link(self.driver, now=clock.now(), by=None)
        answer = self.stack.http.post("/api/v1/driver/session", json={"token": link.token})
        assert answer.status_code == 200, answer.text
        cookies = SimpleCookie()
        for line in answer.headers.get_list("set-cookie"):
            cookies.load(line)
        self.stack.http.cookies.clear()
        jar = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
        self.keys["driver"] = {"Cookie": jar, "X-CSRFToken": answer.json()["csrf_token"]}

    def leave(self) -> None:
        """Take the trucks out of what is planned: the next world has its own."""
        Shift.objects.filter(truck__region=self.scene.region, ended_at=None).update(
            ended_at=clock.now()
        )

    def truth(self, name: str, chance: Random) -> Any:
        """Return something true of this world for a field or parameter of that name, or None."""
        now = clock.now()
        pack = chance.choice([*self.packs, self.on_truck])
        known: dict[str, Any] = {
            "assignment_id": self.assignment.pk,
            "check_in_code": self.assignment.check_in_code,
            "plate": self.truck.plate,
            "truck": chance.choice([self.truck.plate, self.truck.vin]),
            "truck_id": chance.choice([self.truck.pk, self.free.pk]),
            "origin": self.scene.mine.code,
            "destination": self.scene.port.code,
            "external_id": f"order-{chance.randrange(4)}",
            "number": chance.randint(1, 2),
            "lane": chance.randint(1, 2),
            "slot": chance.randint(1, 8),
            "position": 1,
            "code": pack.code,
            "pack_code": pack.code,
            "pack_codes": [chance.choice([self.on_truck, self.on_free]).code],
            "event_id": chance.choice(EVENTS),
            "action_id": chance.choice(EVENTS),
            "recorded_at": (now - timedelta(seconds=chance.randrange(-100, 5000))).isoformat(),
            "finished_at": now.isoformat(),
            "ready_at": now.isoformat(),
            "due_at": (now + timedelta(hours=chance.randint(-1, 9))).isoformat(),
        }
        return known.get(name)


def _session(user: User) -> Headers:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"Cookie": f"sessionid={session.session_key}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
