"""What the gateways answer: WeChat's tokens and messages, Tencent's SMS, and a plain SMS gateway.

Each takes a message once for each key it knows, keeps it, and can be told to fail.
"""

import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TOKEN = "fake-access-token"  # noqa: S105 -- plays WeChat's, opens nothing
BROKEN = {"down": 503, "refuses": 400}

type Answer = tuple[int, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A message a gateway took."""

    number: int
    channel: str
    to: str
    text: str
    key: str


@dataclass
class Gateways:
    """All of them behind one address; `faults` are by channel: `down`, `refuses` or `hangs`."""

    log: Path | None = None
    tencent_secret: str = ""
    messages: list[Message] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one call; names of headers are in small letters."""
        asked = json.loads(body or b"{}")
        if path == "/faults":
            self.faults = dict(asked)
            self.released.set()
            self.released = threading.Event()
            return 200, self.faults
        if path == "/cgi-bin/stable_token":
            return 200, {"access_token": TOKEN, "expires_in": 7200}
        if path.startswith("/cgi-bin/message/subscribe/send"):
            return self._fault("wechat", asked.get("touser", "")) or self._wechat(path, asked)
        if headers.get("x-tc-action"):
            phone = asked["PhoneNumberSet"][0]
            return self._fault("sms", phone) or self._tencent(headers, body, asked)
        return self._fault("sms", asked.get("to", "")) or self._plain(headers, asked)

    def _fault(self, channel: str, to: str) -> Answer | None:
        with self.lock:
            self.calls.append((channel, to))
        fault = self.faults.get(channel, "")
        if fault == "hangs":
            self.released.wait(30)
        return (BROKEN[fault], {"error": fault}) if fault in BROKEN else None

    def _wechat(self, path: str, asked: dict[str, Any]) -> Answer:
        if not path.endswith(f"access_token={TOKEN}"):
            return 200, {"errcode": 40001, "errmsg": "invalid credential"}
        if asked["touser"].startswith("refuses"):
            return 200, {"errcode": 43101, "errmsg": "user refuse to accept the msg"}
        text = " · ".join(each["value"] for each in asked["data"].values())
        kept = self._keep("wechat", asked["touser"], text, key="")
        return 200, {"errcode": 0, "errmsg": "ok", "msgid": kept.number}

    def _plain(self, headers: Mapping[str, str], asked: dict[str, Any]) -> Answer:
        key = headers.get("idempotency-key", "")
        return 200, {"id": str(self._keep("sms", asked["to"], asked["text"], key=key).number)}

    def _tencent(self, headers: Mapping[str, str], body: bytes, asked: dict[str, Any]) -> Answer:
        if not is_signed(headers, body, secret=self.tencent_secret):
            error = {"Code": "AuthFailure.SignatureFailure", "Message": "signature"}
            return 200, {"Response": {"Error": error, "RequestId": "1"}}
        text = " · ".join([asked["TemplateId"], *asked["TemplateParamSet"]])
        kept = self._keep("sms", asked["PhoneNumberSet"][0], text, key=asked["SessionContext"])
        status = {"Code": "Ok", "SerialNo": str(kept.number), "Fee": 1}
        return 200, {"Response": {"SendStatusSet": [status], "RequestId": "1"}}

    def _keep(self, channel: str, to: str, text: str, *, key: str) -> Message:
        with self.lock:
            for each in self.messages:
                if key and (each.channel, each.key) == (channel, key):
                    return each
            message = Message(len(self.messages) + 1, channel, to, text, key)
            self.messages.append(message)
            if self.log:
                with self.log.open("a", encoding="utf-8") as log:
                    log.write(json.dumps(asdict(message), ensure_ascii=False) + "\n")
            return message


def is_signed(headers: Mapping[str, str], body: bytes, *, secret: str) -> bool:
    """Say whether a call of Tencent's API 3.0 carries the signature of who knows the secret."""
    given = dict(
        part.strip().split("=", 1)
        for part in headers["authorization"].removeprefix("TC3-HMAC-SHA256 ").split(",")
    )
    at_s = headers["x-tc-timestamp"]
    day = datetime.fromtimestamp(int(at_s), UTC).date().isoformat()
    lines = "".join(f"{n}:{headers[n].lower()}\n" for n in given["SignedHeaders"].split(";"))
    payload = hashlib.sha256(body).hexdigest()
    canonical = f"POST\n/\n\n{lines}\n{given['SignedHeaders']}\n{payload}"
    scope = given["Credential"].split("/", 1)[1]
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = hmac.digest(f"TC3{secret}".encode(), day.encode(), "sha256")
    for part in ("sms", "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    wanted = hmac.digest(key, f"TC3-HMAC-SHA256\n{at_s}\n{scope}\n{digest}".encode(), "sha256")
    return hmac.compare_digest(wanted.hex(), given["Signature"])
