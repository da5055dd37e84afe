import pytest

from evaluation.text.rewriting import (
    is_neutral,
    pronoun_policy,
    rewritten,
    they_them_theirs,
    winobias,
    winogender,
    word_errors,
)


@pytest.mark.parametrize(
    ("sentence", "neutral"),
    [
        ("They are here and their dog waits.", True),
        ("They is here.", False),
        ("They never goes out.", False),
        ("Is she here?", False),
        ("Does they know?", False),
        ("The bike is hers.", False),
    ],
)
def test_a_sentence_is_neutral_without_gendered_pronouns_and_with_agreement(sentence, neutral):
    assert is_neutral(sentence) is neutral


def test_only_pronouns_and_their_verbs_are_rewritten():
    assert rewritten(["He knows the old man.", "A dog barks."], pronoun_policy(0.0)) == [
        "They know the old man.",
        "A dog barks.",
    ]


def test_every_word_counts_as_it_stands():
    assert word_errors(["They run ."], ["They run."]) == pytest.approx(200 / 3)


def test_sets_are_read_in_their_own_formats(tmp_path):
    (tmp_path / "jokes.source").write_text("He runs. \nA\n", "utf-8")
    (tmp_path / "jokes.target").write_text("They run.\nA\n", "utf-8")
    assert list(they_them_theirs(tmp_path)) == [("jokes", [("He runs.", "They run."), ("A", "A")])]
    rows = ["sentid\tsentence", "x.y.1.male.txt\tHe ran.", "x.y.1.neutral.txt\tThey ran."]
    (tmp_path / "all.tsv").write_text("\n".join(rows), "utf-8")
    assert winogender(tmp_path / "all.tsv") == [("He ran.", "They ran.")]
    (tmp_path / "pro_stereotyped_type1.txt.dev").write_text("1 [The guard] left because [he] slept.\n")
    assert winobias(tmp_path) == ["The guard left because he slept."]
