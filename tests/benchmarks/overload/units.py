"""Onboard units in a process of their own, quicker than the server: `load.c`, compiled here."""

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("load.c")


class Units:
    """Starts groups of units against one server."""

    def __init__(self, place: Path, *, port: int) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise SystemExit("No C compiler here: install one (Debian: apt-get install gcc).")
        self._program = place / "load"
        subprocess.run([compiler, "-O2", "-o", self._program, SOURCE], check=True)
        self._place, self._port, self._files = place, port, 0

    def start(self, keys: list[str], **options: float | bool) -> "Group":
        """Start units with these keys; options as `load.c` has them (`rate=100`, `polite=True`)."""
        self._files += 1
        keys_file = self._place / f"keys-{self._files}"
        keys_file.write_text("\n".join(keys) + "\n")
        command = [str(self._program), "--port", str(self._port), "--keys", str(keys_file)]
        for name, value in options.items():
            flag = "--" + name.replace("_", "-")
            command += [flag] if value is True else [flag, f"{value:.12g}"]
        return Group(
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        )

    def run(self, keys: list[str], **options: float | bool) -> dict[str, Any]:
        """Run units to their end and return what came of them."""
        return self.start(keys, **options).result()


@dataclass(slots=True)
class Group:
    """Units at work; `seconds` are filled when they end."""

    process: "subprocess.Popen[str]"
    seconds: list[dict[str, Any]] = field(default_factory=list)

    def result(self) -> dict[str, Any]:
        """Wait for the end and return the last line."""
        said, _ = self.process.communicate()
        if self.process.returncode:
            raise SystemExit(f"the load ended with {self.process.returncode}")
        last: dict[str, Any]
        *self.seconds, last = map(json.loads, said.splitlines())
        return last

    def stop(self) -> None:
        """End them now."""
        self.process.kill()
        self.process.communicate()
