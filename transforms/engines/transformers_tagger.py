"""Finds names with any token classifier in the format of transformers, on a GPU where there is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.errors import ConfigError
from transforms.engines.bundled_weights import folder_sha256
from transforms.engines.name_tagger.decoding import entity_spans, probabilities
from transforms.engines.name_tagger.features import LABELS, windows
from transforms.engines.protocols import EngineInfo, EntitySpan

CONFIG_KEY = "engines.ner"
ROWS = 32
"""Rows of every batch; missing ones are filled up."""

WIDTHS = (32, 64, 128, 256)
"""Pieces per row, special ones included: a row takes the least width that holds it."""

_SPECIAL_PIECES = 2
_KINDS = {
    "PER": "PERSON", "PERSON": "PERSON", "NAME": "PERSON", "PEOPLE": "PERSON",
    "ORG": "ORG", "ORGANIZATION": "ORG", "LOC": "LOC", "LOCATION": "LOC", "GPE": "LOC", "FAC": "LOC",
}  # fmt: skip
_LABEL = re.compile(r"(?:(?P<place>[BIELSU])[-_])?(?P<kind>[A-Za-z]+)")


def label_columns(labels: Mapping[int, str]) -> list[tuple[int, int]]:
    """(output of the model, index in ``LABELS``) for every label that we know: B-PER, I-PERSON, ORG ..."""
    columns: list[tuple[int, int]] = []
    for output, label in sorted(labels.items()):
        match = _LABEL.fullmatch(label)
        kind = _KINDS.get(match["kind"].upper()) if match else None
        if match and kind:
            opens = match["place"] in ("B", "S", "U")
            columns.append((output, LABELS.index(("B-" if opens else "I-") + kind)))
    return columns


@dataclass(frozen=True, slots=True)
class _Row:
    """One window: its text's index, where it starts there, and its text."""

    index: int
    start: int
    text: str


class TransformersTagger:
    """An ``EntityTagger`` over ``AutoModelForTokenClassification``.

    Every batch has 32 rows of one of four widths, filled up with empty rows: a kernel is chosen by shape, so
    a text's scores do not depend on what else is in the batch. Raises ConfigError naming ``engines.ner`` if
    the folder holds no such model, no fast tokenizer, or no label for people.
    """

    def __init__(self, folder: str, device: str = "") -> None:
        """``folder``: as ``save_pretrained`` writes it. ``device``: empty for a GPU if there is one."""
        import torch
        from transformers import AutoModelForTokenClassification, AutoTokenizer

        where = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, **where)
            model: Any = AutoModelForTokenClassification.from_pretrained(
                folder, use_safetensors=True, dtype=torch.float32, **where
            )
        except (OSError, ValueError) as error:
            raise ConfigError(CONFIG_KEY, folder, "no token classifier that transformers can load") from error
        self._columns = label_columns(model.config.id2label)
        if not any(LABELS[ours].endswith("PERSON") for _, ours in self._columns):
            raise ConfigError(CONFIG_KEY, folder, "the model has no label for people (PER or PERSON)")
        if not self._tokenizer.is_fast:
            raise ConfigError(CONFIG_KEY, folder, "the tokenizer knows no offsets (it has no tokenizer.json)")
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._model = model.to(self._device).eval()
        self._torch: Any = torch
        self._widths = [width for width in WIDTHS if width <= model.config.max_position_embeddings] or [
            WIDTHS[0]
        ]
        settings = f"rows={ROWS}; widths={','.join(map(str, self._widths))}; device={self._device}; fp32"
        version = f"torch-{torch.__version__.split('+')[0]}"
        self.info = EngineInfo("ner", Path(folder).name, version, folder_sha256(Path(folder)), settings)

    def tag(self, texts: Sequence[str]) -> list[tuple[EntitySpan, ...]]:
        """The names of each text, in text order."""
        found: list[list[EntitySpan]] = [[] for _ in texts]
        rows = [row for index, text in enumerate(texts) for row in self._rows(index, text)]
        for row, spans in zip(rows, self._tagged([row.text for row in rows]), strict=True):
            found[row.index] += [
                EntitySpan(row.start + one.start, row.start + one.end, one.label, one.score) for one in spans
            ]
        return [tuple(spans) for spans in found]

    def _rows(self, index: int, text: str) -> Iterator[_Row]:
        offsets = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)[
            "offset_mapping"
        ]
        for first, stop in windows(text, offsets, self._widths[-1] - _SPECIAL_PIECES):
            start, end = offsets[first][0], offsets[stop - 1][1]
            yield _Row(index, start, text[start:end])

    def _tagged(self, texts: Sequence[str]) -> list[list[EntitySpan]]:
        found: list[list[EntitySpan]] = [[] for _ in texts]
        sizes = [len(ids) for ids in self._tokenizer(list(texts))["input_ids"]] if texts else []
        last = self._widths[-1]
        for width in self._widths:
            below = max((other for other in self._widths if other < width), default=0)
            chosen = [i for i, size in enumerate(sizes) if below < min(size, last) <= width]
            for start in range(0, len(chosen), ROWS):
                part = chosen[start : start + ROWS]
                for index, spans in zip(part, self._batch([texts[i] for i in part], width), strict=True):
                    found[index] = spans
        return found

    def _batch(self, texts: Sequence[str], width: int) -> list[list[EntitySpan]]:
        filled = [*texts, *[""] * (ROWS - len(texts))]
        inputs = self._tokenizer(
            filled,
            padding="max_length",
            max_length=width,
            truncation=True,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
            return_tensors="pt",
        )
        offsets, special = inputs.pop("offset_mapping").tolist(), inputs.pop("special_tokens_mask").tolist()
        with self._torch.inference_mode():
            logits = self._model(**inputs.to(self._device)).logits
        shares = probabilities(logits.float().cpu().numpy())
        return [self._spans(text, offsets[row], special[row], shares[row]) for row, text in enumerate(texts)]

    def _spans(
        self, text: str, offsets: Sequence[Sequence[int]], special: Sequence[int], shares: NDArray[np.float32]
    ) -> list[EntitySpan]:
        kept = [
            place for place, flag in enumerate(special) if not flag and offsets[place][1] > offsets[place][0]
        ]
        ours = np.zeros((len(kept), len(LABELS)), dtype=np.float32)
        for output, column in self._columns:
            ours[:, column] += shares[kept, output]
        return entity_spans(text, [_without_blanks(text, *offsets[place]) for place in kept], ours)


def _without_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    """Some tokenizers count the blank before a word as a part of it."""
    while start < end - 1 and text[start].isspace():
        start += 1
    return start, end
