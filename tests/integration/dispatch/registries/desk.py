"""An office that reads and changes its registries through the API, by session or by key."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from fleet.models import Operator, User
from tests.builders import bearer, make_device, make_user

FLEET = "/api/v1/fleet"


@dataclass
class Desk:
    """Somebody who asks: a person who is signed in, or an office system."""

    user: User | None = None
    operator: Operator | None = None
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"accept-language": "en"}
        if self.operator is not None:
            headers |= bearer(make_device(carrier=self.operator))
        self.client = Client(headers=headers)
        if self.user is not None:
            self.client.force_login(self.user)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"{FLEET}/{path}", headers=headers)

    def read(self, path: str) -> dict[str, Any]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.content
        facts: dict[str, Any] = answer.json()
        return facts

    def patch(self, path: str, etag: str | None, **change: Any) -> Any:
        headers = {} if etag is None else {"If-Match": etag}
        body = json.dumps({"reason": "as the test says", **change})
        return self.client.patch(
            f"{FLEET}/{path}", body, content_type="application/json", headers=headers
        )

    def change(self, path: str, **change: Any) -> dict[str, Any]:
        """Look, then change what was seen."""
        answer = self.patch(path, self.read(path)["etag"], **change)
        assert answer.status_code == 200, answer.content
        facts: dict[str, Any] = answer.json()
        assert answer["ETag"] == facts["etag"]
        return facts


def person(operator: Operator, role: str = User.Role.FLEET_MANAGER, **fields: Any) -> Desk:
    """Return somebody of an operator, signed in."""
    return Desk(user=make_user(operator, role, **fields))


def office(operator: Operator) -> Desk:
    """Return an operator's office system with its key."""
    return Desk(operator=operator)
