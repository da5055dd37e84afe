"""Completes the rule lemmatizer's tables from the treebank: they know nothing of auxiliaries and pronouns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.tokens import Doc

WORD_CLASSES = frozenset({"ADJ", "ADV", "AUX", "DET", "NOUN", "PART", "PRON", "VERB"})
MIN_COUNT = 4
MIN_SHARE = 0.6


def learned_exceptions(docs: Iterable[Doc], lemmatizer: Any) -> dict[str, dict[str, list[str]]]:
    """Lower-case word class -> lower-case form -> its lemma, where ``lemmatizer`` is wrong about the usual
    lemma.

    A lemma counts as usual if it was seen four times or more and in at least 60 % of the form's occurrences.
    """
    gold: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    ruled: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for doc in docs:
        for token in doc:
            if token.pos_ in WORD_CLASSES and token.lemma_:
                key = (token.pos_.lower(), token.lower_)
                gold[key][token.lemma_] += 1
                ruled[key][lemmatizer.rule_lemmatize(token)[0]] += 1
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for (word_class, form), counts in sorted(gold.items()):
        lemma, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        if count < MIN_COUNT or count < MIN_SHARE * counts.total():
            continue
        # "I" apart, capitals are a matter of spelling, not of the lemma.
        if word_class != "pron" and lemma.lower() == form and lemma != form:
            continue
        if ruled[word_class, form].most_common(1)[0][0] != lemma:
            found[word_class][form] = [lemma]
    return dict(found)


def add_exceptions(lemmatizer: Any, exceptions: dict[str, dict[str, list[str]]]) -> None:
    """Writes the exceptions into the lemmatizer's own table; a form that it already holds is replaced."""
    table = lemmatizer.lookups.get_table("lemma_exc")
    for word_class, forms in exceptions.items():
        table[word_class] = {**table.get(word_class, {}), **forms}
    lemmatizer.cache = {}
