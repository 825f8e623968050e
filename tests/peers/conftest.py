"""What other people's programs say of our files; `make peers` installs those programs and asks them."""

from __future__ import annotations

import os

if not os.environ.get("QUIZAPP_TEST_PEER"):
    collect_ignore_glob = ["test_*"]
