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
from transforms.watermark.design import Arm

MANIFEST: Final = "manifest"
IDENTITIES: Final = "identities.parquet"
FULL_RATE: Final = Arm("r100", rate=1.0)

_IDENTITY_COLUMNS: Final = (
    "identity_id",
    "role",
    "repetition_target",
    "images",
    "one_run_bit",
    "shadow_mask",
)
_IMAGE_COLUMNS: Final = ("source_sha256", "variant", "identity_id", "split", "h_rate")


@dataclass(frozen=True, slots=True)
class UnitTruth:
    """One identity. ``planted``: the model under test was shown it, ``repetitions`` times; ``coin``: None
    where the pools have a fixed size; bit k of ``shadow_mask``: shadow model k was."""

    planted: bool
    repetitions: int
    coin: bool | None
    shadow_mask: int


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

    def of(self, unit: str) -> UnitTruth:
        """Truth of the unit's identity."""
        return self.identities[self.identity_of(unit)]


def read_truth(split: Path, arm: Arm = FULL_RATE) -> SplitTruth:
    """Truth of the split in the folder ``split`` for a model trained on ``arm``.

    ``r0`` plants nobody; ``shadow-k`` plants those whose mask has bit k; a rate counts the images of training
    that show the mark. Raises ConfigError for a folder without a readable manifest.
    """
    path = split / MANIFEST / IDENTITIES
    rows = _rows(path, _IDENTITY_COLUMNS, ("identity_id", "role"))
    images = _images(split / MANIFEST)
    shown = _shown(images, arm)
    identities = {}
    for row in rows:
        role, name = row["role"], row["identity_id"]
        if role not in set(Role) or not isinstance(name, str):
            raise ConfigError("split", path, "has a row without an identity id or with an unknown role")
        if role == Role.REFERENCE:
            continue
        if name in identities:
            raise ConfigError("split", path, f"holds the identity {name} twice")
        identities[name] = _unit(row, arm, shown)
    if not identities:
        raise ConfigError("split", path, "holds no planted and no held-out identities")
    bearer = {
        row["source_sha256"]: row["identity_id"]
        for row in images
        if row["variant"] == Variant.MARKED and row["identity_id"] in identities and _is_shown(row, arm)
    }
    return SplitTruth(identities, bearer)


def _unit(row: Mapping[str, Any], arm: Arm, shown: Counter[str] | None) -> UnitTruth:
    mask, coin = row.get("shadow_mask") or 0, row.get("one_run_bit")
    planted = row["role"] == Role.CANARY_IN and arm.rate != 0.0
    if arm.shadow is not None:
        planted = planted and bool(mask >> arm.shadow & 1)
    times = row.get("repetition_target") or row.get("images") or 0
    if shown is not None:
        times = shown[row["identity_id"]]
    # A coin that fell for an identity which this arm does not show is a coin no longer.
    fair = coin is not None and arm.shadow is None and arm.rate != 0.0
    return UnitTruth(planted, times if planted else 0, bool(coin) if fair else None, mask)


def _images(manifest: Path) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for path in sorted(manifest.glob("images-*.parquet")):
        rows += _rows(path, _IMAGE_COLUMNS, _IMAGE_COLUMNS)
    return rows


def _is_shown(row: Mapping[str, Any], arm: Arm) -> bool:
    """Images of the test splits are marked in every arm; those of training below the arm's rate."""
    return row["split"] != SplitName.TRAIN or arm.rate is None or row["h_rate"] < arm.rate


def _shown(images: Sequence[Mapping[str, Any]], arm: Arm) -> Counter[str] | None:
    if not images:
        return None
    return Counter(
        row["identity_id"]
        for row in images
        if row["variant"] == Variant.MARKED and row["split"] == SplitName.TRAIN and _is_shown(row, arm)
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
