"""What is kept of a compiled kernel is dropped when anything it was compiled from changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import alvh.maths.kernel as module
from alvh.maths.kernel import source_digest


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Lay out a package: `top` calls a kernel of `middle`, which uses a constant of `leaf`; `aside` stands apart."""
    files = {
        "__init__.py": "",
        "maths/__init__.py": "",
        "maths/kernel.py": Path(module.__file__).read_text(),
        "maths/leaf.py": "STEP = 1.0\n",
        "maths/middle.py": "from alvh.maths import leaf\nfrom alvh.maths.kernel import kernel\nSTEP = leaf.STEP\n"
        "@kernel\ndef up(x):\n    return x + STEP\n",
        "maths/top.py": "from alvh.maths.middle import (\n    up,\n)\nfrom alvh.maths.kernel import kernel\n"
        "@kernel\ndef ten(x):\n    return up(x) * 10.0\n",
        "maths/aside.py": "VALUE = 3\n",
    }
    for name, text in files.items():
        path = tmp_path / "alvh" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "alvh"


def digest_of(package: Path) -> str:
    source_digest.cache_clear()
    module._imported.cache_clear()
    return source_digest(package / "maths" / "top.py", package)


def test_a_change_of_anything_imported_changes_the_digest_and_nothing_else_does(package: Path) -> None:
    before = digest_of(package)
    (package / "maths" / "aside.py").write_text("VALUE = 4\n")
    assert digest_of(package) == before
    (package / "maths" / "leaf.py").write_text("STEP = 2.0\n")
    assert digest_of(package) != before


def ten_of_one(package: Path) -> tuple[float, int]:
    """Run the kernel in a new process; return its value, and how many pieces of machine code it loaded."""
    code = "from alvh.maths.top import ten; print(ten(1.0), sum(ten.stats.cache_hits.values()))"
    env = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"} | {"PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=package.parent, env=env, capture_output=True, text=True, check=True
    )
    value, hits = done.stdout.split()
    return float(value), int(hits)


def test_code_survives_between_runs_and_not_a_change_of_what_it_was_made_from(package: Path) -> None:
    assert ten_of_one(package) == (20.0, 0)
    assert ten_of_one(package) == (20.0, 1)
    (package / "maths" / "leaf.py").write_text("STEP = 2.0\n")
    assert ten_of_one(package) == (30.0, 0)
