"""Comparing what people write: spellings that look alike are alike."""

from __future__ import annotations

import unicodedata


def folded(text: str, case_sensitive: bool = False) -> str:
    """One form for all spellings that look alike; capitals are kept only if they count."""
    composed = " ".join(unicodedata.normalize("NFKC", text).split())
    if case_sensitive:
        return composed
    # Folding can decompose again, so it is composed once more.
    return unicodedata.normalize("NFKC", composed.casefold())
