"""Shards of hidden states: read in batches that fit into memory, written whole, kept when they are done."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, Final, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from evaluation.probes.feature_file import read_metadata, replace_file, write_arrays
from evaluation.probes.split_images import ProbeSample, SampleSource
from schemas.errors import ConfigError, RejectRecord, RunFailed
from schemas.reasons import Reason
from schemas.watermark import SplitName
from transforms.engines.batches import free_device_memory, is_out_of_memory
from transforms.engines.protocols import RgbArray
from transforms.image.open import ImageLimits, open_image

Told = TypeVar("Told")
StatesReader: TypeAlias = "BatchedReader[NDArray[np.float32]]"
AnswerReader: TypeAlias = "BatchedReader[list[str]]"
STORES: Final[dict[str, np.dtype[Any]]] = {"float16": np.dtype(np.float16), "float32": np.dtype(np.float32)}
"""Types that hidden states are stored in."""
_LABELS: Final = {SplitName.TEST_SEEN: 1, SplitName.TEST_UNSEEN: 0}


@dataclass(frozen=True, slots=True)
class ExtractSettings:
    """``at_once``: images in a forward pass; halved for good where memory does not hold them. ``per_shard``:
    images in a file. ``store``: float16 or float32."""

    at_once: int = 16
    per_shard: int = 256
    store: str = "float16"

    def __post_init__(self) -> None:
        for name in ("at_once", "per_shard"):
            if getattr(self, name) < 1:
                raise ConfigError(name, getattr(self, name), "give 1 or more")
        if self.store not in STORES:
            raise ConfigError("store", self.store, f"choose among: {', '.join(STORES)}")


class BatchedReader(Generic[Told]):
    """Reads any number of images in batches that fit into memory."""

    def __init__(self, read: Callable[[Sequence[RgbArray]], Told], at_once: int) -> None:
        self._read = read
        self.at_once = at_once

    def batches(self, images: Sequence[RgbArray]) -> list[Told]:
        """What was read of each batch, in order. RunFailed where one image alone does not fit."""
        parts: list[Told] = []
        done = 0
        while done < len(images):
            batch = images[done : done + self.at_once]
            try:
                parts.append(self._read(batch))
                done += len(batch)
                continue
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
            # Only here is the error gone, and with it the frames that hold memory.
            free_device_memory()
            if self.at_once == 1:
                raise RunFailed("one image alone does not fit into the device's memory")
            self.at_once = max(1, len(batch) // 2)
        return parts


def extract(
    source: SampleSource,
    reader: StatesReader,
    folder: Path,
    about: dict[str, Any],
    settings: ExtractSettings,
    say: Callable[[str], None] = lambda _: None,
) -> Counter[str]:
    """Writes the shards of ``source`` into ``folder``, then ``samples.parquet`` and ``about.json``. ``about``
    (model, question, tokens ...) is part of what makes a shard the same one. Returns reasons of images that
    could not be read and how many. Raises RunFailed where hidden states do not fit the stored type."""
    samples = source.samples()
    count = -(-len(samples) // settings.per_shard)
    folder.mkdir(parents=True, exist_ok=True)
    said = json.dumps(about | {"store": settings.store}, sort_keys=True)
    rejected: Counter[str] = Counter()
    rows: list[tuple[int, int, ProbeSample]] = []
    wanted = []
    for number in range(count):
        mine = samples[number * settings.per_shard : (number + 1) * settings.per_shard]
        path = folder / f"features-{number:05d}-of-{count:05d}.safetensors"
        wanted.append(path.name)
        digest = sha256(json.dumps([said, [asdict(one) for one in mine]]).encode()).hexdigest()
        reasons = _done(path, digest)
        if reasons is None:
            reasons = _write_shard(path, digest, mine, source, reader, settings)
        rejected.update(reason for reason in reasons if reason)
        rows += [
            (number, at, one)
            for at, (one, reason) in enumerate(zip(mine, reasons, strict=True))
            if not reason
        ]
        say(f"{folder.name}: {min(len(samples), (number + 1) * settings.per_shard)} of {len(samples)} images")
    for old in folder.glob("features-*.safetensors"):
        if old.name not in wanted:
            old.unlink()
    _write_samples(folder / "samples.parquet", rows)
    summary = about | {"samples": len(rows), "rejected": dict(sorted(rejected.items())), "shards": count}
    replace_file(folder / "about.json", (json.dumps(summary, indent=1, sort_keys=True) + "\n").encode())
    return rejected


def write_answers(
    source: SampleSource, reader: AnswerReader, path: Path, asked: str, settings: ExtractSettings
) -> None:
    """Writes what the model answers on each image that can be read, as the prompt baseline takes it."""
    lines = []
    samples = source.samples()
    for start in range(0, len(samples), settings.per_shard):
        opened = [(one, _open(source, one)) for one in samples[start : start + settings.per_shard]]
        read = [(one, rgb) for one, rgb in opened if not isinstance(rgb, str)]
        told = chain.from_iterable(reader.batches([rgb for _, rgb in read]))
        lines += [
            json.dumps({"sample_id": one.sample_id, "ask": asked, "answer": said}, ensure_ascii=False) + "\n"
            for (one, _), said in zip(read, told, strict=True)
        ]
    replace_file(path, "".join(lines).encode())


def _done(path: Path, digest: str) -> list[str] | None:
    """Reason per row, empty where it was read, if the shard there is the one wanted; else None."""
    try:
        metadata = read_metadata(path)
        return list(json.loads(metadata["reasons"])) if metadata.get("digest") == digest else None
    except RunFailed:
        return None


def _write_shard(
    path: Path,
    digest: str,
    samples: Sequence[ProbeSample],
    source: SampleSource,
    reader: StatesReader,
    settings: ExtractSettings,
) -> list[str]:
    images, reasons = [], []
    for sample in samples:
        opened = _open(source, sample)
        reasons.append(opened if isinstance(opened, str) else "")
        if not isinstance(opened, str):
            images.append(opened)
    if not images:
        raise RunFailed(
            f"none of {len(samples)} images of a shard can be read: {', '.join(sorted(set(reasons)))}"
        )
    states = np.concatenate(reader.batches(images))
    with np.errstate(over="ignore"):
        stored = states.astype(STORES[settings.store])
    if not np.isfinite(stored).all():
        raise RunFailed(f"hidden states do not fit into {settings.store}: use --store float32")
    hidden = np.zeros((len(samples), *stored.shape[1:]), dtype=stored.dtype)
    read = np.array([not reason for reason in reasons])
    hidden[read] = stored
    metadata = {"digest": digest, "reasons": json.dumps(reasons)}
    write_arrays(path, {"hidden": hidden, "read": read.astype(np.uint8)}, metadata)
    return reasons


def _open(source: SampleSource, sample: ProbeSample) -> RgbArray | str:
    try:
        return open_image(source.image(sample), ImageLimits()).rgb
    except OSError:
        return Reason.IMAGE_UNREADABLE.value
    except RejectRecord as reject:
        return reject.reason.value


def _write_samples(path: Path, rows: Sequence[tuple[int, int, ProbeSample]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "sample_id": pa.array([one.sample_id for _, _, one in rows], pa.string()),
        "split": pa.array([one.split.value for _, _, one in rows], pa.string()),
        "identity_id": pa.array([one.identity_id for _, _, one in rows], pa.string()),
        "image_sha256": pa.array([one.image_sha256 for _, _, one in rows], pa.string()),
        "fold_identity": pa.array([one.fold_identity for _, _, one in rows], pa.int32()),
        "fold_image": pa.array([one.fold_image for _, _, one in rows], pa.int32()),
        "label": pa.array([_LABELS.get(one.split) for _, _, one in rows], pa.int8()),
        "shard": pa.array([shard for shard, _, _ in rows], pa.int32()),
        "row": pa.array([row for _, row, _ in rows], pa.int32()),
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    replace_file(path, sink.getvalue().to_pybytes())
