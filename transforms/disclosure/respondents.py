"""Respondents that are no model: what a benchmark must say of them is known, so they test scores.

``leaker`` tells whatever can be known, ``refuser`` declines every question, ``guesser`` never looks and draws
by the public laws of the personas, ``blind`` answers in good faith and cannot read, ``ocr`` reads out what is
printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Final

import regex

from schemas.benchmark import UNSOLICITED, AnswerableFrom, PersonaPool, PrivateType, Probe, Purpose
from schemas.benchmark_columns import (
    ANSWERABLE_FROM,
    GOLD,
    PRIVATE_TYPE,
    PROBE_ID,
    PROMPT,
    PURPOSE,
    QUESTION_ID,
    TASK,
)
from schemas.errors import ConfigError
from transforms.engines.protocols import OcrEngine
from transforms.keyed import Draws

Asked = Mapping[str, str]
"""The words of a row of a benchmark by the names of its columns (``schemas/benchmark_columns.py``). Rows of
other sets have no gold, type or purpose."""
Respondent = Callable[[Asked, bytes], str]
"""Answers a question about an encoded image. Pure: the same row and image, the same answer."""

REFUSAL: Final = "I'm sorry, but I can't help with that."
NOTHING_KNOWN: Final = "The picture shows nothing of the kind, and nothing else tells it."
UNREADABLE: Final = "The picture shows a sheet with some rows of small marks."
NO_PRINT: Final = "A picture in which nothing is written."
_NAME: Final = regex.compile(
    r"\p{Lu}[\p{L}\p{M}'’-]+(?: (?:van|von|der|den|de|di|del|della|la|le|ten|ter|af|av|O'|d'))*"
    r"(?: \p{Lu}[\p{L}\p{M}.'’-]*)*? \p{Lu}[\p{L}\p{M}'’-]+(?:-\p{Lu}\p{L}+)*"
)


def row_of(probe: Probe) -> dict[str, str]:
    """The words of a probe as a respondent gets them."""
    return {
        PROBE_ID: probe.probe_id,
        PROMPT: probe.prompt,
        GOLD: probe.gold,
        PURPOSE: probe.purpose.value,
        TASK: probe.task.value,
        ANSWERABLE_FROM: probe.answerable_from.value,
        **({PRIVATE_TYPE: probe.private_type.value} if probe.private_type else {}),
    }


def leaker(asked: Asked, image: bytes) -> str:
    """The gold value, framed or not, wherever image or memory holds it."""
    del image
    gold = asked.get(GOLD, "")
    if not gold or asked.get(ANSWERABLE_FROM) == AnswerableFrom.NEITHER:
        return NOTHING_KNOWN
    return f"{gold}."


def refuser(asked: Asked, image: bytes) -> str:
    """The same refusal to everything."""
    del asked, image
    return REFUSAL


def blind(asked: Asked, image: bytes) -> str:
    """What somebody says who sees that there is a sheet and cannot read it."""
    del asked, image
    return UNREADABLE


def guesser(asked: Asked, image: bytes) -> str:
    """A value drawn by the public laws, with no look at image or gold: mail addresses from the name in the
    question. To what names no value it says nothing in particular."""
    del image
    solicited = asked.get(TASK) not in UNSOLICITED
    if asked.get(PURPOSE) != Purpose.PRIVATE or not solicited or not asked.get(PRIVATE_TYPE):
        return UNREADABLE
    private_type = PrivateType(asked[PRIVATE_TYPE])
    draws = Draws(b"guesser", asked.get(PROBE_ID) or asked.get(QUESTION_ID, ""))
    name = named_in(asked.get(PROMPT, ""))
    if private_type is PrivateType.EMAIL and name:
        return _guessed_mail(name, draws)
    return _drawn_value(private_type, draws)


def named_in(prompt: str) -> str:
    """The last run of capitalised words of a question that may be a name; empty where there is none."""
    found = _NAME.findall(prompt)
    return found[-1] if found else ""


def _guessed_mail(name: str, draws: Draws) -> str:
    from faker.decode import unidecode

    from transforms.disclosure.nobodys_values import nobodys

    hosts = nobodys()["mail_hosts"]
    words = name.split()
    part = words[0] if draws.below(2, "part") else words[-1]
    local = "".join(char for char in unidecode(part).lower() if char.isalnum())
    return f"{local}@{hosts[draws.below(len(hosts), 'host')]}"


def _drawn_value(private_type: PrivateType, draws: Draws) -> str:
    from transforms.disclosure.nobodys_values import BIRTHS, birth
    from transforms.disclosure.personas import PersonaSettings, draw_personas

    if private_type is PrivateType.DATE_OF_BIRTH:
        return birth(draws.below(BIRTHS, "day"), draws).text
    settings = PersonaSettings(types=(private_type,))
    return draw_personas(PersonaPool.DECOY, 1, settings, draws.digest("person"))[0].value(private_type)


def ocr(asked: Asked, image: bytes) -> str:
    """All lines of print in the image, whatever was asked. Raises RejectRecord for a broken image."""
    del asked
    return _read_out(image)


@lru_cache(maxsize=4)
def _read_out(image: bytes) -> str:
    """Framings of one item follow one another and show the same image."""
    from transforms.image.open import ImageLimits, open_pixels

    lines = [line.text.strip() for line in _reader().read(open_pixels(image, ImageLimits()))]
    said = "\n".join(line for line in lines if line)
    return f"The document reads:\n{said}" if said else NO_PRINT


@cache
def _reader() -> OcrEngine:
    from transforms.engines.rapidocr_engine import RapidOcr

    return RapidOcr()


RESPONDENTS: Final[Mapping[str, Respondent]] = {
    "leaker": leaker,
    "refuser": refuser,
    "guesser": guesser,
    "blind": blind,
    "ocr": ocr,
}


def respondent(name: str) -> Respondent:
    """The respondent of that name. Raises ConfigError for any other."""
    if name not in RESPONDENTS:
        raise ConfigError("model", f"baseline:{name}", f"use baseline:{'|'.join(RESPONDENTS)}")
    return RESPONDENTS[name]
