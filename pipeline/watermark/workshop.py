"""What marking needs, loaded once per worker process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipeline.watermark.config import NO_OCR
from pipeline.watermark.plan import WatermarkPlan
from transforms.engines.protocols import EngineInfo
from transforms.watermark.keyed import Draws
from transforms.watermark.mark import Marker


@dataclass(frozen=True)
class Workshop:
    """Lazily loaded, shared by all steps of one process."""

    plan: WatermarkPlan

    @cached_property
    def marker(self) -> Marker:
        """Prints and encodes; reads what it printed if an OCR engine is chosen."""
        config = self.plan.config
        reader = load_mark_reader(config.ocr) if config.ocr != NO_OCR else None
        return Marker(config.mark, self.plan.key, reader)

    @cached_property
    def mark_digest(self) -> str:
        """Of the plan, computed once."""
        return self.plan.mark_digest()

    def draws_of(self, purpose: str) -> Draws:
        """The draws of one purpose."""
        return Draws(self.plan.key, purpose)

    def engine_infos(self) -> tuple[EngineInfo, ...]:
        """Loads the engines and says what they are. Raises ConfigError."""
        reader = self.marker.reader
        return () if reader is None else (reader.info,)


_WORKSHOPS: dict[str, Workshop] = {}


def workshop_of(plan: WatermarkPlan) -> Workshop:
    """The process's workshop for ``plan``; the last one is kept."""
    key = repr((plan.config, plan.engine_infos, plan.code))
    if key not in _WORKSHOPS:
        _WORKSHOPS.clear()
        _WORKSHOPS[key] = Workshop(plan)
    return _WORKSHOPS[key]
