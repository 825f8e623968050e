"""`python -m benchmarks.soak`: the server is killed under saves, again and again.

Each round some learners save at once, the server is killed without warning (SIGKILL) and started
again, everything is sent once more, and time ends. Whatever was acknowledged has to be stored
once and count; exit 1 when anything is missing.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.installation import DIALECTS, Installation, installed, sitting
from quizapp.domain.attempt import Disposition
from quizapp.services import attempts
from quizapp.store import response_events
from quizapp.store.attempts import RowAttempt
from tests.journeys.test_power_cut import entries_of, is_scored, let_time_pass, post
from tests.support import attempts as room
from tests.support import server as servers
from tests.support.server import Server, wait_until

LEARNERS = 4


@dataclass(slots=True)
class Paper:
    """What one learner sends, and what was acknowledged of it."""

    attempt_id: UUID
    token: str
    entries: dict[int, dict[str, Any]]
    acknowledged: dict[int, str] = field(default_factory=dict)

    def send_all(self, server: Server) -> None:
        """Send every entry once, going on after a refusal as well as after silence."""
        for seq, entry in self.entries.items():
            told = post(server, self.attempt_id, self.token, entry)
            if told is not None:
                self.acknowledged[seq] = told


def run(dialect: str, rounds: int, seed: int, folder: Path | None) -> int:
    """Play the rounds on one database; gives how many things were wrong."""
    chance = random.Random(f"{dialect} {seed}")
    with installed(dialect, folder, sweep_seconds=1) as place:
        return sum(_round(place, number, chance) for number in range(1, rounds + 1))


def _round(place: Installation, number: int, chance: random.Random) -> int:
    papers = _papers(place)
    total = sum(len(paper.entries) for paper in papers)
    settings = place.world.settings
    server = servers.start(settings)
    _kill_in_the_middle(server, papers, chance.randrange(1, total))
    acknowledged = sum(len(paper.acknowledged) for paper in papers)
    found, missing = _look(place, papers)
    server = servers.start(settings)
    try:
        for paper in papers:
            paper.send_all(server)
        again, lost = _look(place, papers)
        unfinished = _finish(place, papers)
    finally:
        server.stop()
    print(
        f"{place.dialect}, round {number}: {acknowledged} acknowledged before the kill, {found} found, "
        f"{missing} missing; {again} of {total} after sending all again, {lost} missing; "
        f"{len(papers) - unfinished} of {len(papers)} closed and scored",
        flush=True,
    )
    return missing + lost + unfinished + (total - again)


def _papers(place: Installation) -> list[Paper]:
    sitting_id, actors = sitting(place, LEARNERS)
    ids = [attempts.start(place.context, actor, sitting_id) for actor in actors]
    return [Paper(one, room.token(place.context, one), entries_of(place.world, one)) for one in ids]


def _kill_in_the_middle(server: Server, papers: list[Paper], count: int) -> None:
    senders = [threading.Thread(target=paper.send_all, args=(server,)) for paper in papers]
    for sender in senders:
        sender.start()
    wait_until(lambda: sum(len(paper.acknowledged) for paper in papers) >= count, "saves")
    server.kill()
    for sender in senders:
        sender.join()


def _look(place: Installation, papers: list[Paper]) -> tuple[int, int]:
    """How many entries are stored, and how many acknowledged ones are not, or not as counted."""
    found = missing = 0
    for paper in papers:
        with place.context.reading() as session:
            rows = response_events.entries(session, paper.attempt_id)
        counted = {row.client_seq for row in rows if row.disposition is Disposition.COUNTED}
        found += len(rows)
        missing += len(paper.acknowledged.keys() - counted)
    return found, missing


def _finish(place: Installation, papers: list[Paper]) -> int:
    """Let time end; gives how many attempts were not closed and scored with every response."""
    for paper in papers:
        let_time_pass(place.world, paper.attempt_id)
    unfinished = 0
    for paper in papers:
        wait_until(lambda: is_scored(place.world, paper.attempt_id), "a score")  # noqa: B023
        with place.context.reading() as session:
            answered = session.get_one(RowAttempt, paper.attempt_id).answered
        unfinished += answered != len(paper.entries)
    return unfinished


def main() -> int:
    """Exit code 0 when nothing acknowledged was missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="on each database (default: 10)")
    parser.add_argument("--database", choices=DIALECTS, action="append")
    parser.add_argument("--seed", type=int, default=1, help="decides when the kills come")
    parser.add_argument("--folder", type=Path, help="where the databases live")
    told = parser.parse_args()
    wrong = sum(run(one, told.rounds, told.seed, told.folder) for one in told.database or DIALECTS)
    print("Nothing acknowledged was lost." if not wrong else f"{wrong} things were wrong.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
