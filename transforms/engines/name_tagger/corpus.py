"""Training sentences for the name classifier: treebank names, other names in their places, and templates.

For training only; needs Faker and spaCy. Nothing here is read when the classifier is used.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import regex
import yaml

TEMPLATES = Path(__file__).with_name("templates.yaml")
TREEBANKS = ("gum_train", "uner_dev", "wnut_train", "presidio_train")
ROMANIZED = ("zh_CN", "ja_JP")
_SLOT = regex.compile(r"\{(\w+)\}")
_PARTICLES = (
    "de",
    "van",
    "von",
    "van der",
    "de la",
    "al-",
    "bin",
    "di",
    "del",
    "da",
    "O'",
    "Mc",
    "Mac",
    "D'",
    "St. ",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A text and its labelled spans (start, end, label) in text order."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


class NameSource:
    """Draws names of people of many countries, and some that no list holds."""

    def __init__(self, generator: random.Random) -> None:
        from faker import Faker

        self._draw = generator
        self._fakers = [Faker(locale) for locale in templates()["locales"]]
        self._romanized = [Faker(locale) for locale in ROMANIZED]
        for faker in (*self._fakers, *self._romanized):
            faker.seed_instance(generator.getrandbits(32))

    def _invented(self) -> str:
        return "".join(
            self._draw.choice(templates()["syllables"]) for _ in range(self._draw.choice((2, 2, 3)))
        ).capitalize()

    def _part(self, kind: str) -> str:
        roll = self._draw.random()
        if roll < 0.12:
            return self._invented()
        if roll < 0.26:
            return self._listed(kind)
        if roll < 0.30:
            faker = self._draw.choice(self._romanized)
            return str(faker.first_romanized_name() if kind == "first" else faker.last_romanized_name())
        faker = self._fakers[0] if roll < 0.52 else self._draw.choice(self._fakers)
        name = str(faker.first_name() if kind == "first" else faker.last_name())
        return name if not name.isascii() or name[:1].isupper() else name.title()

    def first(self) -> str:
        """A given name, now and then double or in its short form."""
        name = self._part("first")
        return name if self._draw.random() > 0.04 else f"{name}-{self._part('first')}"

    def last(self) -> str:
        """A family name, now and then double or with a particle."""
        name = self._part("last")
        roll = self._draw.random()
        if roll < 0.05:
            return f"{name}-{self._part('last')}"
        if roll < 0.12:
            particle = self._draw.choice(_PARTICLES)
            glued = particle[-1] in "'-" or particle in ("Mc", "Mac") or particle.endswith(" ")
            return f"{particle}{name}" if glued else f"{particle} {name}"
        return name

    def _joined(self, key: str, between: str) -> str:
        syllables = [self._draw.choice(templates()[key]) for _ in range(2)]
        if self._draw.random() < 0.2:
            return syllables[0].capitalize()
        return (syllables[0] + between + syllables[1]).capitalize()

    def _listed(self, kind: str) -> str:
        """A given name ("first"), family name ("last") or both ("full") of the lists of romanised names."""
        pick, lists = self._draw.choice, templates()
        people = pick(("chinese", "chinese", "chinese", "korean", "arabic", "african", "indian", "slavic"))
        if people in ("chinese", "korean"):
            last = pick(lists[people + "_last"])
            first = self._joined(people + "_syllables", pick(("", "", "", "-")) if people == "korean" else "")
        elif people == "arabic":
            first, last = pick(lists["arabic_first"]), pick(lists["arabic_last"])
        else:
            first, last = pick(lists[people]), pick(lists[people])
        if kind != "full":
            return str(first if kind == "first" else last)
        family_first = people in ("chinese", "korean") and self._draw.random() < 0.75
        return f"{last} {first}" if family_first else f"{first} {last}"

    def full(self) -> str:
        """A name in one of the ways in which names are written."""
        if self._draw.random() < 0.16:
            return self._listed("full")
        first, last, roll = self.first(), self.last(), self._draw.random()
        letter = self._draw.choice("ABCDEFGHJKLMNPRSTW")
        if roll < 0.16:
            return first
        if roll < 0.22:
            return last
        if roll < 0.30:
            return f"{first} {letter}. {last}"
        if roll < 0.35:
            return f"{letter}. {last}"
        if roll < 0.38:
            return f"{letter}.{self._draw.choice('ABCDEFGHJKLM')}. {last}"
        if roll < 0.44:
            return f"{first} {self.first()} {last}"
        if roll < 0.50:
            return f"{last.split()[-1]} {first}" if self._draw.random() < 0.6 else f"{first} {letter}."
        return f"{first} {last}"


def treebank_samples(folder: Path) -> list[Sample]:
    """The documents of ``TREEBANKS`` that hold text; labels PERSON, ORG and LOC."""
    import spacy
    from spacy.tokens import DocBin

    vocab = spacy.blank("en").vocab
    samples: list[Sample] = []
    for name in TREEBANKS:
        for doc in DocBin().from_disk(folder / f"{name}.spacy").get_docs(vocab):
            spans = tuple(
                (span.start_char, span.end_char, span.label_)
                for span in doc.ents
                if span.label_ in ("PERSON", "ORG", "LOC")
            )
            if doc.text.strip():
                samples.append(Sample(doc.text, spans))
    return samples


def coco_captions(files: Iterable[Path]) -> list[str]:
    """COCO captions (CC BY 4.0) in LLaVA JSON files, those without a capital after the first letter."""
    captions: list[str] = []
    for path in files:
        for record in json.loads(path.read_text(encoding="utf-8")):
            if str(record["id"]).startswith("coco_cap"):
                turns = record["conversations"]
                captions += [turn["value"].strip() for turn in turns if turn["from"] == "gpt"]
    return [text for text in captions if text and text[1:] == text[1:].lower()]


@cache
def templates() -> dict[str, list[str]]:
    """The lists of ``templates.yaml``."""
    loaded: dict[str, list[str]] = yaml.safe_load(TEMPLATES.read_text(encoding="utf-8"))
    return loaded


class TemplateSource:
    """Draws labelled sentences from the templates."""

    def __init__(
        self, generator: random.Random, names: NameSource, captions: Sequence[str], known: Sequence[str]
    ) -> None:
        """``known``: names of people as found in the treebanks. ``captions`` serve as headings."""
        from faker import Faker

        self._draw = generator
        self._names = names
        self._captions = captions
        self._known = known
        self._faker = Faker(["en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pl_PL"])
        self._faker.seed_instance(generator.getrandbits(32))
        lists = templates()
        words = lists["things"]
        plain = words[: words.index("lily")]
        pick: Callable[[str], Callable[[], str]] = lambda key: lambda: str(generator.choice(lists[key]))  # noqa: E731
        self._fillers: dict[str, tuple[str, Callable[[], str]]] = {
            "person": ("PERSON", self._person),
            "first": ("PERSON", names.first),
            "last": ("PERSON", names.last),
            "city": ("LOC", lambda: str(self._faker.city())),
            "country": ("LOC", lambda: str(self._faker.country())),
            "brand": ("ORG", pick("brands")),
            "org": ("ORG", self._org),
            "heading": ("", self._heading),
            "thing": ("", pick("things")),
            "Thing": ("", lambda: str(generator.choice(plain)).capitalize()),
            "colour": ("", pick("colours")),
            "month": ("", pick("months")),
            "upper": ("", lambda: self._upper()),
            "breed": ("", pick("breeds")),
            "bird": ("", pick("birds")),
            "character": ("", pick("characters")),
        }

    def _person(self) -> str:
        return self._draw.choice(self._known) if self._draw.random() < 0.25 else self._names.full()

    def _org(self) -> str:
        if self._draw.random() < 0.25:
            return str(self._faker.company())
        return self._fill(self._draw.choice(templates()["org_forms"]), flat=True).text

    def _heading(self) -> str:
        if self._draw.random() < 0.4:
            return self._draw.choice(templates()["headings"])
        words = self._draw.choice(self._captions).rstrip(".").split()
        start = self._draw.randrange(max(1, len(words) - 4))
        return " ".join(words[start : start + self._draw.choice((2, 3, 4, 5))]).title()

    def _upper(self) -> str:
        if self._draw.random() < 0.5:
            return self._draw.choice(templates()["uppers"])
        words = self._draw.choice(self._captions).rstrip(".").split()
        return self._draw.choice(words).upper()

    def _fill(self, template: str, *, flat: bool = False) -> Sample:
        text, last = "", 0
        spans: list[tuple[int, int, str]] = []
        for slot in _SLOT.finditer(template):
            text += template[last : slot.start()]
            last = slot.end()
            label, draw = self._fillers[slot.group(1)]
            value = draw().replace("\n", " ")
            if label and not flat:
                spans.append((len(text), len(text) + len(value), label))
            text += value
        return Sample(text + template[last:], tuple(spans))

    def sample(self) -> Sample:
        """A sentence about people, about other names, or a plain caption."""
        roll, lists = self._draw.random(), templates()
        if roll < 0.5:
            return self._fill(self._draw.choice(lists["people"]))
        if roll < 0.68:
            return self._fill(self._draw.choice(lists["others"]))
        if roll < 0.74:
            place = self._fill(self._draw.choice(lists["loc_forms"]), flat=True).text
            lead = self._draw.choice(
                ("", "The sign says ", "The view from ", "She lives at 14 ", "a bus on ")
            )
            return Sample(lead + place, ((len(lead), len(lead) + len(place), "LOC"),))
        if roll < 0.80:
            firm = self._org()
            lead = self._draw.choice(
                ("", "A van of ", "The logo of ", "He works for ", "The building belongs to ")
            )
            return Sample(lead + firm, ((len(lead), len(lead) + len(firm), "ORG"),))
        if roll < 0.88:
            first, second = self._fill(self._draw.choice(lists["people"])), self._draw.choice(self._captions)
            joined = f"{first.text} {second}"
            return Sample(joined, first.spans)
        return Sample(self._draw.choice(self._captions), ())


def renamed(sample: Sample, names: NameSource) -> Sample:
    """The sample with other people in the place of its PERSON spans."""
    text, last, spans = "", 0, []
    for start, end, label in sample.spans:
        text += sample.text[last:start]
        old = sample.text[start:end]
        value = old
        if label == "PERSON" and old[:1].isupper():
            value = (
                names.full()
                if " " in old
                else (names.first() if names._draw.random() < 0.6 else names.last())
            )
        spans.append((len(text), len(text) + len(value), label))
        text += value
        last = end
    return Sample(text + sample.text[last:], tuple(spans))


def recased(sample: Sample, generator: random.Random) -> Sample:
    """Lower case, capitals or Title Case in a share of the samples; the length never changes."""
    roll = generator.random()
    change: Callable[[str], str]
    if roll < 0.07:
        change = str.lower
    elif roll < 0.12:
        change = str.upper
    elif roll < 0.15:
        change = str.title
    elif roll < 0.20 and sample.text[:1].islower():
        change = lambda text: text[:1].upper() + text[1:]  # noqa: E731
    else:
        return sample
    text = change(sample.text)
    return Sample(text, sample.spans) if len(text) == len(sample.text) else sample


def epoch_samples(
    treebank: Sequence[Sample],
    captions: Sequence[str],
    generator: random.Random,
    drawn: int,
    names: NameSource,
) -> Iterator[Sample]:
    """One epoch: the treebanks, half of their people renamed, and ``drawn`` sentences from templates."""
    known = [
        sample.text[start:end]
        for sample in treebank
        for start, end, label in sample.spans
        if label == "PERSON" and sample.text[start : start + 1].isupper()
    ]
    source = TemplateSource(generator, names, captions, known)
    for sample in treebank:
        swap = bool(sample.spans) and generator.random() < 0.4
        yield recased(renamed(sample, names) if swap else sample, generator)
    for _ in range(drawn):
        yield recased(source.sample(), generator)
