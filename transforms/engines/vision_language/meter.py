"""What answers cost, and not spending more than was said."""

from __future__ import annotations

from threading import Condition

from transforms.engines.vision_language.settings import Prices

IMAGE_TOKENS = 2000
"""What an image may cost where nobody has told yet: more than the tiles of one photograph come to."""


class CostMeter:
    """Counts tokens of one process; safe to use from several threads.

    With ``most`` a request is let go only if it fits beside all that are open: each is taken for as dear as
    the dearest so far, with an answer of full length. ``spent`` was spent before."""

    def __init__(self, prices: Prices, most: float | None, spent: float, new_tokens: int) -> None:
        self._prices, self._most, self._spent, self._new = prices, most, spent, new_tokens
        self._open, self._reserved = 0, 0.0
        self._dearest_input = 0
        self._exhausted = False
        self._settled = Condition()

    @property
    def exhausted(self) -> bool:
        """True once an answer did not fit any more."""
        return self._exhausted

    @property
    def spent(self) -> float:
        """In the currency of the prices, what was spent before included."""
        with self._settled:
            return self._spent

    def reserve(self, prompt: str) -> float | None:
        """What to give back to ``settle``; waits for open requests where the limit might be crossed beside
        them, and is None if it might be without them."""
        with self._settled:
            while not self._exhausted:
                tokens = max(self._dearest_input, len(prompt.encode()) + IMAGE_TOKENS)
                worst = self._prices.cost(tokens, self._new)
                if self._most is None or self._spent + self._reserved + worst <= self._most:
                    self._open, self._reserved = self._open + 1, self._reserved + worst
                    return worst
                if self._open:
                    self._settled.wait()
                else:
                    self._exhausted = True
                    self._settled.notify_all()
            return None

    def settle(self, reserved: float, input_tokens: int, output_tokens: int) -> None:
        """An answer, or a failure (0 tokens), has come for what was reserved."""
        with self._settled:
            self._open -= 1
            self._reserved = self._reserved - reserved if self._open else 0.0
            self._spent += self._prices.cost(input_tokens, output_tokens)
            self._dearest_input = max(self._dearest_input, input_tokens)
            self._settled.notify_all()
