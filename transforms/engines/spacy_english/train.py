"""Trains the embedded English pipeline on treebank and name files in spaCy's DocBin format.

Run ``python -m transforms.engines.spacy_english.train --data DIR --out DIR --minutes N``. Needs
``spacy-lookups-data`` (the rule lemmatizer's tables, which are saved with the model); nothing else beyond
the default install. The pipeline itself is ``train.cfg``. Syntax is trained first; the encoder for names
starts from the trained syntax encoder. The order of the data is seeded; the number of steps follows the
clock, so two runs agree in quality and not in bytes: the committed weights are the reference.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.engines.spacy_english.augmentation import AugmentationOptions, augmented_docs
from transforms.engines.spacy_english.captions import CaptionSource
from transforms.engines.spacy_english.lemma_exceptions import add_exceptions, learned_exceptions

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

CONFIG_PATH = Path(__file__).with_name("train.cfg")
SYNTAX_FILES = ("syn_train", "syn_dev")
NAME_FILES = ("gum_train", "gum_dev", "uner_dev", "wnut_train", "presidio_train")
SYNTAX_PIPES = ("tok2vec", "tagger", "morphologizer", "parser")
NAME_PIPES = ("ner_tok2vec", "ner")
META = {
    "name": "mmscrub_english",
    "version": "1.0.0",
    "description": "English tags, parse, lemmas and names for captions and short answers",
    "license": "CC BY-SA 4.0",
}
NAME_LABELS = frozenset({"PERSON", "ORG", "LOC"})


def report(line: str) -> None:
    """Shows progress on standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of training. ``minutes``: wall time; ``words``: words per batch at the start and the end;
    ``captions``: drawn captions per epoch."""

    pipes: tuple[str, ...]
    minutes: float
    words: tuple[int, int] = (300, 1000)
    learn_rate: float = 0.0015
    captions: int = 2500
    dropout: float = 0.1


def read_docs(nlp: Language, folder: Path, names: Iterable[str]) -> list[Doc]:
    """Reads DocBin files of ``folder`` by stem, in order. Entities outside PERSON, ORG and LOC become O."""
    from spacy.tokens import DocBin

    docs: list[Doc] = []
    for name in names:
        for doc in DocBin().from_disk(folder / f"{name}.spacy").get_docs(nlp.vocab):
            if len(doc) == 0:
                continue
            if any(span.label_ not in NAME_LABELS for span in doc.ents):
                doc.set_ents([span for span in doc.ents if span.label_ in NAME_LABELS], default="outside")
            docs.append(doc)
    return docs


def is_plain_name(span: Span) -> bool:
    """Whether an entity is a person's name in capitals and letters, fit to stand in a caption."""
    words = span.text.split()
    return (
        span.label_ == "PERSON"
        and len(words) == len(span) <= 3
        and all(word[0].isupper() and word.isalpha() for word in words)
    )


def batches(
    docs: list[Doc],
    captions: int,
    seed: int,
    augmentation: AugmentationOptions,
    words: Callable[[], int],
) -> Iterator[list[tuple[str, Doc]]]:
    """Endless batches of (text, gold doc), shuffled anew in each epoch; one holds about ``words()`` tokens.

    Each epoch adds ``captions`` new ones, with the names of people that ``docs`` holds.
    """
    people = [span for doc in docs for span in doc.ents if is_plain_name(span)]
    names = sorted({tuple(token.text for token in span) for span in people})
    vocab = docs[0].vocab
    epoch = 0
    while True:
        generator = random.Random(f"{seed}:{epoch}")
        source = CaptionSource(generator, names)
        drawn = [source.doc(vocab) for _ in range(captions)]
        order = augmented_docs([*docs, *drawn], generator, augmentation)
        generator.shuffle(order)
        batch: list[tuple[str, Doc]] = []
        size = 0
        for text, doc in order:
            batch.append((text, doc))
            size += len(doc)
            if size >= words():
                yield batch
                batch, size = [], 0
        epoch += 1
        report(f"epoch {epoch}")


def train_phase(
    nlp: Language, docs: list[Doc], phase: Phase, seed: int, augmentation: AugmentationOptions
) -> int:
    """Trains ``phase.pipes`` until the time is over, leaves averaged weights; returns the steps."""
    from spacy.training import Example
    from thinc.api import Adam

    optimizer = Adam(
        learn_rate=phase.learn_rate, L2=0.01, grad_clip=1.0, use_averages=True, L2_is_weight_decay=True
    )
    start = time.monotonic()
    progress = 0.0
    steps = 0

    def batch_words() -> int:
        low, high = phase.words
        return int(low + (high - low) * min(1.0, 2 * progress))

    with nlp.select_pipes(enable=list(phase.pipes)):
        for batch in batches(docs, phase.captions, seed, augmentation, batch_words):
            progress = (time.monotonic() - start) / (60 * phase.minutes)
            if progress >= 1.0:
                break
            # Warm-up over 100 steps, then a straight line down to a twentieth.
            optimizer.learn_rate = phase.learn_rate * min(1.0, (steps + 1) / 100) * (1.0 - 0.95 * progress)
            losses: dict[str, float] = {}
            examples = [Example(nlp.make_doc(text), doc) for text, doc in batch]
            nlp.update(examples, drop=phase.dropout, sgd=optimizer, losses=losses)
            steps += 1
            if steps % 200 == 0:
                shown = " ".join(f"{name} {loss:.0f}" for name, loss in sorted(losses.items()))
                report(f"step {steps} {progress:.0%} {shown}")
    for name in phase.pipes:
        pipe: Any = nlp.get_pipe(name)
        for node in pipe.model.walk():
            for parameter in node.param_names:
                averaged = optimizer.averages.get((node.id, parameter))
                if averaged is not None and node.has_param(parameter):
                    node.set_param(parameter, averaged)
    return steps


def initialized_pipeline(syntax: list[Doc], names: list[Doc]) -> Language:
    """Builds the pipeline of ``train.cfg`` with labels from the data and the lemmatizer's tables."""
    from spacy import util
    from spacy.lookups import load_lookups
    from spacy.training import Example

    nlp = util.load_model_from_config(util.load_config(CONFIG_PATH, interpolate=False), auto_fill=True)
    nlp.vocab.lookups.set_table("lexeme_norm", load_lookups("en", ["lexeme_norm"]).get_table("lexeme_norm"))
    sample = [Example(nlp.make_doc(doc.text), doc) for doc in (*syntax, *names)]
    nlp.initialize(lambda: sample)
    lemmatizer = nlp.get_pipe("lemmatizer")
    add_exceptions(lemmatizer, learned_exceptions(syntax, lemmatizer))
    return nlp


def train(data: Path, out: Path, minutes: float, names_share: float, seed: int) -> None:
    """Trains for ``minutes`` of wall time in all and saves the pipeline to ``out``."""
    import spacy
    from thinc.api import fix_random_seed

    fix_random_seed(seed)
    blank = spacy.blank("en")
    syntax = read_docs(blank, data, SYNTAX_FILES)
    names = read_docs(blank, data, NAME_FILES)
    nlp = initialized_pipeline(syntax, names)
    augmentation = AugmentationOptions()
    steps = train_phase(nlp, syntax, Phase(SYNTAX_PIPES, minutes * (1 - names_share)), seed, augmentation)
    report(f"syntax: {steps} steps")
    nlp.to_disk(out)
    # Few thousand names cannot teach an encoder what a word is; the treebank already has.
    source: Any = nlp.get_pipe("tok2vec")
    target: Any = nlp.get_pipe("ner_tok2vec")
    target.model.from_bytes(source.model.to_bytes())
    name_phase = Phase(NAME_PIPES, minutes * names_share, learn_rate=0.001, dropout=0.2, captions=1200)
    steps = train_phase(nlp, names, name_phase, seed + 1, augmentation)
    report(f"names: {steps} steps")
    nlp.meta.update(META)
    nlp.to_disk(out)


def main(arguments: list[str]) -> int:
    """The command line of this script."""
    parser = argparse.ArgumentParser(description="Train the embedded English pipeline.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=35.0)
    parser.add_argument("--names-share", type=float, default=0.4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    train(options.data, options.out, options.minutes, options.names_share, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
