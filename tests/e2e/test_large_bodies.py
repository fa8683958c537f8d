"""Against the running web server: what is too large is refused, and its memory stays bounded."""

from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.builders import bearer, make_device
from tests.stack import Stack
from tests.unit.telematics.test_bodies import bomb

URL = "/api/v1/obu/reports"
MIB = bytes(1 << 20)


def peak_mib(pid: int) -> int:
    """Return the most memory a process or any of its children ever held."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    own = next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))
    return max(own, *(peak_mib(int(child)) for child in children), 0)


def endless(mib: int) -> Iterator[bytes]:
    for _ in range(mib):
        yield MIB


def said(answer: httpx.Response) -> tuple[int, str, str]:
    return answer.status_code, answer.headers["Content-Type"], answer.json()["code"]


def test_large_bodies_and_bombs_get_a_problem_and_cost_bounded_memory(stack: Stack) -> None:
    headers = bearer(make_device())
    refused = (413, "application/problem+json", "too_large")
    assert stack.http.post(URL, content=b"{}", headers=headers).status_code == 200
    before = peak_mib(stack.processes["web"].pid)
    packed = bomb(1000)
    for _ in range(10):
        answer = stack.http.post(
            URL, content=packed, headers={**headers, "Content-Encoding": "gzip"}
        )
        assert said(answer) == refused
    assert said(stack.http.post(URL, content=MIB * 64, headers=headers)) == refused
    assert said(stack.http.post(URL, content=endless(64), headers=headers)) == refused
    assert peak_mib(stack.processes["web"].pid) - before < 64
