"""Policies as users write them: a preset name or a YAML file of the same form as the presets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline.config_errors import first_config_error
from pipeline.parse_record import IMAGE_TOKEN
from pipeline.yaml_file import parse_yaml, read_yaml_file
from schemas.edit import Action
from schemas.errors import ConfigError
from schemas.policy import DrawnFaces, FaceFill, ImagePolicy, Policy, ProxyLevel, TextFill
from schemas.taxonomy import expand_groups

MentionAction = Literal["report", "rewrite", "mask", "redact", "drop"]
QuestionAction = Literal["report", "refuse"]


def _check_refusal(refusal: str) -> str:
    if not refusal.strip() or IMAGE_TOKEN in refusal:
        raise ValueError(f"must be a sentence, without {IMAGE_TOKEN}")
    return refusal


Refusal = Annotated[str, Field(min_length=1), AfterValidator(_check_refusal)]


def _check_text_fill(fill: object) -> object:
    if fill in _REVERSIBLE:
        said = "gives the text back to whoever holds a list of candidates, at every strength"
        raise ValueError(f"{fill} {said}: choose solid, inpaint or replace")
    return fill


_REVERSIBLE = ("blur", "pixelate", "noise")


class ImageSection(BaseModel):
    """``image:`` of a policy file."""

    model_config = ConfigDict(extra="forbid")

    text_fill: Annotated[TextFill, BeforeValidator(_check_text_fill)] = TextFill.SOLID
    face_fill: FaceFill = FaceFill.BLUR
    plate_fill: FaceFill = FaceFill.SOLID
    drawn_faces: DrawnFaces = DrawnFaces.REDACT
    min_fidelity: Annotated[float, Field(ge=0, le=1)] = 0.0
    min_caption_match: Annotated[float, Field(ge=0, le=1)] = 0.0
    box_growth: Annotated[float, Field(ge=0, le=1)] = 0.1
    fill_rgb: tuple[
        Annotated[int, Field(ge=0, le=255)],
        Annotated[int, Field(ge=0, le=255)],
        Annotated[int, Field(ge=0, le=255)],
    ] = (0, 0, 0)


class PolicyFile(BaseModel):
    """A policy file. Keys of ``mentions`` and ``questions`` are attributes of the taxonomy or ``group.*``;
    a single attribute wins over its group."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")]
    mentions: dict[str, MentionAction]
    questions: dict[str, QuestionAction] = {}
    proxy_level: ProxyLevel = ProxyLevel.PERMISSIVE
    refusals: Annotated[list[Refusal], Field(min_length=1)] | None = None
    """The sentences that stand in for answers; left out: those of the catalogue, by the reason."""
    age_nouns: bool = False
    min_text_fidelity: Annotated[float, Field(ge=0, le=1)] = 0.25
    image: ImageSection = ImageSection()
    pronouns_only: bool = False
    max_refusal_share: Annotated[float, Field(ge=0, le=1)] = 1.0


def preset_names() -> list[str]:
    """Names of the bundled policies."""
    folder = resources.files("schemas").joinpath("policies")
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


def load_policy(name_or_path: str) -> Policy:
    """A preset by name, else a YAML file by path. Raises ConfigError that names key, value and remedy."""
    if name_or_path in preset_names():
        text = resources.files("schemas").joinpath("policies", f"{name_or_path}.yaml").read_text("utf-8")
        written = parse_yaml("policy", name_or_path, text)
    else:
        if not os.path.isfile(name_or_path):  # noqa: PTH113  (Path raises on names that are too long)
            allowed = ", ".join(preset_names())
            raise ConfigError("policy", name_or_path, f"neither a preset ({allowed}) nor a file")
        written = read_yaml_file("policy", Path(name_or_path))
    if not isinstance(written, dict):
        raise ConfigError("policy", name_or_path, "must hold a mapping with name, mentions, questions …")
    try:
        return _freeze(PolicyFile.model_validate(written))
    except ValidationError as error:
        raise first_config_error("policy", error) from error


def _freeze(file: PolicyFile) -> Policy:
    return Policy(
        name=file.name,
        mentions=_actions("policy.mentions", file.mentions),
        questions=_actions("policy.questions", file.questions),
        proxy_level=file.proxy_level,
        refusals=tuple(file.refusals or ()),
        age_nouns=file.age_nouns,
        min_text_fidelity=file.min_text_fidelity,
        image=ImagePolicy(**file.image.model_dump()),
        pronouns_only=file.pronouns_only,
        max_refusal_share=file.max_refusal_share,
    )


def _actions(section: str, written: Mapping[str, str]) -> dict[str, Action]:
    """The action on every attribute that the section names."""
    chosen = expand_groups(section, written)
    allowed = {name: _allowed(section, name, Action(action)) for name, action in chosen.items()}
    return dict(sorted(allowed.items()))


def _allowed(section: str, attribute: str, action: Action) -> Action:
    """Images are redacted, texts are not: a policy that mixes them up is a mistake, not a wish."""
    is_image = attribute.startswith("image.")
    if (action is Action.REDACT and not is_image) or (action in (Action.REWRITE, Action.MASK) and is_image):
        fit = "report, redact or drop" if is_image else "report, rewrite, mask or drop"
        raise ConfigError(f"{section}.{attribute}", action.value, f"allowed here: {fit}")
    return action


def policy_settings(policy: Policy) -> dict[str, Any]:
    """The policy as plain JSON, for the manifest and for digests."""
    return {
        "name": policy.name,
        "mentions": {name: action.value for name, action in policy.mentions.items()},
        "questions": {name: action.value for name, action in policy.questions.items()},
        "proxy_level": policy.proxy_level.value,
        "refusals": list(policy.refusals),
        "age_nouns": policy.age_nouns,
        "min_text_fidelity": policy.min_text_fidelity,
        "pronouns_only": policy.pronouns_only,
        "max_refusal_share": policy.max_refusal_share,
        "image": {
            "text_fill": policy.image.text_fill.value,
            "face_fill": policy.image.face_fill.value,
            "plate_fill": policy.image.plate_fill.value,
            "drawn_faces": policy.image.drawn_faces.value,
            "min_fidelity": policy.image.min_fidelity,
            "min_caption_match": policy.image.min_caption_match,
            "box_growth": policy.image.box_growth,
            "fill_rgb": list(policy.image.fill_rgb),
        },
    }
