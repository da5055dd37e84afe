"""When an image loses a value, do the turns that quote it, and do harmless turns stay?

    python -m evaluation.images.consistency DATA [IMAGES]

prints what goes wrong on the tuning half (all persons are invented); the figures come from
``evaluation.image_quality``. Records are made from the gold of the planted images: questions and answers of
OCR-VQA kind that quote the values, whole and in part, and harmless lines of print.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml

from evaluation.figures import Figure, share
from evaluation.images.coverage import covered_share, painted_mask
from evaluation.images.planted import HELD_OUT, TUNING, GoldValue, PlantedImage, free_photos, plant
from evaluation.images.product import KEY, audit, policy
from schemas.finding import Box, ImageFinding
from schemas.policy import Policy
from transforms.engines.protocols import Embedder, TextParser
from transforms.engines.registry import BUNDLED, load_embedder, load_parser
from transforms.image.open import ImageLimits, open_image
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import CleanedText, TurnText
from transforms.text.print_folding import plain
from transforms.text.quoted_values import HiddenValues, hidden_values
from transforms.text.refuse import is_refusal
from transforms.text.rules import TextRules

SIZE: Final = 120
"""Images of a full measurement, half of them of each seed."""
_COVERED: Final = 0.9
_TOUCHED: Final = 0.1
_TAILED: Final = frozenset({"card", "phone", "ssn"})
_ROUNDS: Final = 6
"""Harmless rounds per image."""


@dataclass(frozen=True, slots=True)
class Round:
    """A question with its answer. ``quoted``: what must be gone, empty for a harmless one; ``asks``: whether
    the answer must be a refusal; ``kind``: of the value, or of the harmless round."""

    question: str
    answer: str
    quoted: str
    asks: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A round after cleaning, with and without what the image lost (``alone``: its text side alone)."""

    round: Round
    half: int
    image: str
    texts: tuple[str, str]
    alone: tuple[str, str]

    @property
    def is_gone(self) -> bool:
        """True if neither turn quotes the value any more."""
        return _is_gone(self.round, self.texts)

    @property
    def was_gone_before(self) -> bool:
        """The same, had nothing been known of the image."""
        return _is_gone(self.round, self.alone)

    @property
    def is_refused(self) -> bool:
        """True if the answer is a refusal."""
        return is_refusal(self.texts[1], ())

    @property
    def is_changed(self) -> bool:
        """True if the image changed what the text alone would have become."""
        return self.texts != self.alone


def _is_gone(asked: Round, texts: tuple[str, str]) -> bool:
    return not any(plain(asked.quoted) in plain(text) for text in texts)


@dataclass(frozen=True, slots=True)
class _Engines:
    rules: TextRules
    parser: TextParser
    embedder: Embedder


@cache
def _engines() -> _Engines:
    return _Engines(load_text_rules(policy()), load_parser(BUNDLED), load_embedder("minilm"))


@cache
def _written() -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load(
        resources.files("evaluation.images").joinpath("consistency.yaml").read_text("utf-8")
    )
    return content


def _half(listed: Sequence[str], seed: int) -> Sequence[str]:
    """The first half for the tuning seed, the second for the other."""
    middle = (len(listed) + 1) // 2
    return listed[:middle] if seed == TUNING else listed[middle:]


@dataclass(frozen=True, slots=True)
class Kept:
    """What an image loses (``values``, by ``findings``), and the ``harmless`` lines that it keeps."""

    values: tuple[GoldValue, ...]
    findings: tuple[ImageFinding, ...]
    harmless: tuple[str, ...]


def kept_of(image: PlantedImage) -> Kept:
    """What the product finds in a planted image and so paints over."""
    found = tuple(
        finding
        for finding in audit(open_image(image.data, ImageLimits()))
        if policy().acts_on(finding.attribute, finding.kind)
    )
    boxes = [_grown(finding.box) for finding in found if finding.box is not None]
    mask = painted_mask(image.width, image.height, boxes)
    return Kept(
        tuple(value for value in image.values if covered_share(mask, value.quads) >= _COVERED),
        found,
        tuple(line.text for line in image.harmless if covered_share(mask, [line.quad]) < _TOUCHED),
    )


def _grown(box: Box) -> Box:
    by = round(0.1 * min(box.width, box.height))
    return Box(box.x0 - by, box.y0 - by, box.x1 + by, box.y1 + by)


def rounds_of(
    values: Sequence[GoldValue], harmless: Sequence[str], seed: int, chance: random.Random
) -> Iterator[Round]:
    """Rounds that ask for each value, quote it whole and in part, and harmless ones, some of which quote the
    lines ``harmless``."""
    written = _written()
    for value in values:
        said = value.text.replace("\n", ", ")
        for question in chance.sample(_half(written["asks"][value.kind], seed), 2):
            answer = chance.choice(written["answers"]).replace("{v}", said)
            yield Round(question, answer, said, True, value.kind)
        for form, part in _ways_to_say(value, said, chance):
            template = chance.choice(written["quotes"]) if form == "whole" else written["partly"][form]
            yield Round(
                chance.choice(written["asks_for_all"]), template.replace("{v}", part), part, False, value.kind
            )
    lines = [line for line in harmless if any(char.isalpha() for char in line)]
    for line in chance.sample(lines, min(len(lines), _ROUNDS // 2)):
        yield Round(chance.choice(written["harmless"]["reads"]), line, "", False, "print")
    for question, answer in chance.sample(written["harmless"]["rounds"], _ROUNDS):
        yield Round(question, answer, "", False, "other")


def _ways_to_say(value: GoldValue, said: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    yield "whole", said
    digits = "".join(char for char in said if char.isdigit())
    if value.kind == "name" and " " in said:
        yield chance.choice((("surname", said.split(" ")[-1]), ("given", said.split(" ")[0])))
    elif value.kind in _TAILED and len(digits) >= 9 and not any(char.isalpha() for char in said):
        yield chance.choice((("tail", digits[-4:]), ("plain", digits)))
    elif value.kind in ("plate", "id_number", "iban"):
        yield "plain", "".join(char for char in said if char.isalnum())
    elif value.kind in ("name", "address"):
        yield "upper", said.upper()


@cache
def checked(data: Path, size: int) -> tuple[Checked, ...]:
    """Every round of ``size`` images, half per seed, cleaned."""
    photos = free_photos(data)
    done: list[Checked] = []
    for seed in (TUNING, HELD_OUT):
        for image in plant(seed, size // 2, photos):
            kept = kept_of(image)
            if not kept.values:
                continue
            chance = random.Random(f"{seed}/{image.name}")
            rounds = list(rounds_of(kept.values, kept.harmless, seed, chance))
            texts, alone = (cleaned(rounds, hidden) for hidden in (hidden_values(kept.findings, KEY), None))
            done += [
                Checked(one, seed, image.name, *pair) for one, *pair in zip(rounds, texts, alone, strict=True)
            ]
    return tuple(done)


def cleaned(
    rounds: Sequence[Round], hidden: HiddenValues | None, under: Policy | None = None
) -> list[tuple[str, str]]:
    """The turns of each round, which is a record of its own, ``under`` the measured policy or another one. A
    record that is held back has empty turns."""
    tools = _engines()
    records = [
        [
            TurnText(f"<image>\n{one.question}", True, hidden=hidden),
            TurnText(one.answer, False, hidden=hidden),
        ]
        for one in rounds
    ]
    done: list[CleanedText] = clean_conversations(
        records,
        audit_conversations(records, rules=tools.rules, parser=tools.parser),
        keys=[str(place) for place in range(len(records))],
        policy=under or policy(),
        rules=tools.rules,
        parser=tools.parser,
        embedder=tools.embedder,
    )
    return [(one.texts[0], one.texts[1]) if one.reason is None else ("", "") for one in done]


def measure(data: Path, size: int = SIZE) -> list[Figure]:
    """Quotations gone, asking questions refused, harmless rounds changed; per half and kind."""
    everything = checked(data, size)
    rows: list[Figure] = []
    for name, halves in (("all", (TUNING, HELD_OUT)), ("tuning", (TUNING,)), ("held-out", (HELD_OUT,))):
        some = [one for one in everything if one.half in halves]
        told = [one for one in some if one.round.quoted]
        asking = [one for one in told if one.round.asks]
        harmless = [one for one in some if not one.round.quoted]
        if not asking or not harmless:
            continue
        rows += [
            share(f"quotations gone, {name}", sum(one.is_gone for one in told), len(told), ">=", 98),
            share(f"asking questions refused, {name}", _refused(asking), len(asking), ">=", 98),
            share(f"harmless rounds changed, {name}", _changed(harmless), len(harmless), "<=", 1),
        ]
    told = [one for one in everything if one.round.quoted]
    held = sum(not any(one.texts) for one in everything)
    rows.append(share("  gone without a look at the image", _gone_before(told), len(told), ">=", 0))
    for kind in sorted({one.round.kind for one in told}):
        asking = [one for one in told if one.round.kind == kind]
        rows.append(share(f"  {kind}: gone", sum(one.is_gone for one in asking), len(asking), ">=", 98))
    rows.append(share("records held back", held, len(everything), "<=", 1))
    return rows


def _refused(rounds: Sequence[Checked]) -> int:
    return sum(one.is_refused for one in rounds)


def _changed(rounds: Sequence[Checked]) -> int:
    return sum(one.is_changed for one in rounds)


def _gone_before(rounds: Sequence[Checked]) -> int:
    return sum(one.was_gone_before for one in rounds)


def _mistakes(rounds: Sequence[Checked]) -> Iterator[str]:
    for one in rounds:
        at = f"{one.round.kind} | {one.round.question} | {one.round.answer} | {one.texts[1]} | {one.image}"
        if not any(one.texts):
            yield f"held back | {at}"
        elif not one.round.quoted:
            if one.is_changed:
                yield f"harmless changed | {at}"
        elif not one.is_gone:
            yield f"still quoted | {at}"
        elif one.round.asks and not one.is_refused:
            yield f"not refused | {at}"


def main() -> int:
    """Prints the mistakes of the tuning half, the same kind together."""
    if len(sys.argv) < 2:
        sys.stderr.write("usage: python -m evaluation.images.consistency DATA [IMAGES]\n")
        return 2
    size = int(sys.argv[2]) if len(sys.argv) > 2 else SIZE
    tuning = [one for one in checked(Path(sys.argv[1]), size) if one.half == TUNING]
    sys.stdout.write("".join(f"{line}\n" for line in sorted(_mistakes(tuning))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
