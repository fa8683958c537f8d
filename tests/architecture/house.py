"""Rules of the house that no tool checks: each takes a tree and returns what breaks it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "fleet", "telematics", "dispatch")
FILE_LINES_MEDIAN, FILE_LINES_MOST = 80, 400
FUNCTION_LINES_MEDIAN, FUNCTION_LINES_MOST = 10, 60
_MARK = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b")
_PLACE = re.compile(r"(?<![\w.}$])/(work|root|home/\w+|Users/\w+)/\w")
_ADDRESS = re.compile(r"https?://")


def tracked(root: Path = ROOT) -> list[Path]:
    """Return every text file of the project that git knows."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [root / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


def product_files(root: Path = ROOT) -> list[Path]:
    """Return the product's Python files, without migrations."""
    found = (path for package in PACKAGES for path in (root / package).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def file_size_faults(root: Path = ROOT) -> list[str]:
    """Return the files that are too long, blank lines left out, and whether the middle one is."""
    texts = {path: path.read_text().splitlines() for path in product_files(root)}
    sizes = {path: sum(bool(line.strip()) for line in lines) for path, lines in texts.items()}
    faults = [f"{p}: {n} lines" for p, n in sizes.items() if n > FILE_LINES_MOST]
    middle = median(sizes.values())
    return faults + ([f"median file: {middle}"] if middle >= FILE_LINES_MEDIAN else [])


def function_sizes(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function's name and its lines of code, its docstring left out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first, docstring_lines = node.body[0], 0
            if ast.get_docstring(node, clean=False) is not None:
                docstring_lines = (first.end_lineno or 0) - first.lineno + 1
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - docstring_lines


def function_size_faults(root: Path = ROOT) -> list[str]:
    """Return the functions that are too long, and whether the middle one is."""
    sizes = [(p, name, n) for p in product_files(root) for name, n in function_sizes(p)]
    faults = [f"{p}:{name}: {n} lines" for p, name, n in sizes if n > FUNCTION_LINES_MOST]
    middle = median([n for _, _, n in sizes] or [0])
    return faults + ([f"median function: {middle}"] if middle >= FUNCTION_LINES_MEDIAN else [])


def text_faults(root: Path = ROOT) -> list[str]:
    """Return marks of unfinished work and paths of somebody's machine."""
    return [
        f"{path.relative_to(root)}:{number}: {found.group()}"
        for path in tracked(root)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        for found in (_MARK.search(line), _PLACE.search(line))
        if found
    ]


def lock_faults(root: Path = ROOT) -> list[str]:
    """Return locked libraries without hash, and addresses in lock files."""
    faults = []
    for lock in sorted((root / "requirements").glob("*.txt")):
        text = lock.read_text()
        faults += [f"{lock.name}: an address" for _ in _ADDRESS.finditer(text)]
        faults += [
            f"{lock.name}: {entry.split()[0]} has no hash"
            for entry in re.split(r"\n(?=\S)", text)
            if re.match(r"[\w.\[\]-]+==", entry) and "--hash=sha256:" not in entry
        ]
    return faults


def skip_faults(root: Path = ROOT) -> list[str]:
    """Return skips and expected failures that give no reason."""
    return [
        f"{path.relative_to(root)}:{node.lineno}: {ast.unparse(node)[:60]}"
        for path in sorted((root / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call | ast.Attribute) and _is_silent_skip(node)
    ]


def _is_silent_skip(node: ast.Call | ast.Attribute) -> bool:
    if isinstance(node, ast.Attribute):  # a bare @pytest.mark.skip
        return ast.unparse(node) == "pytest.mark.skip" and not hasattr(node, "is_called")
    name = ast.unparse(node.func)
    node.func.is_called = True  # type: ignore[attr-defined]  # ours: the call is judged instead
    if name in {"pytest.skip", "pytest.xfail", "pytest.importorskip"}:
        return not node.args
    if name in {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}:
        reasons = [k.value for k in node.keywords if k.arg == "reason"]
        return not any(not isinstance(r, ast.Constant) or r.value for r in reasons)
    return False
