"""Every program the Makefile starts beside the tests finds what it imports, without settings.

Those that set Django up themselves start servers for it when they are imported: they are left out.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = re.compile(r"-m (tests\.[\w.]+)")
EACH_ALONE = """
import importlib, os, sys
failed = []
for name in sys.argv[1:]:
    child = os.fork()  # what one program sets up is not there for the next
    if not child:
        importlib.import_module(name)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
sys.exit(f"cannot be started: {failed}" if failed else 0)
"""


def test_every_program_of_the_makefile_is_found_without_settings() -> None:
    found = sorted(set(PROGRAM.findall((ROOT / "Makefile").read_text())))
    names = [name for name in found if "django.setup()" not in _source(name)]
    assert "tests.pictures" in names
    bare = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", EACH_ALONE, *names],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def _source(name: str) -> str:
    path = ROOT / name.replace(".", "/")
    file = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
    return file.read_text()
