"""Hidden states on disk, as what probes take: layers of features, and the samples they belong to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.probes.feature_file import read_array
from evaluation.probes.layers import Probed
from schemas.errors import ConfigError, RunFailed

_COLUMNS = ("sample_id", "identity_id", "image_sha256", "label", "shard", "row")


@dataclass(frozen=True)
class FeatureSet:
    """A folder that ``evaluation.probes.extract`` wrote for one question."""

    folder: Path

    @cached_property
    def about(self) -> dict[str, Any]:
        """Model, question, tokens, layers. ConfigError if the folder holds no features."""
        try:
            found: dict[str, Any] = json.loads((self.folder / "about.json").read_bytes())
        except (OSError, ValueError) as error:
            remedy = f"holds no finished features ({type(error).__name__}): run evaluation.probes.extract"
            raise ConfigError("features", self.folder, remedy) from None
        if not _is_whole(found):
            raise ConfigError("features", self.folder, "about.json lacks what extract writes there")
        return found

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Names of the token places, in the order of the file."""
        return tuple(self.about["tokens"])

    @cached_property
    def rows(self) -> dict[str, list[Any]]:
        """Columns of the samples that can be probed: those with a label. ConfigError where one is missing."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.folder / "samples.parquet"
        try:
            table = pq.read_table(path).to_pydict()
        except (OSError, pa.ArrowException) as error:
            raise ConfigError("features", path, f"cannot be read ({type(error).__name__})") from None
        missing = [name for name in _COLUMNS if name not in table]
        if missing:
            raise ConfigError("features", path, f"has no column {', '.join(missing)}")
        kept = [at for at, label in enumerate(table["label"]) if label is not None]
        return {name: [column[at] for at in kept] for name, column in table.items()}

    def only(self, sample_ids: frozenset[str]) -> list[int]:
        """Places in ``rows`` of the samples among ``sample_ids``, by sample id."""
        found = [at for at, name in enumerate(self.rows["sample_id"]) if name in sample_ids]
        return sorted(found, key=lambda at: str(self.rows["sample_id"][at]))

    def probed(self, places: list[int]) -> Probed:
        """Labels, identities, images and, where the split came with them, folds of the rows at ``places``."""

        def column(name: str) -> list[Any]:
            return [self.rows[name][at] for at in places]

        folds = {
            name: column(name) if name in self.rows else [None] for name in ("fold_identity", "fold_image")
        }
        given = all(number is not None for numbers in folds.values() for number in numbers)
        return Probed(
            np.array(column("label"), dtype=np.int8) == 1,
            column("identity_id"),
            column("image_sha256"),
            np.array(folds["fold_identity"], dtype=np.int64) if given else None,
            np.array(folds["fold_image"], dtype=np.int64) if given else None,
        )

    def layers(self, token: str, places: list[int]) -> TokenLayers:
        """The layers at one token place, rows at ``places``."""
        if token not in self.tokens:
            raise ConfigError("token", token, f"these features hold: {', '.join(self.tokens)}")
        return TokenLayers(self, self.tokens.index(token), tuple(places))

    def shard(self, number: int) -> NDArray[np.floating]:
        """``hidden`` [n, layers, tokens, d] of a shard, as a view of the file."""
        path = self.folder / f"features-{number:05d}-of-{self.about['shards']:05d}.safetensors"
        hidden = read_array(path, "hidden")
        if hidden.ndim != 4 or hidden.shape[1:3] != (self.about["layers"], len(self.tokens)):
            raise RunFailed(f"{path}: does not hold the layers and tokens that about.json tells")
        return hidden


@dataclass(frozen=True)
class TokenLayers:
    """All layers at one token place."""

    features: FeatureSet
    token: int
    places: tuple[int, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Numbers of the blocks, from 0."""
        return tuple(str(number) for number in range(int(self.features.about["layers"])))

    def layer(self, index: int) -> NDArray[np.floating]:
        """[n, d]; only the pages of this layer are read."""
        shards = np.array(self.features.rows["shard"])[list(self.places)]
        rows = np.array(self.features.rows["row"])[list(self.places)]
        parts = []
        for number in np.unique(shards):
            hidden, mine = self.features.shard(int(number)), rows[shards == number]
            if mine.min() < 0 or mine.max() >= len(hidden):
                raise RunFailed(
                    f"shard {number} of {self.features.folder}: has fewer rows than samples.parquet"
                )
            parts.append(hidden[mine, index, self.token])
        # Rows come shard by shard; this puts them back into the order of the samples.
        found: NDArray[np.floating] = np.concatenate(parts)[np.argsort(np.argsort(shards, kind="stable"))]
        return found


def _is_whole(about: Any) -> bool:
    return (
        isinstance(about, dict)
        and isinstance(about.get("ask"), str)
        and isinstance(about.get("tokens"), list)
        and all(isinstance(token, str) for token in about["tokens"])
        and all(isinstance(about.get(name), int) and about[name] > 0 for name in ("layers", "shards"))
    )
