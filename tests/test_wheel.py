"""The wheel works away from the checkout: its templates, migrations and banks are inside.

The libraries are not installed again: the new environment borrows those of this one through a
.pth file, so what is proved is the wheel's content, not that its list of dependencies is complete.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that has the wheel and knows nothing of the checkout."""
    work = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", work, ROOT]
    run(*build, cwd=work)
    (wheel,) = work.glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", "environment", cwd=work)
    python = work / "environment" / "bin" / "python"
    install = ["install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", wheel]
    run(sys.executable, "-m", "pip", "--python", python, *install, cwd=work)
    (site,) = (work / "environment" / "lib").glob("python3.*/site-packages")
    # A path named in a .pth file is not searched for .pth files, so the editable checkout stays out.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


def test_the_installed_package_is_the_wheel(installed: Path, tmp_path: Path) -> None:
    told = run(installed / "python", "-c", "import quizapp; print(quizapp.__file__)", cwd=tmp_path)
    assert Path(told.stdout.strip()).is_relative_to(installed.parent)


def test_a_shipped_framework_is_inside(installed: Path, tmp_path: Path) -> None:
    told = run(installed / "quizapp", "framework", "check", "security-cooperation", cwd=tmp_path)
    assert told.stdout.endswith("No problems.\n")


BANKS = "from quizapp import resources; print(resources.folder('question_banks'))"
PAGE = "from quizapp.app import create_app; print(create_app().test_client().get('/login').status_code)"


def test_banks_migrations_and_templates_are_inside(installed: Path, tmp_path: Path) -> None:
    home = {"QUIZAPP_HOME": str(tmp_path / "home"), "QUIZAPP_LOG_LEVEL": "error"}
    run(installed / "quizapp", "db", "upgrade", cwd=tmp_path, **home)
    verified = run(installed / "quizapp", "audit", "verify", cwd=tmp_path, **home)
    assert verified.stdout.startswith("The chain is intact")
    assert run(installed / "python", "-c", PAGE, cwd=tmp_path, **home).stdout == "200\n"
    told = run(installed / "python", "-c", BANKS, cwd=tmp_path).stdout.strip()
    assert files(Path(told)) == files(ROOT / "question_banks") != {}


def files(folder: Path) -> dict[str, bytes]:
    """What a folder holds, by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
