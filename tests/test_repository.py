"""The repository as a stranger finds it: what may be tracked, what ships, what the documents promise."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "alvh"

# Written with a class for one letter, so that this file does not name what it forbids.
REGISTRY_HOSTS = r"p[y]pi\.org|p[y]thonhosted|deb\.d[e]bian|registry\.n[p]mjs|conda\.a[n]aconda"
LOCAL_PATHS = r"(?<![\w.~-])/(?:wor[k]|roo[t]|hom[e]|User[s]|tm[p]|op[t])/\w|[A-Z]:\\\\?User[s]"

# Modules without a test file of their own name: where their tests are instead, or in a sentence why there are none.
TESTED_ELSEWHERE: dict[str, str] = {
    "values": "types without behaviour of their own; every test leans on them",
    "accounting.statement": "data only, read by the tests of evidence and reports",
    "conventions.cycles": "conventions/test_listing.py",
    "conventions.strike_zones": "conventions/test_strikes.py",
    "maths.curve": "maths/test_smile.py",
    "maths.implied": "maths/test_black.py",
    "maths.normal": "maths/test_black.py",
    "maths.ssvi": "maths/test_smile.py",
    "maths.theta_table": "maths/test_smile.py",
    "evidence.[cpr]*": "evidence/test_statement_evidence.py",
    "evidence.track": "data only, made and read by evidence/test_dossier.py and adapters/test_studying.py",
    "reports.[bgm]*": "reports/test_backtest.py",
    "reports.evidence_json": "reports/test_evidence.py",
    "reports.parts.*": "reports/test_backtest.py",
    "adapters.evidence": "adapters/test_cli_evidence.py",
    "adapters.errors": "the tests of every reader of files assert its sentences",
    "adapters.schema": "adapters/test_check_store.py",
    "adapters.render.*": "adapters/render/test_html.py",
    "adapters.sources.*": "contracts/source_contract.py",
    "adapters.store_*": "adapters/test_store.py",
    "execution.fills.*": "execution/test_spread_fraction.py",
}


def tracked() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git work tree: what is tracked cannot be told")
    paths = (ROOT / name for name in listed.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@pytest.mark.parametrize("pattern", [REGISTRY_HOSTS, LOCAL_PATHS], ids=["registry host", "local path"])
def test_no_tracked_file_names(pattern: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        if (text := text_of(path)) is not None
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("see /wor" + "k/main/x", True),
        ("open('/tm" + "p/x')", True),
        ("C:\\Use" + "rs\\me", True),
        ("../hom" + "e/page.html", False),
        ("tests/hom" + "e/x", False),
    ],
)
def test_the_pattern_for_local_paths_catches_what_it_should(line: str, caught: bool) -> None:
    assert bool(re.search(LOCAL_PATHS, line)) is caught


def test_no_tracked_file_is_large_or_market_data() -> None:
    files = tracked()
    assert [p.name for p in files if p.stat().st_size > 1_000_000] == []
    assert [p.name for p in files if p.name.endswith((".parquet", ".zip", ".csv.gz", ".feather"))] == []


def has_test(module: Path) -> bool:
    """Say whether `module` has its mirror, or its whole package one test file beside where the folder would be."""
    inside = module.relative_to(PACKAGE)
    mirror = ROOT / "tests" / inside.parent
    return (mirror / f"test_{module.stem}.py").is_file() or (
        len(inside.parts) > 2 and (mirror.parent / f"test_{mirror.name}.py").is_file()
    )


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.stem != "__init__")


def exception_for(name: str) -> str | None:
    return next((pattern for pattern in TESTED_ELSEWHERE if fnmatchcase(name, pattern)), None)


def test_every_module_has_its_tests() -> None:
    untested = [name for path in modules() if not has_test(path) and not exception_for(name := dotted(path))]
    assert not untested, "\n".join(untested)


def test_the_exceptions_are_needed_and_lead_somewhere() -> None:
    used = {exception_for(dotted(path)) for path in modules() if not has_test(path)}
    assert set(TESTED_ELSEWHERE) - used == set(), "exceptions that nothing needs any more"
    missing = [
        where for where in TESTED_ELSEWHERE.values() if " " not in where and not (ROOT / "tests" / where).exists()
    ]
    assert missing == []


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def test_a_wheel_carries_everything_that_is_tracked_in_the_package(tmp_path: Path) -> None:
    inside = {path.relative_to(ROOT / "src").as_posix() for path in tracked() if PACKAGE in path.parents}
    assert any(name.endswith(".toml") for name in inside), "the policies are TOML files of the package"
    if importlib.util.find_spec("hatchling") is None:
        wheel = manifest()["tool"]["hatch"]["build"]["targets"]["wheel"]
        assert wheel == {"packages": ["src/alvh"]}, "without exclusions everything in the package ships"
        return
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    (built,) = tmp_path.glob("*.whl")
    names = {name for name in zipfile.ZipFile(built).namelist() if ".dist-info/" not in name}
    assert inside <= names
    assert {name.partition("/")[0] for name in names} == {"alvh"}


def test_the_import_contracts_hold() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_importing_alvh_imports_nothing_heavy() -> None:
    code = "import sys, alvh; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "src", capture_output=True, text=True, check=True)
    assert "alvh" in done.stdout.split()
    assert {"numba", "polars", "scipy", "pandas", "arch", "httpx", "rich"} & set(done.stdout.split()) == set()


def manifest() -> dict[str, dict]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(len(pin.specifier) == 1 and str(pin.specifier).startswith("==") and not pin.url for pin in found)
    return {pin.name.lower().replace("_", "-"): Version(str(pin.specifier)[2:]) for pin in found}


def test_every_dependency_is_pinned_to_a_version_it_allows() -> None:
    project = manifest()["project"]
    wanted = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    pinned = pins()
    for requirement in map(Requirement, wanted):
        assert pinned[requirement.name.lower()] in requirement.specifier, requirement


def test_ci_runs_what_a_person_runs() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["exec make --no-print-directory test"]


LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)} -> {target}"
        for path in tracked()
        if path.suffix == ".md"
        for target in LINK.findall(path.read_text())
        if not (path.parent / target).exists()
    ]
    assert not broken, "\n".join(broken)


STATUS = re.compile(r"^Status: (accepted|superseded by \[\d{4}\]\(.+\)), \d{4}-\d{2}-\d{2}$", re.MULTILINE)


def test_every_decision_record_follows_the_format() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    records = sorted(folder.glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text()
        assert re.match(rf"# {path.name[:4]}: \S.*\n", text), path.name
        assert STATUS.search(text), path.name
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert (headings[0], headings[-1]) == ("Question", "What it costs"), path.name
        assert set(headings[1:-1]) - {"What was measured", "Why"} == {"Decision"}, path.name
        assert len(headings) > 3, f"{path.name} gives no reason"
        assert f"]({path.name})" in index, path.name


TREE_ENTRY = re.compile(r"^(?P<indent>(?:  )*)(?P<path>[\w.-]+(?:/[\w.-]+)*)(?P<slash>/?)(?=\s{2,}|$)")


def drawn(text: str) -> list[str]:
    """Return the paths drawn in the tree of the architecture page, folders with a closing slash."""
    block = text.split("```text\n", 1)[1].split("```", 1)[0]
    paths: list[str] = []
    parents: list[str] = []
    for entry in filter(None, map(TREE_ENTRY.match, block.splitlines())):
        parents[len(entry["indent"]) // 2 :] = [entry["path"]]
        paths.append("/".join(parents) + entry["slash"])
    return paths


def test_the_picture_of_the_architecture_is_true() -> None:
    paths = drawn((ROOT / "docs" / "architecture.md").read_text())
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []
    packages = {f"src/alvh/{path.name}/" for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert packages - set(paths) == set(), "packages that the picture leaves out"
