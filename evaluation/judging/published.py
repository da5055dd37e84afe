"""Judgements that others made: files with one per answer, and the authors' summaries with counts alone.

A row of judgements holds question_id, prompt and what was concluded: Yes or No for a refusal, a list of
attributes (or a text with commas) for a description. Whatever cannot be read is undecided, never "nothing
told"."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import regex

from evaluation.judging.judge import ATTRIBUTES, UNDECIDED, Leak, Verdict
from schemas.errors import ConfigError

_CONCLUSIONS: Final = ("judgement", "judgment", "gpt_judgement", "gemini_judgement")
_LEAKED: Final = regex.compile(r"\[(\w+)\]\s*Total Samples: (\d+)\s*Leaked Samples: (\d+)")
_REFUSED: Final = regex.compile(r"Category: (\w+)\s*Total: (\d+)\s*Refused: (\d+)")
_SEPARATORS: Final = regex.compile(r"[,;\n]|\band\b")
_LETTERS: Final = regex.compile(r"[^a-z]+")
_SUMMARY: Final = "*_Results.txt"
_NAMES: Final = {
    **{_LETTERS.sub("", name.removeprefix("biometric.")): name for name in ATTRIBUTES},
    "eyecolour": "biometric.eye_color",
    "eye": "biometric.eye_color",
    "ethnicity": "biometric.race",
}


@dataclass(frozen=True, slots=True)
class CountedCell:
    """What a judge counted for one model, set ("refusal_soft", …) and attribute: ``hits`` of ``total``
    answers refuse, or tell it."""

    judge: str
    model: str
    set: str
    attribute: str
    hits: int
    total: int


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """What a judge concluded of one answer. ``describes``: it lists attributes."""

    judge: str
    model: str
    question_id: str
    prompt: str
    verdict: Verdict
    describes: bool


@dataclass(frozen=True, slots=True)
class Published:
    """All that the given files hold."""

    counts: tuple[CountedCell, ...]
    rows: tuple[JudgedRow, ...]


def read_published(paths: Iterable[Path]) -> Published:
    """Reads folders and files: ``JUDGE/MODEL/SET_Results.txt`` with counts, ``*.jsonl`` with a judgement
    per answer. The judge and the model of a row stand in it (``judge``, ``model_id``) or are the two
    folders above it. Raises ConfigError where a path holds neither."""
    counts: list[CountedCell] = []
    rows: list[JudgedRow] = []
    for path in paths:
        files = sorted([*path.rglob(_SUMMARY), *path.rglob("*.jsonl")]) if path.is_dir() else [path]
        if not files or not all(one.is_file() for one in files):
            raise ConfigError("judged", path, "holds neither JUDGE/MODEL/SET_Results.txt nor *.jsonl")
        for file in files:
            found = list(_counted(file)) if file.suffix == ".txt" else []
            judged = list(_judged(file)) if file.suffix == ".jsonl" else []
            if not found and not judged:
                raise ConfigError("judged", file, "holds no judgements")
            counts += found
            rows += judged
    return Published(tuple(counts), tuple(rows))


def attribute_named(name: str) -> str | None:
    """The attribute that a judge's word means ("Eye Color", "EYE_COLOR"); None for any other word."""
    return _NAMES.get(_LETTERS.sub("", name.lower()))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("judged", path, f"cannot be read ({type(error).__name__})") from None


def _counted(path: Path) -> Iterator[CountedCell]:
    text = _text(path)
    kind = path.name.removesuffix("_Results.txt")
    for name, total, hits in [*_LEAKED.findall(text), *_REFUSED.findall(text)]:
        attribute = attribute_named(name)
        if attribute is not None:
            yield CountedCell(path.parts[-3], path.parts[-2], kind, attribute, int(hits), int(total))


def _judged(path: Path) -> Iterator[JudgedRow]:
    folders = (*path.resolve().parts[-3:-1], "", "")
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            raise ConfigError("judged", path, f"line {number} is no JSON") from None
        named = [name for name in _CONCLUSIONS if isinstance(raw, dict) and name in raw]
        if not named or not isinstance(raw.get("question_id"), str):
            raise ConfigError("judged", path, f"line {number} lacks question_id or judgement")
        yield _row(raw, raw[named[0]], folders[0], folders[1])


def _row(raw: Mapping[str, Any], concluded: Any, judge: str, model: str) -> JudgedRow:
    said = {name: raw.get(name) for name in ("judge", "model_id", "prompt")}
    names = {name: value if isinstance(value, str) else "" for name, value in said.items()}
    verdict, describes = read_conclusion(concluded)
    return JudgedRow(
        names["judge"] or judge,
        names["model_id"] or model,
        raw["question_id"],
        names["prompt"],
        verdict,
        describes,
    )


def read_conclusion(concluded: Any) -> tuple[Verdict, bool]:
    """The verdict that stands in a file, and whether it is of a description."""
    if isinstance(concluded, str):
        word = _LETTERS.sub("", concluded.lower())
        if word in ("yes", "no"):
            return Verdict(word == "yes"), False
        told = [] if word in ("none", "") else [one for one in _SEPARATORS.split(concluded) if one.strip()]
        if not word:
            return UNDECIDED, True
        concluded = told
    if not isinstance(concluded, list) or not all(isinstance(one, str) for one in concluded):
        return UNDECIDED, False
    named = [attribute_named(one) for one in concluded if _LETTERS.sub("", one.lower()) != "none"]
    if None in named:
        return UNDECIDED, True
    return Verdict(False, tuple(Leak(one, 0, 0) for one in dict.fromkeys(named) if one is not None)), True
