from collections.abc import Callable, Sequence
from importlib import resources

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from schemas.edit import Action
from schemas.policy import ImagePolicy, Policy, ProxyLevel
from schemas.taxonomy import load_taxonomy
from transforms.engines.protocols import EngineInfo, TextParser
from transforms.engines.registry import load_parser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import CleanedText, TurnText

Turns = Sequence[str]


class SameEmbedder:
    """Calls every pair of texts equal, so that only the hard checks of fidelity speak."""

    info = EngineInfo("embedding", "same", "1", "", "")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 1), dtype=np.float32)


def make_policy(name: str, **changes: object) -> Policy:
    """A preset, expanded by hand: these tests do not need the pipeline."""
    presets = {
        preset: yaml.safe_load(
            resources.files("schemas").joinpath(f"policies/{preset}.yaml").read_text("utf-8")
        )
        for preset in (name, "standard")
    }
    raw = presets[name]

    def expanded(part: dict[str, str]) -> dict[str, Action]:
        found: dict[str, Action] = {}
        for pattern, action in part.items():
            for attribute in load_taxonomy():
                if attribute == pattern or (pattern.endswith("*") and attribute.startswith(pattern[:-1])):
                    found[attribute] = Action(action)
        return found

    values: dict[str, object] = {
        "name": name,
        "mentions": expanded(raw["mentions"]),
        "questions": expanded(raw.get("questions", {})),
        "proxy_level": ProxyLevel(raw.get("proxy_level", "permissive")),
        "refusals": tuple(raw.get("refusals", ())),
        "age_nouns": bool(raw.get("age_nouns", False)),
        "min_text_fidelity": 0.0,
        "image": ImagePolicy(),
        "pronouns_only": bool(raw.get("pronouns_only", False)),
    }
    return Policy(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def parser() -> TextParser:
    return load_parser("bundled")


@pytest.fixture(scope="session")
def policy_of() -> Callable[..., Policy]:
    return make_policy


@pytest.fixture
def told(parser: TextParser) -> Callable[..., list[tuple[str, str]]]:
    """(span, attribute) of what one text tells, or with ``asks`` asks for."""

    def run(
        text: str, preset: str = "standard", question: bool = False, asks: bool = False
    ) -> list[tuple[str, str]]:
        rules = load_text_rules(make_policy(preset))
        findings = audit_conversations([[TurnText(text, question)]], rules=rules, parser=parser)[0]
        return [(text[one.start : one.end], one.attribute) for one in findings if one.asks is asks]

    return run


@pytest.fixture
def cleaned(parser: TextParser) -> Callable[..., CleanedText]:
    def run(turns: Turns, preset: str = "standard", key: str = "00ff", **changes: object) -> CleanedText:
        policy = make_policy(preset, **changes)
        rules = load_text_rules(policy)
        conversation = [TurnText(text, index % 2 == 0) for index, text in enumerate(turns)]
        findings = audit_conversations([conversation], rules=rules, parser=parser)
        return clean_conversations(
            [conversation],
            findings,
            keys=[key],
            policy=policy,
            rules=rules,
            parser=parser,
            embedder=SameEmbedder(),
        )[0]

    return run


@pytest.fixture
def answer(cleaned: Callable[..., CleanedText]) -> Callable[..., str]:
    """The cleaned answer to a question that asks for nothing."""

    def run(text: str, preset: str = "standard") -> str:
        result = cleaned(["What is shown?", text], preset)
        assert result.reason is None
        return str(result.texts[1])

    return run
