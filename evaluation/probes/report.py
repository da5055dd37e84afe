"""The report of a probed model: every token place, differences to controls, and one p-value for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from evaluation.probes.feature_set import FeatureSet
from evaluation.probes.layers import (
    Difference,
    LayerDifference,
    LayerFigures,
    ModelFigures,
    Probed,
    StudySettings,
    difference,
    probe_model,
)
from evaluation.probes.measures import MaxT, max_t
from evaluation.probes.prompt_baseline import PromptBaseline
from schemas.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Study:
    """Figures per token place, of the model and of each control beside it. ``p``: adjusted for all layers and
    all token places together. ``samples``, ``identities``: how many were
    probed."""

    tokens: Mapping[str, ModelFigures]
    controls: Mapping[str, Mapping[str, ModelFigures]]
    differences: Mapping[str, Mapping[str, Difference]]
    p: float
    samples: int
    identities: int
    probed: Probed
    sample_ids: frozenset[str]
    prompt: PromptBaseline | None = field(default=None)


def run_study(
    features: FeatureSet,
    controls: Mapping[str, FeatureSet],
    tokens: Sequence[str],
    settings: StudySettings,
    key: bytes,
    say: Callable[[str], None] = lambda _: None,
) -> Study:
    """Probes ``features`` and every control on the samples that all of them hold, with the same folds and
    draws. Raises ConfigError where they have none in common, or do not say the same of one."""
    sets = {"": features, **controls}
    common = frozenset.intersection(*(frozenset(one.rows["sample_id"]) for one in sets.values()))
    if not common:
        raise ConfigError("features", ", ".join(sets), "hold no sample in common: extract from one split")
    places = {name: one.only(common) for name, one in sets.items()}
    probed = features.probed(places[""])
    for name, one in controls.items():
        other = one.probed(places[name])
        if other.identities != probed.identities or not np.array_equal(other.labels, probed.labels):
            raise ConfigError("against", name, "says other identities of the same samples")
    found = {
        name: {
            token: probe_model(
                one.layers(token, places[name]),
                probed,
                settings,
                key,
                progress=_progress(say, name or "model", token),
            )
            for token in tokens
        }
        for name, one in sets.items()
    }
    differences = {
        name: {
            token: difference(found[""][token], found[name][token], settings.draws, key) for token in tokens
        }
        for name in controls
    }
    return Study(
        found[""],
        {name: found[name] for name in controls},
        differences,
        _family(found[""]).p,
        len(probed.labels),
        len(set(probed.identities)),
        probed,
        common,
    )


def as_json(study: Study) -> dict[str, Any]:
    """Numbers and names only, in a form that stays."""
    return {
        "samples": study.samples,
        "identities": study.identities,
        "p": study.p,
        "tokens": {name: _model(one) for name, one in study.tokens.items()},
        "controls": {
            name: {token: _model(one) for token, one in tokens.items()}
            for name, tokens in study.controls.items()
        },
        "differences": {
            name: {
                token: {**_test(one.family), "layers": [asdict(layer) for layer in one.layers]}
                for token, one in tokens.items()
            }
            for name, tokens in study.differences.items()
        },
        "prompt_baseline": None if study.prompt is None else asdict(study.prompt),
    }


def as_table(study: Study) -> str:
    """What a terminal shows: per token place the layers, then the differences, then the verdict."""
    lines = [f"{study.samples} samples of {study.identities} identities"]
    for token, model in study.tokens.items():
        lines += ["", f"token {token}: {model.folds.kind.value} folds, p = {model.family.p:.4f} over layers"]
        lines.append(
            f"{'layer':>5}  {'accuracy':<20} {'AUC':<20} {'p':>6}  "
            f"{'sample split':>12} {'control':>8} {'bits':>6}"
        )
        lines += [_layer_line(layer) for layer in model.layers]
    for name, tokens in study.differences.items():
        for token, one in tokens.items():
            lines += ["", f"token {token} minus {name}: p = {one.family.p:.4f} over layers"]
            lines.append(f"{'layer':>5}  {'accuracy':<20} {'AUC':<20} {'p':>6}")
            lines += [_difference_line(layer) for layer in one.layers]
    if study.prompt is not None:
        told = study.prompt.told_apart
        lines += [
            "",
            f"asking alone tells seen from unseen: {told.value:.3f} [{told.low:.3f}, {told.high:.3f}]",
        ]
    lines += ["", f"p over all layers and tokens: {study.p:.4f}"]
    return "\n".join(lines) + "\n"


def _family(tokens: Mapping[str, ModelFigures]) -> MaxT:
    return max_t(
        np.concatenate([one.observed for one in tokens.values()]),
        np.concatenate([one.permuted for one in tokens.values()]),
    )


def _model(model: ModelFigures) -> dict[str, Any]:
    return {
        "folds": model.folds.kind.value,
        **_test(model.family),
        "layers": [asdict(layer) for layer in model.layers],
    }


def _test(family: MaxT) -> dict[str, Any]:
    return {"p": family.p, "null_auc_95": family.null_high, "z": list(family.z_layers)}


def _layer_line(layer: LayerFigures) -> str:
    control = "" if layer.control is None else f"{layer.control:.3f}"
    bits = "" if layer.bits is None else f"{layer.bits:.3f}"
    return (
        f"{layer.name:>5}  {_bounded(layer.accuracy):<20} {_bounded(layer.auc):<20} {layer.p:>6.4f}  "
        f"{layer.sample_split:>12.3f} {control:>8} {bits:>6}"
    ).rstrip()


def _difference_line(layer: LayerDifference) -> str:
    return f"{layer.name:>5}  {_bounded(layer.accuracy):<20} {_bounded(layer.auc):<20} {layer.p:>6.4f}"


def _bounded(one: Any) -> str:
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"


def _progress(say: Callable[[str], None], name: str, token: str) -> Callable[[str], None]:
    return lambda layer: say(f"{name}, token {token}: layer {layer}")
