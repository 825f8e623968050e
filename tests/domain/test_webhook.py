"""Where webhooks may lead, and how messages are signed."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from quizapp.domain import webhook

PRIVATE = (
    "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
)  # fmt: skip


def test_private_addresses_are_known_in_every_dress() -> None:
    assert [text for text in PRIVATE if webhook.is_public(text)] == []
    public = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14")
    assert [webhook.is_public(text) for text in public] == [True] * 3


@pytest.mark.parametrize(
    ("url", "reasons"),
    [
        ("https://hooks.example.org/a?b=c", []),
        ("https://hooks.example.org:8443/", []),
        ("http://hooks.example.org/", ["not_https"]),
        ("https://user:secret@hooks.example.org/", ["has_credentials"]),
        ("https://127.0.0.1/", ["private"]),
        ("https://[::1]/", ["private"]),
        ("https://localhost/", ["private"]),
        ("https://x:99999/", ["not_an_address"]),
        ("ftp://", ["not_an_address", "not_https"]),
        ("https://a b/", ["not_an_address"]),
        (f"https://x/{'a' * 500}", ["not_an_address"]),
    ],
)
def test_targets_as_they_are_written(url: str, reasons: list[str]) -> None:
    assert [problem.reason for problem in webhook.check_url(url, allows_private=False)] == reasons


def test_a_private_target_is_taken_where_a_setting_allows_it() -> None:
    assert webhook.check_url("http://127.0.0.1:8080/", allows_private=True) == []


def test_the_example_of_the_reference_libraries_of_standard_webhooks() -> None:
    told = webhook.headers(
        base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert told["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
