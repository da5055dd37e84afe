"""Vision-language models by name, loaded once per process."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Final

from schemas.errors import ConfigError
from transforms.engines.chat_endpoint import checked_base
from transforms.engines.protocols import VisionLanguageModel
from transforms.engines.vision_language.settings import CONFIG_KEY, ModelSettings

TRANSFORMERS, OPENAI = "transformers", "openai"
FORMS: Final = "transformers:FOLDER, openai:BASE_URL#MODEL"


def check_model(name: str) -> None:
    """Raises ConfigError if ``name`` cannot serve here. Loads nothing, opens no connection."""
    kind, _, place = name.partition(":")
    if kind == OPENAI and place:
        base, _, model = place.partition("#")
        if not base or not model:
            raise ConfigError(CONFIG_KEY, name, "give the endpoint too: --base-url, or openai:BASE_URL#MODEL")
        checked_base(base, CONFIG_KEY)
        return
    if kind != TRANSFORMERS or not place:
        raise ConfigError(CONFIG_KEY, name, f"no such model; allowed: {FORMS}")
    missing = next((need for need in ("torch", "transformers") if find_spec(need) is None), None)
    if missing:
        raise ConfigError(CONFIG_KEY, name, f"needs {missing}: pip install 'mmscrub[gpu]'")


@cache
def load_vision_language(name: str, settings: ModelSettings) -> VisionLanguageModel:
    """``transformers:FOLDER`` (or a Hub name in the local cache) or ``openai:BASE_URL#MODEL``. Raises
    ConfigError if something that it needs is missing."""
    check_model(name)
    kind, _, place = name.partition(":")
    if kind == OPENAI:
        from transforms.engines.vision_language.endpoint import EndpointModel

        return EndpointModel(place, settings)
    from transforms.engines.vision_language.transformers_model import TransformersModel

    return TransformersModel(place, settings)
