"""The list of traps, and the small decisions of its measurement."""

import csv
import json
from importlib import resources
from pathlib import Path

import pytest

from evaluation.text import traps
from evaluation.text.presets import preset

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "data" / traps.CORPUS
needs_corpus = pytest.mark.skipif(not CORPUS.is_file(), reason="development data is absent")


def test_the_list_is_long_has_no_text_and_two_halves() -> None:
    listed = resources.files("evaluation.text").joinpath("traps.tsv").read_text("utf-8")
    rows = list(csv.DictReader(listed.splitlines(), delimiter="\t"))
    assert len(rows) >= 400
    assert set(rows[0]) == {"sha256", "record", "turn", "start", "end", "class"}
    held_out = sum(int(row["sha256"][0], 16) % 2 for row in rows)
    assert 0.4 < held_out / len(rows) < 0.6


def test_another_corpus_is_an_error(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps([{"conversations": [{"from": "human", "value": "x"}] * 30}] * 16000))
    with pytest.raises(ValueError, match="another corpus"):
        traps.load_traps(other)


def test_changed_tells_an_edit_from_none() -> None:
    policy = preset("safe-llava", parents=("biometric",))
    turns = [traps.alone("A man waves.", False), traps.alone("A brown bear.", False)]
    assert traps.changed(turns, policy) == [True, False]


def test_a_turn_with_a_person_or_a_name_is_not_drawn(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.json"
    said = ["A brown bear.", "A skater jumps.", "Anna Karenina", "A firewoman.", "A red bus."]
    corpus.write_text(json.dumps([{"conversations": [{"from": "gpt", "value": text} for text in said]}]))
    assert sorted(traps.nobody_turns(corpus, 9)) == [("A brown bear.", False), ("A red bus.", False)]


@needs_corpus
def test_every_trap_is_found_in_the_corpus() -> None:
    assert len(traps.load_traps(CORPUS)) >= 400
