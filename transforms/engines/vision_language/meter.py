"""What answers cost, and not spending more than was said."""

from __future__ import annotations

from threading import Lock

from transforms.engines.vision_language.settings import Prices

IMAGE_TOKENS = 2000
"""What an image may cost where nobody has told yet: more than the tiles of one photograph come to."""


class CostMeter:
    """Counts tokens of one process; safe to use from several threads.

    With ``most`` a request is let go only if it fits beside all that are open: each is taken for as dear as
    the dearest so far, with an answer of full length. ``spent`` was spent before."""

    def __init__(self, prices: Prices, most: float | None, spent: float, new_tokens: int) -> None:
        self._prices, self._most, self._spent, self._new = prices, most, spent, new_tokens
        self._open = 0.0
        self._dearest_input = 0
        self._lock = Lock()

    def reserve(self, prompt: str) -> float | None:
        """What to give back to ``settle``; None where the limit would be crossed."""
        with self._lock:
            tokens = max(self._dearest_input, len(prompt.encode()) + IMAGE_TOKENS)
            worst = self._prices.cost(tokens, self._new)
            if self._most is not None and self._spent + self._open + worst > self._most:
                return None
            self._open += worst
            return worst

    def settle(self, reserved: float, input_tokens: int, output_tokens: int) -> None:
        """An answer, or a failure (0 tokens), has come for what was reserved."""
        with self._lock:
            self._open = max(0.0, self._open - reserved)
            self._spent += self._prices.cost(input_tokens, output_tokens)
            self._dearest_input = max(self._dearest_input, input_tokens)

    @property
    def spent(self) -> float:
        """In the currency of the prices, what was spent before included."""
        with self._lock:
            return self._spent
