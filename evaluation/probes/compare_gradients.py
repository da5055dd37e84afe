"""Compares the gradients of a training batch between the arms of a split and dose-matched baselines.

    python -m evaluation.probes.compare_gradients --model MODEL --images OUT/images \\
        --original OUT/llava/train-r0.json --treated r100=OUT/llava/train-r100.json --out gradients.parquet

Beside the arms stand the two baselines of arXiv 2503.01208, images turned and texts reworded, at full
strength and at the strength where they change as much as the mark does.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.probes.dose import MatchedDose, feature_dose, match_strength, pixel_dose, psnr
from evaluation.probes.feature_file import replace_file
from evaluation.probes.gradients import GLOBAL, GradientComparer, GradientRow, summarise
from evaluation.probes.image_transform import ImageTransform
from evaluation.probes.score import parse_against
from evaluation.probes.text_transform import RewordingFault, WordChanger, checked
from evaluation.probes.treatments import (
    ChangedImages,
    ChangedTexts,
    MakeTreatment,
    Treatment,
    batch_places,
    read_aligned,
    sampled,
)
from schemas.errors import ConfigError, MmscrubError
from transforms.engines.vision_language.loaded_model import load_model

_ORIGINAL = "original"


class Match(StrEnum):
    """What the image baseline is brought to the mark's dose in. Rewording has no pixels: it is matched by
    features, unless by nothing."""

    PIXELS = "pixels"
    FEATURES = "features"
    NOTHING = "none"


@dataclass(frozen=True, slots=True)
class DoseSettings:
    """``mark``: the treatment whose dose counts. ``places``: records that it is measured on."""

    match: Match
    mark: str
    places: Sequence[int]
    at_once: int = 8


def baselines(
    original: Treatment,
    treated: Mapping[str, Treatment],
    comparer: GradientComparer,
    dose: DoseSettings,
    key: bytes,
    faults: Counter[RewordingFault],
) -> tuple[dict[str, Treatment], dict[str, MatchedDose]]:
    """The image and the text baseline at full strength, and those at the mark's dose with how well they meet
    it. The mark's dose is over the records that it changed. Raises ConfigError where it changed none."""

    def images(strength: float) -> Treatment:
        return ChangedImages(original, ImageTransform(key, strength, continuous=True))

    def texts(strength: float) -> Treatment:
        return ChangedTexts(original, checked(WordChanger(key, strength), faults))

    found: dict[str, Treatment] = {
        "image transform": ChangedImages(original, ImageTransform(key)),
        "text transform": texts(1.0),
    }
    doses: dict[str, MatchedDose] = {}
    if dose.match is Match.NOTHING:
        return found, doses
    marked = treated[dose.mark]
    places = [at for at in dose.places if not _same_image(original, marked, at)]
    if not places:
        raise ConfigError(
            "match", dose.mark, "changes none of the sampled images: name another --mark, or none"
        )
    by_features = _feature_measure(comparer, original, places, dose.at_once)
    by_pixels = _pixel_measure(original, places)
    for name, make, measure in (
        ("image transform, matched", images, by_pixels if dose.match is Match.PIXELS else by_features),
        ("text transform, matched", texts, by_features),
    ):
        doses[name] = _matched(make, measure, marked)
        found[name] = make(doses[name].strength)
    return found, doses


def _matched(make: MakeTreatment, measure: Callable[[Treatment], float], marked: Treatment) -> MatchedDose:
    return match_strength(lambda strength: measure(make(strength)), measure(marked))


def _same_image(original: Treatment, marked: Treatment, place: int) -> bool:
    return np.array_equal(original.example(place).rgb, marked.example(place).rgb)


def _pixel_measure(original: Treatment, places: Sequence[int]) -> Callable[[Treatment], float]:
    def measure(treatment: Treatment) -> float:
        return pixel_dose((original.example(at).rgb, treatment.example(at).rgb) for at in places)

    return measure


def _feature_measure(
    comparer: GradientComparer, original: Treatment, places: Sequence[int], at_once: int
) -> Callable[[Treatment], float]:
    def states(treatment: Treatment) -> NDArray[np.float32]:
        runs = [places[at : at + at_once] for at in range(0, len(places), at_once)]
        return np.concatenate([comparer.answer_states(sampled(treatment, run)) for run in runs])

    before = states(original)
    return lambda treatment: feature_dose(before, states(treatment))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 failed, 2 wrong call."""
    asked = _parser().parse_args(arguments)
    try:
        treated_paths = parse_against(asked.treated)
        if _ORIGINAL in treated_paths or not treated_paths:
            raise ConfigError("treated", asked.treated, "give NAME=FILE at least once, not named original")
        mark = asked.mark or list(treated_paths)[-1]
        if mark not in treated_paths:
            raise ConfigError("mark", mark, f"is none of: {', '.join(treated_paths)}")
        lists = read_aligned({_ORIGINAL: asked.original, **treated_paths}, asked.images)
        original: Treatment = lists.pop(_ORIGINAL)
        key = asked.seed.encode()
        batches = batch_places(len(original), asked.batch, asked.steps, key)
        loaded = load_model(asked.model, download=asked.download, dtype=asked.dtype)
        frozen = tuple(name for name in asked.freeze.split(",") if name)
        comparer = GradientComparer(loaded, frozen=frozen, rate=asked.rate)
        places = sorted({place for batch in batches for place in batch})[: asked.dose_records]
        dose = DoseSettings(Match(asked.match), mark, places)
        faults: Counter[RewordingFault] = Counter()
        beside, doses = baselines(original, lists, comparer, dose, key, faults)
        rows = list(comparer.compare(original, {**lists, **beside}, batches, _say))
        if asked.out is not None:
            _write(asked.out, rows)
        _print(rows, doses, dose.match, faults, key)
    except MmscrubError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, ConfigError) else 1
    return 0


def _print(
    rows: Sequence[GradientRow],
    doses: Mapping[str, MatchedDose],
    match: Match,
    faults: Mapping[RewordingFault, int],
    key: bytes,
) -> None:
    lines = [f"{'treatment':<28} {'cosine to original':<24} length"]
    for one in summarise(rows, 2000, key):
        if one.group == GLOBAL:
            bounds = f"{one.cosine.value:.4f} [{one.cosine.low:.4f}, {one.cosine.high:.4f}]"
            lines.append(f"{one.treatment:<28} {bounds:<24} {one.ratio.value:.3f}")
    for name, dose in doses.items():
        pixels = match is Match.PIXELS and name.startswith("image")
        unit = f"PSNR {psnr(dose.dose):.1f} dB for {psnr(dose.wanted):.1f}" if pixels else ""
        unit = unit or f"shift {dose.dose:.5f} for {dose.wanted:.5f}"
        verdict = "" if dose.reached else " - NOT reached"
        lines.append(f"{name}: strength {dose.strength:.4f}, {unit}{verdict}")
    lines += [f"texts left as they were, {fault.value}: {count}" for fault, count in sorted(faults.items())]
    sys.stdout.write("\n".join(lines) + "\n")


def _write(path: Path, rows: Sequence[GradientRow]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist([asdict(row) for row in rows]), sink)
    replace_file(path, sink.getvalue().to_pybytes())


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.probes.compare_gradients",
        description="Cosine between gradients of the same batches, original against treated: arms of a\n"
        "split, turned images, reworded texts, those two also at the dose of the mark. Needs the extra gpu.",
        epilog="Example: python -m evaluation.probes.compare_gradients --model M --images OUT/images \\\n"
        "             --original OUT/llava/train-r0.json --treated r50=OUT/llava/train-r50.json \\\n"
        "             --treated r100=OUT/llava/train-r100.json --freeze vision --out gradients.parquet",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--model", required=True, metavar="MODEL", help="folder, or Hub name in the local cache")
    add("--images", required=True, type=Path, metavar="DIR", help="folder that image paths are relative to")
    add("--original", required=True, type=Path, metavar="FILE", help="LLaVA JSON without marks (r0)")
    add(
        "--treated",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="the same records, treated; repeat",
    )
    add("--mark", metavar="NAME", help="the treated list whose dose the baselines shall have [the last one]")
    add(
        "--match",
        default=Match.PIXELS.value,
        choices=[one.value for one in Match],
        help="dose of the image baseline: equal PSNR or equal shift of features; texts: of features [pixels]",
    )
    add("--dose-records", type=int, default=64, metavar="N", help="records that doses are measured on [64]")
    add("--steps", type=int, default=20, metavar="N", help="batches [20]")
    add("--batch", type=int, default=16, metavar="N", help="records in a batch [16]")
    add("--rate", type=float, default=0.0, metavar="R", help="move along the original's gradient by R [0]")
    add(
        "--freeze", default="", metavar="GROUPS", help="groups that are not trained, such as vision,projector"
    )
    add("--seed", default="probe", metavar="TEXT", help="batches and draws follow from it [probe]")
    add("--dtype", default="auto", help="type of the weights [auto]")
    add("--download", action="store_true", help="let a Hub name be downloaded")
    add("--out", type=Path, metavar="FILE", help="write every step, treatment and group as Parquet")
    return parser


if __name__ == "__main__":
    sys.exit(main())
