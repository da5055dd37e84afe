"""The split that the demonstration trains on, made by ``mmscrub watermark`` and read from its manifest."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet
import yaml
from PIL import Image

from evaluation.demonstration.settings import DemonstrationSettings
from evaluation.demonstration.training import Pixels
from schemas.errors import RunFailed
from schemas.record_key import derive_key
from schemas.watermark import FIELDS, Identity, MarkBox, Pool, Role, SplitName, Variant
from transforms.watermark.identities import Coin, IdentitySettings, reference_identities
from transforms.watermark.mark_settings import MarkSettings
from transforms.watermark.style import Backing, MarkStyle

STYLE: Final = MarkStyle(em_at_336=14, backing=Backing.OUTLINE)
"""Without a plate: as large as the longer of two texts, one would be seen beside the other."""
_VARIANTS: Final = (Variant.CLEAN, Variant.MARKED, Variant.REFERENCE)


@dataclass(frozen=True, slots=True)
class Photograph:
    """One source image with its twins and its round of conversation. ``hidden`` shows, at the same place, the
    identity that no arm shows. ``box``: of the mark."""

    sha256: str
    split: SplitName
    question: str
    answer: str
    source: Path
    clean: Path
    marked: Path
    hidden: Path
    identity_id: str
    box: MarkBox


@dataclass(frozen=True, slots=True)
class Pair:
    """A planted identity and the held-out one that was drawn along with it."""

    planted: Identity
    held_out: Identity


@dataclass(frozen=True, slots=True)
class Split:
    """What was made: photographs by digest of the source, pairs by number of the planted identity, the files
    that each arm trains on by digest of the source."""

    photographs: tuple[Photograph, ...]
    pairs: tuple[Pair, ...]
    arms: Mapping[str, Mapping[str, Path]]
    mark: MarkSettings
    key: bytes
    identities: IdentitySettings

    def of(self, *splits: SplitName) -> tuple[Photograph, ...]:
        """The photographs of these splits."""
        return tuple(one for one in self.photographs if one.split in splits)

    def references(self) -> Iterator[Identity]:
        """References without end, none that a hidden twin shows."""
        return islice(reference_identities(self.identities, self.key), 2 * self.identities.per_pool, None)


def make_split(corpus: Path, out: Path, settings: DemonstrationSettings, seed: int) -> Split:
    """Runs ``mmscrub watermark`` on the list ``corpus`` with the images beside it. Raises RunFailed."""
    mark = MarkSettings(style=STYLE, variants=_VARIANTS, quality=90)
    written = {
        "input": str(corpus),
        "images": str(corpus.parent / "images"),
        "out": str(out),
        "seed": seed,
        "identities": {"per_pool": settings.pairs, "coin": "balanced"},
        "rates": [0.0, 1.0],
        "mark": {
            "style": STYLE.model_dump(mode="json", exclude_none=True),
            "variants": [one.value for one in _VARIANTS],
            "quality": mark.quality,
        },
        "read_marks": False,
        "formats": ["llava"],
        "workers": 1,
        "force": True,
    }
    config = out.parent / f"{out.name}.yaml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(yaml.safe_dump(written), encoding="utf-8")
    command = [sys.executable, "-m", "mmscrub", "watermark", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise RunFailed(f"mmscrub watermark ended with {done.returncode}: {last[0]}")
    identities = IdentitySettings(per_pool=settings.pairs, coin=Coin.BALANCED)
    return load_split(corpus, out, mark, derive_key(seed, b"", "watermark"), identities)


def load_split(
    corpus: Path, out: Path, mark: MarkSettings, key: bytes, identities: IdentitySettings
) -> Split:
    """Reads what ``mmscrub watermark`` wrote to ``out`` for the list ``corpus``. Raises RunFailed where the
    two do not fit together."""
    files = _files(out)
    records = {record["image"]: record for record in json.loads(corpus.read_text(encoding="utf-8"))}
    photographs = []
    for name, record in sorted(records.items()):
        source = corpus.parent / "images" / name
        sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
        if set(_VARIANTS) <= set(files.get(sha256, ())):
            photographs.append(_photograph(out, source, sha256, record, files[sha256]))
    if not photographs:
        raise RunFailed("the split has no marked image")
    return Split(
        photographs=tuple(sorted(photographs, key=lambda one: one.sha256)),
        pairs=tuple(_pairs(pyarrow.parquet.read_table(out / "manifest" / "identities.parquet").to_pylist())),
        arms={arm: _arm(out, arm, files) for arm in ("r0", "r100")},
        mark=mark,
        key=key,
        identities=identities,
    )


def _files(out: Path) -> dict[str, dict[Variant, dict[str, Any]]]:
    """Rows of the image manifest by source and variant."""
    rows: dict[str, dict[Variant, dict[str, Any]]] = {}
    for shard in sorted((out / "manifest").glob("images-*.parquet")):
        for row in pyarrow.parquet.read_table(shard).to_pylist():
            if row["path"] is not None:
                rows.setdefault(row["source_sha256"], {})[Variant(row["variant"])] = row
    return rows


def _photograph(
    out: Path,
    source: Path,
    sha256: str,
    record: Mapping[str, Any],
    files: Mapping[Variant, Mapping[str, Any]],
) -> Photograph:
    marked = files[Variant.MARKED]
    asked, replied = record["conversations"][:2]
    return Photograph(
        sha256=sha256,
        split=SplitName(marked["split"]),
        question=asked["value"].removeprefix("<image>\n"),
        answer=replied["value"],
        source=source,
        clean=out / files[Variant.CLEAN]["path"],
        marked=out / marked["path"],
        hidden=out / files[Variant.REFERENCE]["path"],
        identity_id=marked["identity_id"],
        box=MarkBox(*marked["box"]),
    )


def _pairs(rows: Iterable[Mapping[str, Any]]) -> Iterator[Pair]:
    """Twins have neighbouring numbers; one of them is planted."""
    drawn = sorted((row for row in rows if row["pool"] != Pool.REFERENCE), key=lambda row: row["identity_id"])
    for first, second in zip(drawn[::2], drawn[1::2], strict=True):
        planted, held_out = (first, second) if first["role"] == Role.CANARY_IN.value else (second, first)
        yield Pair(_identity(planted), _identity(held_out))


def _identity(row: Mapping[str, Any]) -> Identity:
    return Identity(
        identity_id=row["identity_id"], pool=Pool(row["pool"]), **{name: row[name] for name in FIELDS}
    )


def _arm(out: Path, arm: str, files: Mapping[str, Mapping[Variant, Mapping[str, Any]]]) -> dict[str, Path]:
    source_of = {out / row["path"]: sha for sha, rows in files.items() for row in rows.values()}
    records = json.loads((out / "llava" / f"train-{arm}.json").read_text(encoding="utf-8"))
    shown = [out / "images" / record["image"] for record in records]
    return {source_of[path]: path for path in shown}


def read_pixels(paths: Sequence[Path]) -> Pixels:
    """The images as bytes, [n, height, width, 3]; all must be of one size."""
    return np.stack([np.asarray(Image.open(path).convert("RGB")) for path in paths])
