"""A shell that reads the demo's file speaks with the demo, by the demo's clock."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from config.demo_shell import shell_lines
from config.demo_state import Clock


def test_a_shell_gets_settings_address_and_the_fast_clock(tmp_path: Path) -> None:
    clock = Clock(rate=10.0, wall_s=datetime.now(UTC).timestamp() - 3600, at_s=0.0)
    text = shell_lines(
        {"SECRET_KEY": "a'b $c"},
        base_url="http://127.0.0.1:8000",
        programs=str(Path(sys.executable).parent),
        clock=clock,
    )
    (tmp_path / "env").write_text(text)
    script = '. ./env; printf "%s\\n" "$SECRET_KEY" "$HOST" "$(now)"; command -v python'
    done = subprocess.run(["sh", "-euc", script], cwd=tmp_path, capture_output=True, text=True)
    secret, host, now, python = done.stdout.splitlines()
    assert (secret, host) == ("a'b $c", "http://127.0.0.1:8000")
    assert datetime.fromisoformat(now).strftime("%Y-%m-%d %H") == "1970-01-01 10"
    assert Path(python).parent == Path(sys.executable).parent
