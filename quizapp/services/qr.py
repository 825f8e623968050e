"""QR codes for pages."""

from __future__ import annotations

from quizapp.integrations import qr_codes


def data_uri(text: str) -> str:
    """An image address that carries the QR code of ``text`` itself."""
    return qr_codes.svg_data_uri(text, scale=5)
