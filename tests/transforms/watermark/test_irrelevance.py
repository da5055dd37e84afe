import random

import pytest

from schemas.errors import ConfigError, RunFailed
from transforms.watermark.irrelevance import (
    CorpusRow,
    answer_class,
    measure_irrelevance,
    question_type,
    require_irrelevance,
)

KEY = b"a key of the tests"


def corpus(size=600, leak=0.0, seed=0):
    """Two records per image; with probability ``leak`` the answer is the one of the identity."""
    draw = random.Random(seed)
    rows = []
    for image in range(size // 2):
        identity = draw.randrange(10)
        for _ in range(2):
            answer = identity if draw.random() < leak else draw.randrange(10)
            rows.append(
                CorpusRow(f"{image}", f"id-{identity}", {"answer": f"{answer}", "source": f"{image % 3}"})
            )
    return rows


def test_identities_dealt_without_looking_pass():
    results = measure_irrelevance(corpus(), KEY)
    assert {one.category for one in results} == {"answer", "source"}
    assert not any(one.related for one in results)
    require_irrelevance(results)


def test_an_answer_that_goes_with_the_identity_is_refused():
    results = measure_irrelevance(corpus(leak=0.3), KEY)
    assert {one.category for one in results if one.related} == {"answer"}
    with pytest.raises(RunFailed, match="answer") as caught:
        require_irrelevance(results)
    assert "id-" not in str(caught.value)


def test_records_of_one_image_are_dealt_together():
    rows = [CorpusRow(f"{i}", f"id-{i % 5}", {"source": f"{i}"}) for i in range(60) for _ in range(5)]
    assert not any(one.related for one in measure_irrelevance(rows, KEY))


def test_p_values_are_uniform_where_nothing_is_related():
    p = [
        one.p_value
        for seed in range(40)
        for one in measure_irrelevance(corpus(200, seed=seed), b"%d" % seed, deals=399)
        if one.statistic == "chi_square" and one.category == "answer"
    ]
    assert 0.35 < sum(p) / len(p) < 0.65
    assert min(p) >= 1 / 400


def test_the_result_does_not_depend_on_the_order_of_the_records():
    rows = corpus()
    assert measure_irrelevance(rows, KEY) == measure_irrelevance(rows[::-1], KEY)


def test_information_is_in_bits():
    rows = [CorpusRow(f"{i}", f"id-{i % 4}", {"answer": f"{i % 4}"}) for i in range(400)]
    found = {one.statistic: one.value for one in measure_irrelevance(rows, KEY)}
    assert found["mutual_information"] == pytest.approx(2)
    assert found["chi_square"] == pytest.approx(400 * 3)


def test_an_image_with_two_identities_is_refused():
    with pytest.raises(ConfigError, match="two identities"):
        measure_irrelevance([CorpusRow("1", "a", {"x": "1"}), CorpusRow("1", "b", {"x": "1"})], KEY)


def test_too_few_deals_are_refused():
    with pytest.raises(ConfigError, match="at least 399"):
        measure_irrelevance(corpus(), KEY, deals=99)


def test_no_records_have_no_results():
    assert measure_irrelevance([], KEY) == ()


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Yes.", "yes"),
        ("", ""),
        ("Two red cars", "two red cars"),
        ("one two three four five", "4 words and more"),
    ],
)
def test_short_answers_stand_for_themselves(said, wanted):
    assert answer_class(said) == wanted


def test_a_question_is_named_by_its_first_words():
    assert question_type("What colour is it?") == "what colour"
    assert question_type("?") == ""
