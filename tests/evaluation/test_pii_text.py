import pytest

from evaluation.pii_text import is_found, recall
from schemas.finding import Kind, TextFinding


def test_recall_counts_found_and_missed_spans_per_type():
    text = "Write to jane.roe@example.com about Zzyzx."
    spans = [
        {"entity_type": "EMAIL", "start_position": 9, "end_position": 29},
        {"entity_type": "ODD", "start_position": 36, "end_position": 41},
        {"entity_type": "BLANK", "start_position": 8, "end_position": 9},
    ]
    assert recall([{"full_text": text, "spans": spans}]) == {"EMAIL": (1, 1), "ODD": (0, 1)}


@pytest.mark.parametrize(("end", "found"), [(5, False), (6, True), (10, True)])
def test_a_span_is_found_if_most_of_its_letters_are_covered(end, found):
    finding = TextFinding(0, 0, end, "pii.name", Kind.EXPLICIT, "x", 1.0)
    assert is_found("abcdefghij", 0, 10, [finding]) is found
