"""F20, F21: slow, black-holed, reset, cut, dropped, duplicated and swapped: no false "saved", and success."""

from __future__ import annotations

import random
import threading

import pytest

from tests.faults.kills import CHOICES, Ground, Learner
from tests.support.fault_proxy import FAULTS, between

SEEDS = (1, 2)
CHANGES = 48


def play(learner: Learner, seed: int, url: str) -> None:
    """Enter answers and send random parts of the journal, in any order, until nothing waits."""
    chance, client = random.Random(seed), learner.client
    client.url, client.timeout = url, 1.0
    for number in range(CHANGES):
        payload = CHOICES[chance.randrange(len(CHOICES))]
        client.enter(number % 16 + 1, payload)
        learner.payloads[client.seq] = payload
    while client.journal:
        waiting = list(client.journal.items())
        chance.shuffle(waiting)
        client.journal = dict(waiting)
        client.sync(chance.randint(1, 5))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bad_network_loses_nothing_and_claims_nothing(served: Ground, seed: int) -> None:
    chance = random.Random(f"network {seed}")
    plan = [*FAULTS, *FAULTS]
    chance.shuffle(plan)
    learner = served.learner()
    with between(served.server.url, plan) as proxy:
        done = threading.Thread(target=play, args=(learner, seed, proxy.url))
        done.start()
        done.join(120)
        assert not done.is_alive()
    assert set(proxy.seen) == set(FAULTS)
    served.need_whole(learner)


@pytest.mark.parametrize("fault", [one for one in FAULTS if one not in ("pass", "latency", "duplicated")])
def test_a_broken_reply_is_never_taken_for_saved(served: Ground, fault: str) -> None:
    learner = served.learner()
    client = learner.client
    with between(served.server.url, ["pass", fault]) as proxy:
        client.url, client.timeout = proxy.url, 1.0
        client.enter(1, {"choice": "b"})
        assert client.sync()
        client.enter(2, {"choice": "a"})
        assert not client.sync()
        assert (list(client.journal), client.acknowledged) == ([2], {1: "counted"})
        assert client.sync()
    served.need_stored(learner, {1: "counted", 2: "counted"})
    assert len(served.export(learner)) == 2


def test_the_reply_to_somebody_else_is_never_taken_for_saved(served: Ground) -> None:
    ada, ben = served.learner(), served.learner()
    with between(served.server.url, ["pass", "old_reply"]) as proxy:
        for learner in (ada, ben):
            learner.client.url = proxy.url
            learner.client.enter(1, {"choice": "a"})
        assert (ada.client.sync(), ben.client.sync()) == (True, False)
        assert ben.client.acknowledged == {}
        assert ben.client.sync()
