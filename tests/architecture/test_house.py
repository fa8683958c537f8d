"""The house's own rules hold, and each is shown to catch a planted fault."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import house

RULES: list[Callable[..., list[str]]] = [
    house.file_size_faults,
    house.function_size_faults,
    house.text_faults,
    house.lock_faults,
    house.skip_faults,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_holds(rule: Callable[[], list[str]]) -> None:
    assert rule() == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small project that keeps every rule."""
    for package in (*house.PACKAGES, "tests", "requirements"):
        (tmp_path / package).mkdir()
    for package in house.PACKAGES:
        (tmp_path / package / "a.py").write_text("def f() -> int:\n    return 1\n")
    (tmp_path / "requirements" / "dev.txt").write_text("a==1 \\\n    --hash=sha256:00\n")
    (tmp_path / "tests" / "test_a.py").write_text("import pytest\n\npytest.skip('why')\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert [fault for find in RULES for fault in find(tmp_path)] == []
    return tmp_path


LONG = "def g() -> int:\n" + "    print(1)\n" * 60 + "    return 1\n"


@pytest.mark.parametrize(
    ("rule", "file", "text"),
    [
        (house.file_size_faults, "fleet/b.py", "x = 1\n" * 401),
        (house.function_size_faults, "fleet/b.py", LONG),
        (house.text_faults, "README.md", "one day, " + "TO" + "DO\n"),
        (house.text_faults, "fleet/b.py", "# " + "FIX" + "ME\n"),
        (house.text_faults, "docs.md", "see /" + "root/yizhan\n"),
        (house.text_faults, "docs.md", "in `/" + "home/li/yizhan`\n"),
        (house.lock_faults, "requirements/dev.txt", "a==1\nb==2 \\\n    --hash=sha256:00\n"),
        (house.lock_faults, "requirements/dev.txt", "a @ https://x/a.whl --hash=sha256:00\n"),
        (house.skip_faults, "tests/test_b.py", "import pytest\npytest.skip()\n"),
        (house.skip_faults, "tests/test_b.py", "@pytest.mark.skip\ndef f(): ...\n"),
        (
            house.skip_faults,
            "tests/test_b.py",
            "@pytest.mark.skipif(True, reason='')\ndef f(): ...\n",
        ),
    ],
)
def test_a_planted_fault_is_found(
    tree: Path, rule: Callable[[Path], list[str]], file: str, text: str
) -> None:
    (tree / file).write_text(text)
    assert len(rule(tree)) == 1


@pytest.mark.parametrize(
    ("rule", "text", "found"),
    [
        (house.file_size_faults, "x = 1\n" * 80, "median file"),
        (house.function_size_faults, LONG.replace("    print(1)\n" * 52, ""), "median function"),
    ],
)
def test_a_house_of_long_files_or_functions_is_refused(
    tree: Path, rule: Callable[[Path], list[str]], text: str, found: str
) -> None:
    for package in house.PACKAGES:
        (tree / package / "a.py").write_text(text)
    (fault,) = rule(tree)
    assert found in fault


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [script, "--no-cache"],
        cwd=root,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("file", "text", "broken"),
    [
        ("README.md", "", ""),  # nothing planted: kept
        ("fleet/helpers.py", "", "fleet.helpers"),
        ("fleet/services/planted.py", "import dispatch", "Apps: config"),
        ("dispatch/planning/planted.py", "import dispatch.models", "Inside an app"),
        ("config/planted.py", "import tests", "No product code imports tests"),
    ],
)
def test_the_import_contracts_hold_and_catch(
    tmp_path: Path, file: str, text: str, broken: str
) -> None:
    for package in (*house.PACKAGES, "tests"):
        leave = shutil.ignore_patterns("__pycache__", "locale", "static", "data")
        shutil.copytree(house.ROOT / package, tmp_path / package, ignore=leave)
    shutil.copy(house.ROOT / "pyproject.toml", tmp_path)
    (tmp_path / file).write_text(text)
    done = lint_imports(tmp_path)
    assert (done.returncode == 0) == (not broken), done.stdout
    assert broken in done.stdout
