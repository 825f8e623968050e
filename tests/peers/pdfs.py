"""`python -m tests.peers.pdfs OUTLOUD`: another checker on our PDF files, unsigned and signed.

``OUTLOUD`` is the program of the PyPI package outloud. `make peers` installs it in an environment of its own,
for it brings ten times what the product needs. Exit 1 when it and we disagree about any file.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from quizapp.integrations import record_pdf
from quizapp.integrations.pdf_signatures import PdfSigner
from tests.integrations.test_record_pdf import LARGE
from tests.support import pdfs

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def files() -> Mapping[str, tuple[bytes, bool]]:
    """Names and bytes, and whether each should pass."""
    signer = PdfSigner(b"s" * 32)
    certificate = signer.certificate("Test issuer", DAY)
    told: dict[str, tuple[bytes, bool]] = {}
    for framework in (pdfs.FRAMEWORK, LARGE):
        payload = pdfs.payload(framework, missing=(1,))
        drawn = record_pdf.draw(payload, framework, b"{}", "https://exams.example.org/verify/7K3F", [])
        told[f"{framework.id}.pdf"] = drawn, True
        told[f"{framework.id}-signed.pdf"] = signer.sign(drawn, certificate, DAY), True
        told[f"{framework.id}-untagged.pdf"] = drawn.replace(b"/StructTreeRoot", b"/StructTreeLost"), False
    return told


def main(outloud: str) -> int:
    """0 when the checker agrees about every file."""
    disagreements = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (data, passes) in files().items():
            path = Path(folder) / name
            path.write_bytes(data)
            answer = subprocess.run([outloud, str(path)], capture_output=True, text=True, check=False)
            agrees = (answer.returncode == 0) is passes
            disagreements += not agrees
            verdict = "passes" if answer.returncode == 0 else "fails"
            print(f"{name}: outloud says it {verdict}{'' if agrees else ', and we do not'}")  # noqa: T201
            if not agrees:
                print(answer.stdout, answer.stderr)  # noqa: T201
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
