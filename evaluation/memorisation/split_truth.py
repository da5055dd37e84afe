"""What the manifest of a split says of the units in a file of scores: planted or held out, how often, where.

Reads ids, roles and numbers; the columns that hold values of identities are never opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.errors import ConfigError
from schemas.watermark import Role, SplitName, Variant
from schemas.watermark_columns import (
    H_RATE,
    IDENTITY_ID,
    ONE_RUN_BIT,
    REPETITION_TARGET,
    ROLE,
    SHADOW_MASK,
    SOURCE_SHA256,
    SPLIT,
    VARIANT,
)
from transforms.watermark.design import Arm

TRAIN_IMAGES: Final = "train_images"
TWIN: Final = "twin"
MANIFEST: Final = "manifest"
IDENTITIES: Final = "identities.parquet"
FULL_RATE: Final = Arm("r100", rate=1.0)

_IDENTITY_COLUMNS: Final = (
    IDENTITY_ID,
    ROLE,
    REPETITION_TARGET,
    TRAIN_IMAGES,
    ONE_RUN_BIT,
    SHADOW_MASK,
    TWIN,
)
_IMAGE_COLUMNS: Final = (SOURCE_SHA256, VARIANT, IDENTITY_ID, SPLIT, H_RATE)


@dataclass(frozen=True, slots=True)
class UnitTruth:
    """One identity. ``planted``: the model under test was shown it, ``repetitions`` times; ``coin``: None
    where the pools have a fixed size; bit k of ``shadow_mask``: shadow model k was. ``twin``: id of the other
    one of its pair, None where the arm does not show what the coins of the pairs said."""

    planted: bool
    repetitions: int
    coin: bool | None
    shadow_mask: int
    twin: str | None = None


@dataclass(frozen=True, slots=True)
class SplitTruth:
    """``identities`` by id; ``image_identity``: id of the identity that an image bears, by its digest."""

    identities: Mapping[str, UnitTruth]
    image_identity: Mapping[str, str]

    def units(self) -> Collection[str]:
        """Every name that a unit may have."""
        return self.identities.keys() | self.image_identity.keys()

    def identity_of(self, unit: str) -> str:
        """Id of the identity that ``unit`` is, or that the image ``unit`` bears."""
        return self.image_identity.get(unit, unit)

    def planted(self, units: Sequence[str]) -> list[str]:
        """Those of ``units`` whose identity was planted."""
        return [unit for unit in units if self.of(unit).planted]

    def held_out(self, units: Sequence[str]) -> list[str]:
        """Those of ``units`` whose identity was held out."""
        return [unit for unit in units if not self.of(unit).planted]

    def pairs(self, units: Sequence[str]) -> list[tuple[str, str]]:
        """Planted and held-out one of every pair among ``units`` that one member of was planted."""
        known = set(units)
        return [
            (unit, twin)
            for unit in self.planted(units)
            if (twin := self.of(unit).twin) is not None and twin in known and not self.of(twin).planted
        ]

    def of(self, unit: str) -> UnitTruth:
        """Truth of the unit's identity."""
        return self.identities[self.identity_of(unit)]


def read_truth(split: Path, arm: Arm = FULL_RATE) -> SplitTruth:
    """Truth of the split in the folder ``split`` for a model trained on ``arm``.

    ``r0`` plants nobody; ``shadow-k`` plants those whose mask has bit k; a rate counts the images of training
    that show the mark. Raises ConfigError for a folder without a readable manifest.
    """
    try:
        return _truth(split, arm)
    except (TypeError, ValueError):
        raise ConfigError("split", split, "holds a manifest with values of a wrong type") from None


def _truth(split: Path, arm: Arm) -> SplitTruth:
    path = split / MANIFEST / IDENTITIES
    rows = _rows(path, _IDENTITY_COLUMNS, (IDENTITY_ID, ROLE))
    images = _images(split / MANIFEST)
    shown = _shown(images, arm)
    identities = {}
    for row in rows:
        role, name = row[ROLE], row[IDENTITY_ID]
        if not isinstance(name, str) or role not in set(Role):
            raise ConfigError("split", path, "has a row without an identity id or with an unknown role")
        if role == Role.REFERENCE:
            continue
        if name in identities:
            raise ConfigError("split", path, f"holds the identity {name} twice")
        identities[name] = _unit(row, arm, shown)
    if not identities:
        raise ConfigError("split", path, "holds no planted and no held-out identities")
    bearer = {
        row[SOURCE_SHA256]: row[IDENTITY_ID]
        for row in images
        if row[VARIANT] == Variant.MARKED and row[IDENTITY_ID] in identities and _is_shown(row, arm)
    }
    return SplitTruth(identities, bearer)


def _unit(row: Mapping[str, Any], arm: Arm, shown: Counter[str] | None) -> UnitTruth:
    mask, coin = row.get(SHADOW_MASK) or 0, row.get(ONE_RUN_BIT)
    planted = row[ROLE] == Role.CANARY_IN and arm.rate != 0.0
    if arm.shadow is not None:
        planted = planted and bool(mask >> arm.shadow & 1)
    times = int(row.get(REPETITION_TARGET) or row.get(TRAIN_IMAGES) or 0)
    if shown is not None:
        times = shown[row[IDENTITY_ID]]
    # A coin that fell for an identity which this arm does not show is a coin no longer.
    told = arm.shadow is None and arm.rate != 0.0
    return UnitTruth(
        planted,
        times if planted else 0,
        bool(coin) if told and coin is not None else None,
        mask,
        row.get(TWIN) if told else None,
    )


def _images(manifest: Path) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for path in sorted(manifest.glob("images-*.parquet")):
        rows += _rows(path, _IMAGE_COLUMNS, _IMAGE_COLUMNS)
    return rows


def _is_shown(row: Mapping[str, Any], arm: Arm) -> bool:
    """Images of the test splits are marked in every arm; those of training below the arm's rate."""
    return row[SPLIT] != SplitName.TRAIN or arm.rate is None or row[H_RATE] < arm.rate


def _shown(images: Sequence[Mapping[str, Any]], arm: Arm) -> Counter[str] | None:
    if not images:
        return None
    return Counter(
        row[IDENTITY_ID]
        for row in images
        if row[VARIANT] == Variant.MARKED and row[SPLIT] == SplitName.TRAIN and _is_shown(row, arm)
    )


def _rows(path: Path, wanted: Sequence[str], needed: Sequence[str]) -> list[Mapping[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    if not path.is_file():
        raise ConfigError("split", path, "is not there: give the folder that mmscrub watermark wrote")
    try:
        names = set(pyarrow.parquet.read_schema(path).names)
        missing = [name for name in needed if name not in names]
        if missing:
            raise ConfigError("split", path, f"lacks the column {', '.join(missing)}")
        held: list[Mapping[str, Any]] = pyarrow.parquet.read_table(
            path, columns=[name for name in wanted if name in names]
        ).to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise ConfigError("split", path, f"cannot be read ({type(error).__name__})") from None
    return held
