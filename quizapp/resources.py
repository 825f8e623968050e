"""Where templates, migrations and question banks are: in a checkout, or inside an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_data"


def folder(name: str) -> Path:
    """The folder ``name`` (templates, migrations, question_banks); raises FileNotFoundError."""
    for root in (_INSTALLED, _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(f"quizapp was installed without its {name} folder")
