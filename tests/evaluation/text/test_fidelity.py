from dataclasses import replace

import pytest

from evaluation.text.calibrate_fidelity import calibration_pairs, cosines_of, digest_of, threshold_for
from evaluation.text.corruptions import KINDS
from evaluation.text.fidelity import FaithfulPair, cleaned, corrupted, held_back, passes
from schemas.reasons import Reason
from transforms.engines.registry import load_embedder
from transforms.fidelity.text import load_thresholds
from transforms.text.contract import TurnText

PAIR = FaithfulPair(
    "made",
    "A woman is not holding two red cups while a dog chases a cat in the garden. A bus stops at the corner.",
    "A person is not holding two red cups while a dog chases a cat in the garden. A bus stops at the corner.",
    None,
)


def test_the_stored_threshold_is_the_measured_one() -> None:
    pairs, embedder = calibration_pairs(), load_embedder("minilm")
    stored = load_thresholds()
    assert stored.data_sha256 == digest_of(pairs, embedder)
    assert stored.doubt_cosine == pytest.approx(threshold_for(pairs, cosines_of(pairs, embedder)), abs=0.011)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_corruption_changes_the_text_and_is_caught(kind: str) -> None:
    ((pair, changed),) = corrupted([PAIR], kind)
    assert changed != pair.after
    assert passes([(pair.before, pair.after, None), (pair.before, changed, None)]) == [True, False]


def test_only_what_the_gate_stops_is_counted_as_held_back() -> None:
    (passed,) = cleaned([[TurnText("He has a slender build and a red cup.", question=False)]])
    leaking = replace(passed, reason=Reason.TEXT_STILL_LEAKS)
    stopped = replace(passed, reason=Reason.TEXT_UNFAITHFUL)
    figure = held_back("made", [passed, passed, leaking, stopped], 1.0)
    assert (figure.value, figure.met) == (25.0, False)
