"""Scores a spaCy pipeline on annotated DocBin files.

Run ``python -m evaluation.parser_scores --data DIR [--model NAME] [--out FILE]``: prints JSON with one entry
per file. Tag, POS, UAS, LAS and lemma are percent of tokens (UAS and LAS without punctuation), sentence ends
F1, names precision / recall / F1 in percent by exact span and label (spaCy's ``Scorer``).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.engines.spacy_english.engine import BUNDLED, MODEL_FOLDER
from transforms.engines.spacy_english.train import read_docs

if TYPE_CHECKING:
    from spacy.language import Language

TEST_FILES = ("ewt_test", "gum_test", "presidio_test")
SYNTAX_SCORES = {
    "tag": "tag_acc",
    "pos": "pos_acc",
    "uas": "dep_uas",
    "las": "dep_las",
    "lemma": "lemma_acc",
    "sentence_f": "sents_f",
}


def file_scores(nlp: Language, folder: Path, name: str) -> dict[str, Any]:
    """The scores of one file. Syntax is left out where the file has none."""
    from spacy.training import Example

    docs = read_docs(nlp, folder, [name])
    measured = nlp.evaluate([Example(nlp.make_doc(doc.text), doc) for doc in docs])
    scores: dict[str, Any] = {"texts": len(docs), "tokens": sum(len(doc) for doc in docs)}
    if any(doc.has_annotation("DEP") for doc in docs):
        scores |= {short: percent(measured[key]) for short, key in SYNTAX_SCORES.items()}
    scores["names"] = {part: percent(measured[f"ents_{part}"]) for part in "prf"}
    for label, values in sorted(measured["ents_per_type"].items()):
        scores[label] = {part: percent(values[part]) for part in "prf"}
    return scores


def percent(fraction: float | None) -> float | None:
    """A fraction as percent with one decimal; None stays None."""
    return None if fraction is None else round(100 * fraction, 1)


def main(arguments: list[str]) -> int:
    """The command line of this script."""
    import spacy

    parser = argparse.ArgumentParser(description="Score a spaCy pipeline on DocBin files.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default=BUNDLED)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    nlp = spacy.load(MODEL_FOLDER if options.model == BUNDLED else options.model)
    scores = {name: file_scores(nlp, options.data, name) for name in TEST_FILES}
    text = json.dumps(scores, indent=2) + "\n"
    if options.out is None:
        sys.stdout.write(text)
    else:
        options.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
