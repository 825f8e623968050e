"""Base58 (Bitcoin's alphabet), in which keys and proofs are written with a leading z."""

from __future__ import annotations

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def encode(data: bytes) -> str:
    """``data`` in base58, without the leading z."""
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[rest] + digits
    return _ALPHABET[0] * (len(data) - len(data.lstrip(b"\0"))) + digits


def decode(text: str) -> bytes | None:
    """The bytes of base58 text, or None when it has other signs in it."""
    number = 0
    for sign in text:
        if (digit := _ALPHABET.find(sign)) < 0:
            return None
        number = number * len(_ALPHABET) + digit
    zeros = len(text) - len(text.lstrip(_ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
