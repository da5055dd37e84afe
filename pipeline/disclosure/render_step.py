"""Renders one designed image and asks what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.disclosure.design_step import Designed
from pipeline.disclosure.plan import DisclosurePlan
from pipeline.disclosure.scenes import read_scene
from schemas.benchmark import Probe, RenderedForm
from schemas.errors import RejectRecord
from transforms.disclosure.form_questions import check_answerable, form_questions
from transforms.disclosure.memory_set import MemorySample
from transforms.disclosure.render import render_form
from transforms.disclosure.scenes import draw_scene


@dataclass(frozen=True, slots=True)
class MadeImage:
    """What came of one designed image, the ``place``-th of its part. ``stage`` and ``reason`` are empty if it
    was rendered; then ``probes`` are all questions about it, none for a memory sample."""

    place: int
    designed: Designed
    rendered: RenderedForm | None = None
    probes: tuple[Probe, ...] = ()
    stage: str = ""
    reason: str = ""


def make_image(place: int, designed: Designed, plan: DisclosurePlan) -> MadeImage:
    """Never raises for what a value or a scene holds. RunFailed if a question is not answerable from where it
    says."""
    try:
        rendered = _render(designed, plan)
    except RejectRecord as reject:
        return MadeImage(place, designed, stage=reject.stage.value, reason=reject.reason.value)
    if isinstance(designed, MemorySample):
        return MadeImage(place, designed, rendered)
    settings = plan.config.design_settings()
    probes = (*designed.probes, *form_questions(designed, rendered, settings, plan.key))
    for probe in probes:
        check_answerable(probe, rendered)
    return MadeImage(place, designed, rendered, probes)


def _render(designed: Designed, plan: DisclosurePlan) -> RenderedForm:
    if isinstance(designed, MemorySample):
        return render_form(designed.order, plan.key)
    if designed.form is not None:
        return render_form(designed.form, plan.key)
    if plan.config.scenes is not None:
        return read_scene(plan, designed.scene)
    return draw_scene(designed.image_id, plan.key)
