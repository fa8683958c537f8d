"""The demo's gateways: text messages and WeChat are played on this machine, and can be read."""

from pathlib import Path

from config.commands import manage_command


def url(port: int) -> str:
    """Return where messages are taken, and shown."""
    return f"http://127.0.0.1:{port}"


def environment(port: int) -> dict[str, str]:
    """Return the settings that send messages there."""
    return {
        "SMS_GATEWAY": "http",
        "SMS_URL": url(port),
        "WECHAT_URL": url(port),
        "WECHAT_APP_ID": "demo",
        "WECHAT_TEMPLATE_ID": "demo",
    }


def command(port: int, *, home: Path) -> list[str]:
    """Return the command line of the process that plays them."""
    return manage_command("run_gateways", f"--port={port}", f"--log={home / 'messages.jsonl'}")
