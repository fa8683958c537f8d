"""The gateways that play WeChat and SMS, in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dispatch.management.gateways.play import Gateways
from dispatch.management.gateways.server import GatewayServer
from dispatch.services.channels.http import client

SECRET = "tencent-secret"


@contextmanager
def open_gateways() -> Iterator[GatewayServer]:
    """Serve the gateways on a port of their own."""
    server = GatewayServer(Gateways(tencent_secret=SECRET), port=0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.gateways.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def environment(server: GatewayServer) -> dict[str, str]:
    """Return the settings that send news to these gateways."""
    return {
        "SMS_GATEWAY": "http",
        "SMS_URL": f"{server.url}",
        "SMS_TOKEN": "sms-token",
        "TENCENT_SECRET_ID": "AKIDtest",
        "TENCENT_SECRET_KEY": SECRET,
        "TENCENT_SMS_APP_ID": "1400000000",
        "TENCENT_SMS_SIGN": "易站",
        "WECHAT_URL": server.url,
        "WECHAT_APP_ID": "wx1",
        "WECHAT_SECRET": "wechat-secret",
        "WECHAT_TEMPLATE_ID": "template",
    }


@pytest.fixture(scope="module")
def gateway_server() -> Iterator[GatewayServer]:
    """One server a module."""
    with open_gateways() as server:
        yield server
        client().close()
        client.cache_clear()


@pytest.fixture
def gateways(gateway_server: GatewayServer, settings: Any) -> Gateways:
    """The gateways with nothing in them, and this process's settings pointing there."""
    for name, value in environment(gateway_server).items():
        setattr(settings, name, value)
    settings.TENCENT_SMS_TEMPLATES = {"offered": "11", "changed": "12", "ended": "13"}
    kept = gateway_server.gateways
    kept.messages.clear()
    kept.calls.clear()
    kept.faults.clear()
    return kept
