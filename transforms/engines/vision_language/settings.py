"""What a vision-language model is asked with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from transforms.engines.device import Device

CONFIG_KEY = "model"
API_KEY_VARIABLE = "MMSCRUB_ANSWER_KEY"


class DefenceRole(StrEnum):
    """Where the words of a defence stand: at the head of the user's own turn, or as a system message, which
    not every chat template knows."""

    USER = "user"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Defence:
    """Words that are put before every prompt. Without ``text`` there is none."""

    text: str = ""
    role: DefenceRole = DefenceRole.USER

    @property
    def system(self) -> str:
        """The system message, or nothing."""
        return self.text if self.role is DefenceRole.SYSTEM else ""

    def before(self, prompt: str) -> str:
        """What the user's turn says."""
        return f"{self.text}\n\n{prompt}" if self.text and self.role is DefenceRole.USER else prompt


@dataclass(frozen=True, slots=True)
class Prices:
    """Per million tokens, in any one currency; 0 where nothing is paid."""

    input: float = 0.0
    output: float = 0.0

    def cost(self, input_tokens: float, output_tokens: float) -> float:
        """What these tokens cost."""
        return (input_tokens * self.input + output_tokens * self.output) / 1e6


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """``new_tokens``: the longest answer. ``batch`` questions go through a local model at once, ``threads``
    of the CPU work for it. ``at_once`` requests are open at an endpoint; ``timeout_seconds`` and
    ``attempts`` are for each. ``spend_most``: stop before this is spent, ``spent`` of it was before."""

    new_tokens: int = 200
    batch: int = 16
    device: Device = Device.AUTO
    threads: int = 1
    at_once: int = 8
    timeout_seconds: float = 120.0
    attempts: int = 4
    api_key_variable: str = API_KEY_VARIABLE
    key_needed: bool = False
    prices: Prices = Prices()
    spend_most: float | None = None
    spent: float = 0.0
    defence: Defence = Defence()
