"""What marking needs, loaded once per worker process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipeline.watermark.design_step import Cast, draw_cast
from pipeline.watermark.plan import WatermarkPlan
from transforms.engines.protocols import EngineInfo
from transforms.keyed import Draws
from transforms.watermark.legibility import MarkReader
from transforms.watermark.mark import Marker
from transforms.watermark.readers import load_reader


@dataclass(frozen=True)
class Workshop:
    """Lazily loaded, shared by all steps of one process."""

    plan: WatermarkPlan

    @cached_property
    def reader(self) -> MarkReader | None:
        """Reads what was printed; None where it is not to be read."""
        config = self.plan.config
        return load_reader(config.mark.style) if config.read_marks else None

    @cached_property
    def marker(self) -> Marker:
        """Prints and encodes."""
        return Marker(self.plan.config.mark, self.plan.key, self.reader, self.plan.image_limits)

    @cached_property
    def cast(self) -> Cast:
        """Who may be printed."""
        return draw_cast(self.plan.config, self.plan.key)

    @cached_property
    def mark_digest(self) -> str:
        """Of the plan, computed once."""
        return self.plan.mark_digest()

    def draws_of(self, purpose: str) -> Draws:
        """The draws of one purpose."""
        return Draws(self.plan.key, purpose)

    def engine_infos(self) -> tuple[EngineInfo, ...]:
        """Loads the engines and says what they are. Raises ConfigError."""
        _ = self.marker
        return () if self.reader is None else (self.reader.info,)


_WORKSHOPS: dict[str, Workshop] = {}


def workshop_of(plan: WatermarkPlan) -> Workshop:
    """The process's workshop for ``plan``; the last one is kept."""
    key = repr((plan.out, plan.config, plan.engine_infos, plan.code))
    if key not in _WORKSHOPS:
        _WORKSHOPS.clear()
        _WORKSHOPS[key] = Workshop(plan)
    return _WORKSHOPS[key]
