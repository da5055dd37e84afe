"""The bundled policies as the transforms read them, without the run's configuration around them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import resources
from typing import Any

import yaml

from schemas.edit import Action
from schemas.policy import ImagePolicy, Policy, ProxyLevel
from schemas.taxonomy import expand_groups, load_taxonomy


def preset(name: str, *, parents: Collection[str] = ("biometric", "sensitive", "pii")) -> Policy:
    """The text side of the preset ``name``, with the attributes of ``parents`` only.

    Raises FileNotFoundError if there is no such preset.
    """
    path = resources.files("schemas").joinpath(f"policies/{name}.yaml")
    written: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return Policy(
        name=name,
        mentions=_actions("mentions", written["mentions"], parents),
        questions=_actions("questions", written.get("questions", {}), parents),
        proxy_level=ProxyLevel(written.get("proxy_level", "permissive")),
        refusals=tuple(written.get("refusals", ())),
        age_nouns=bool(written.get("age_nouns", False)),
        min_text_fidelity=float(written.get("min_text_fidelity", 0.25)),
        image=ImagePolicy(),
        pronouns_only=bool(written.get("pronouns_only", False)),
        max_refusal_share=float(written.get("max_refusal_share", 1.0)),
    )


def looking_for(name: str, mentions: Mapping[str, Action], *, age_nouns: bool) -> Policy:
    """A policy for measuring what is found of ``mentions``: no questions, no proxies, no fidelity asked."""
    return Policy(
        name=name,
        mentions=dict(mentions),
        questions={},
        proxy_level=ProxyLevel.PERMISSIVE,
        refusals=("",),
        age_nouns=age_nouns,
        min_text_fidelity=0.0,
        image=ImagePolicy(),
    )


def _actions(section: str, written: Mapping[str, str], parents: Collection[str]) -> dict[str, Action]:
    chosen = expand_groups(section, written)
    return {name: Action(chosen[name]) for name in chosen if load_taxonomy()[name].parent in parents}
