"""Damaged images: does any crash the process, hang it, or go through without a verdict?

Each file goes through opening, audit, cleaning and verifying in a process of its own kind, which is
restarted if it dies or takes longer than ten seconds. Half are small files of every format, half pages.
About five minutes for a thousand on one core.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from evaluation.figures import Figure, share
from evaluation.images.planted import TUNING, plant
from evaluation.images.tagged_files import tagged_files

SIZE: Final = 1000
LONGEST: Final = 10.0
"""Seconds for one file on an idle core."""
EMITTED, HELD_BACK, REJECTED, RAISED = "emitted", "held back", "rejected", "raised"
CRASHED, HUNG = "crashed", "hung"
_PAGES: Final = 12


@dataclass(frozen=True, slots=True)
class Verdict:
    """``kind``: one of the words above; ``what``: the reason, or the name of the error's class."""

    kind: str
    what: str
    seconds: float


def damaged_files(seed: int, count: int) -> Iterator[bytes]:
    """Good files with flipped bytes, a part cut off, a part overwritten, or a part doubled."""
    small = [file.data for file in tagged_files()]
    pages = [image.data for image in plant(TUNING, _PAGES)]
    chance = random.Random(seed)
    for index in range(count):
        yield damage(chance.choice(pages if index % 2 else small), chance)


def damage(data: bytes, chance: random.Random) -> bytes:
    """``data`` damaged in one of four ways."""
    way = chance.randrange(4)
    if way == 0:
        return data[: chance.randrange(1, len(data))]
    body = bytearray(data)
    start = chance.randrange(len(body))
    if way == 1:
        for _ in range(chance.choice((1, 2, 8, 64))):
            body[chance.randrange(len(body))] ^= chance.randrange(1, 256)
    elif way == 2:
        length = chance.randrange(1, 65)
        body[start : start + length] = chance.randbytes(length)
    else:
        body[start:start] = body[start : start + chance.randrange(1, 4096)]
    return bytes(body)


def measure(data: Path, size: int = SIZE) -> list[Figure]:
    """The verdicts; the files are made here, ``data`` is not read."""
    del data
    with Patient() as patient:
        verdicts = [patient.look_at(file) for file in damaged_files(TUNING, size)]
    kinds = Counter(verdict.kind for verdict in verdicts)
    rows = [
        share("damaged files that crash the process", kinds[CRASHED], size, "<=", 0),
        share("damaged files that take over 10 s", kinds[HUNG], size, "<=", 0),
        share("damaged files with an error left to the catch-all", kinds[RAISED], size, "<=", 0),
        Figure("  slowest", max(verdict.seconds for verdict in verdicts), "<=", LONGEST, "s"),
    ]
    raised = Counter(verdict.what for verdict in verdicts if verdict.kind in (RAISED, CRASHED, HUNG))
    rows += [Figure(f"  {what}", number, "<=", 0, "") for what, number in sorted(raised.items())]
    rows.append(share("  emitted", kinds[EMITTED], size, ">=", 0))
    rows.append(share("  held back, with a reason", kinds[HELD_BACK] + kinds[REJECTED], size, ">=", 0))
    return rows


class Patient:
    """A process that looks at files one by one, and a new one when it is lost. A context manager."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Patient:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def look_at(self, data: bytes) -> Verdict:
        """What becomes of ``data``."""
        pipe = self._ready()
        start = time.monotonic()
        try:
            pipe.send_bytes(data)
            # Other work on the machine may slow it down: only CPU seconds, told by the process, count.
            if not pipe.poll(6 * LONGEST):
                self._stop()
                return Verdict(HUNG, HUNG, time.monotonic() - start)
            kind, what, seconds = pipe.recv()
        except (EOFError, OSError):
            self._stop()
            return Verdict(CRASHED, CRASHED, time.monotonic() - start)
        return Verdict(HUNG if seconds > LONGEST else str(kind), str(what), float(seconds))

    def _ready(self) -> Connection:
        if self._pipe is None:
            ours, theirs = self._context.Pipe()
            self._process = self._context.Process(target=_serve, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
            self._pipe = ours
            ours.recv()
        return self._pipe

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._pipe = None


def _serve(pipe: Connection) -> None:
    """Answers every file with its verdict until the other end is closed."""
    from evaluation.images.product import protect
    from schemas.errors import RejectRecord

    first = next(plant(TUNING, 1))
    protect(first.data, remember=False)
    pipe.send("ready")
    while True:
        try:
            data = pipe.recv_bytes()
        except EOFError:
            return
        start = time.process_time()
        try:
            reason = protect(data, remember=False).cleaned.reason
            kind, what = (EMITTED, "") if reason is None else (HELD_BACK, reason.value)
        except RejectRecord as reject:
            kind, what = REJECTED, reject.reason.value
        except Exception as error:  # noqa: BLE001  (what the pipeline's catch-all would have to take)
            kind, what = RAISED, type(error).__name__
        pipe.send((kind, what, time.process_time() - start))
