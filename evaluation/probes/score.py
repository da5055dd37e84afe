"""Probes hidden states for memory of identities and reports it with intervals and one p-value.

    python -m evaluation.probes.score FEATURES --against r0=OTHER_FEATURES --out report.json

The label is whether the identity was seen in training (``test1``) or not (``test2``).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evaluation.probes.feature_file import replace_file
from evaluation.probes.feature_set import FeatureSet
from evaluation.probes.layers import StudySettings
from evaluation.probes.linear_probe import ProbeSettings
from evaluation.probes.pictures import check_matplotlib, draw_layers, draw_plane, plane, strongest_layer
from evaluation.probes.prompt_baseline import PromptBaseline, prompt_baseline, read_answers, read_values
from evaluation.probes.report import Study, as_json, as_table, run_study
from schemas.errors import ConfigError, MmscrubError


@dataclass(frozen=True, slots=True)
class ScoreCall:
    """One call. ``against``: control features by name. ``tokens``: empty for all that the features hold.
    ``answers`` and ``identities`` go together: the prompt baseline."""

    features: Path
    against: Mapping[str, Path] = field(default_factory=dict)
    tokens: tuple[str, ...] = ()
    settings: StudySettings = field(default_factory=StudySettings)
    seed: str = "probe"
    pictures: Path | None = None
    answers: Path | None = None
    identities: Path | None = None


def score(call: ScoreCall, say: Callable[[str], None] = lambda _: None) -> Study:
    """Runs the study and draws it where pictures are asked for. Raises ConfigError for a wrong call."""
    if not call.seed:
        raise ConfigError("seed", call.seed, "give any text that is not empty")
    if (call.answers is None) != (call.identities is None):
        raise ConfigError("answers", None, "give --answers together with --identities")
    if call.pictures is not None:
        check_matplotlib()
    features = FeatureSet(call.features)
    controls = {name: FeatureSet(path) for name, path in call.against.items()}
    tokens = call.tokens or tuple(
        token for token in features.tokens if all(token in one.tokens for one in controls.values())
    )
    for one in (features, *controls.values()):
        for token in tokens:
            one.layers(token, [])
    key = call.seed.encode()
    study = run_study(features, controls, tokens, call.settings, key, say)
    if call.answers is not None and call.identities is not None:
        baseline = _baseline(features, call.answers, call.identities, call.settings.draws, key)
        study = replace(study, prompt=baseline)
    if call.pictures is not None:
        _draw(call.pictures, features, study)
    return study


def _baseline(
    features: FeatureSet, answers: Path, identities: Path, draws: int, key: bytes
) -> PromptBaseline:
    asked = str(features.about["ask"])
    given, values = read_answers(answers, asked), read_values(identities, asked)
    places = features.only(frozenset(given))
    if not places:
        raise ConfigError("answers", answers, "answers none of the samples of the features")
    probed = features.probed(places)
    texts = [given[str(features.rows["sample_id"][at])] for at in places]
    return prompt_baseline(texts, probed.identities, probed.labels, values, draws, key)


def _draw(folder: Path, features: FeatureSet, study: Study) -> None:
    prompt = None if study.prompt is None else study.prompt.told_apart
    for token, model in study.tokens.items():
        curves = {"model": model, **{name: found[token] for name, found in study.controls.items()}}
        title = f"token {token}: p = {model.family.p:.4f} over {len(model.layers)} layers"
        draw_layers(folder / f"layers-{token}.png", curves, title, prompt)
        best = strongest_layer(model)
        places = features.only(study.sample_ids)
        shown = plane(features.layers(token, places).layer(best))
        accuracy = model.layers[best].accuracy
        title = f"token {token}, layer {best}: accuracy {accuracy.value:.3f}"
        draw_plane(folder / f"plane-{token}.png", shown, study.probed.labels, title)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 failed, 2 wrong call."""
    asked = _parser().parse_args(arguments)
    try:
        probe = ProbeSettings(asked.cost, tuple(asked.inner_costs))
        settings = StudySettings(
            probe, asked.folds, asked.permutations, asked.draws, asked.controls, asked.blocks, asked.workers
        )
        call = ScoreCall(
            asked.features,
            parse_against(asked.against),
            tuple(asked.tokens.split(",")) if asked.tokens else (),
            settings,
            asked.seed,
            asked.pictures,
            asked.answers,
            asked.identities,
        )
        study = score(call, _say)
        if asked.out is not None:
            replace_file(asked.out, (json.dumps(as_json(study), indent=1) + "\n").encode())
        sys.stdout.write(as_table(study))
    except MmscrubError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, ConfigError) else 1
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def parse_against(written: Sequence[str]) -> dict[str, Path]:
    """``name=FEATURES`` each. ConfigError otherwise, or where a name is given twice."""
    found: dict[str, Path] = {}
    for one in written:
        name, sign, path = one.partition("=")
        if not (name and sign and path) or name in found:
            raise ConfigError(
                "against", one, "write NAME=FEATURES, such as r0=features/r0/username, each name once"
            )
        found[name] = Path(path)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.probes.score",
        description="Probes every layer of hidden states: do they tell identities that were seen in\n"
        "training from identities that were not? Folds share neither identity nor image.",
        epilog="Example: python -m evaluation.probes.score features/tuned/username \\\n"
        "             --against untuned=features/base/username --against r0=features/r0/username \\\n"
        "             --pictures pictures --out report.json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("features", type=Path, metavar="FEATURES", help="folder of one question that extract wrote")
    add(
        "--against",
        action="append",
        default=[],
        metavar="NAME=FEATURES",
        help="a control model; may be repeated",
    )
    add("--tokens", default="", metavar="PLACES", help="of last, role, image [all that are there]")
    add("--folds", type=int, default=5, metavar="N", help="where the split came without folds [5]")
    add("--permutations", type=int, default=1000, metavar="N", help="relabellings of identities [1000]")
    add("--draws", type=int, default=2000, metavar="N", help="bootstrap draws for intervals [2000]")
    add("--controls", type=int, default=3, metavar="N", help="random labellings of the control task [3]")
    add("--blocks", type=int, default=0, metavar="N", help="of the online code length, 0 for none [0]")
    add("--cost", type=float, default=1.0, metavar="C", help="of the logistic regression [1.0]")
    add(
        "--inner-costs",
        type=float,
        nargs="+",
        default=[],
        metavar="C",
        help="choose C among these",
    )
    add("--seed", default="probe", metavar="TEXT", help="folds and draws follow from it [probe]")
    add("--workers", type=int, default=2, metavar="N", help="layers at a time [2]")
    add("--answers", type=Path, metavar="FILE", help="JSONL of sample_id, answer: the prompt baseline")
    add("--identities", type=Path, metavar="FILE", help="manifest/identities.parquet of the split")
    add("--pictures", type=Path, metavar="DIR", help="write PNG curves and planes there (evaluation extra)")
    add("--out", type=Path, metavar="FILE", help="write the report as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
