import json

import pytest

from evaluation.text.pii import is_exact, is_found, scored
from evaluation.text.pii_gold import GoldSpan, Half, LabelledText, half_of, read_presidio
from evaluation.text.pii_synthetic import decoy_rounds, planted_rounds
from schemas.finding import Kind, TextFinding


def labelled(text, *spans):
    return LabelledText((text,), tuple(GoldSpan(0, *span) for span in spans), "x")


def test_found_missed_and_false_are_counted_per_attribute():
    text = "Write to jane.roe@example.com about Zzyzx, see www.example.org."
    score = scored([labelled(text, (9, 29, "pii.email", True), (36, 41, "pii.plate", True))], names=False)
    assert (score.found["pii.email"], score.exact["pii.email"], score.total["pii.email"]) == (1, 1, 1)
    assert (score.found["pii.plate"], score.total["pii.plate"]) == (0, 1)
    assert (score.right["pii.email"], score.findings["pii.email"]) == (1, 1)
    assert (score.right["pii.url"], score.findings["pii.url"]) == (0, 1)


def test_a_finding_on_gold_that_is_nobodys_is_wrong_and_one_on_other_personal_gold_is_right():
    text = "The letter came from 12 Baker Street."
    assert scored([labelled(text, (21, 36, "pii.name", False))], names=False).right["pii.address"] == 1
    assert scored([labelled(text, (21, 36, "", False))], names=False).right["pii.address"] == 0


@pytest.mark.parametrize(("end", "found"), [(5, False), (6, True), (10, True)])
def test_a_span_is_found_if_most_of_its_letters_are_covered(end, found):
    finding = TextFinding(0, 0, end, "pii.name", Kind.EXPLICIT, "x", 1.0)
    assert is_found("abcdefghij", GoldSpan(0, 0, 10, "pii.name", True), [finding]) is found
    assert is_found("abcdefghij", GoldSpan(1, 0, 10, "pii.name", True), [finding]) is False


def test_sentences_of_one_template_share_a_half(tmp_path):
    for name, mask in (
        ("data/synth_dataset_v2", "{{PERSON}} left"),
        ("tests/data/generated_large", "{name} left"),
    ):
        path = tmp_path / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        spans = [{"entity_type": "PERSON", "start_position": 0, "end_position": 3}]
        path.write_text(json.dumps([{"full_text": "Ann left", "masked": mask, "spans": spans}]))
    (tmp_path / "tests/data/generated_small.json").write_text("[]")
    first, second = read_presidio(tmp_path)
    assert first.group == second.group
    assert first.spans[0].attribute == "pii.name"


def test_planted_values_stand_where_the_gold_says_and_come_again_with_the_seed():
    rounds = list(planted_rounds(7, 1))
    assert rounds == list(planted_rounds(7, 1))
    assert rounds != list(planted_rounds(8, 1))
    for text in rounds:
        for span in text.spans:
            value = text.turns[span.turn][span.start : span.end]
            assert value
            assert value == value.strip()
    assert {half_of(text.group) for text in rounds} == set(Half)
    assert not any(text.spans for text in decoy_rounds(7, 1))


def test_a_block_is_exact_if_its_lines_are_covered_and_nothing_beside_it():
    text = "at 12 High St\nOxford now"
    span = GoldSpan(0, 3, 20, "pii.address", True)
    lines = [
        TextFinding(0, 3, 13, "pii.address", Kind.EXPLICIT, "x", 1.0),
        TextFinding(0, 14, 20, "pii.address", Kind.EXPLICIT, "x", 1.0),
    ]
    assert is_exact(text, span, lines)
    assert not is_exact(text, span, lines[:1])
    assert not is_exact(text, span, [TextFinding(0, 0, 20, "pii.address", Kind.EXPLICIT, "x", 1.0)])
    assert not is_exact(text, span, [TextFinding(0, 3, 20, "pii.name", Kind.EXPLICIT, "x", 1.0)])
