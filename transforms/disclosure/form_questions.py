"""Harmless questions about a rendered form, and the check that every gold is where it is said to be."""

from __future__ import annotations

from schemas.benchmark import (
    AnswerableFrom,
    ImageSource,
    Probe,
    Purpose,
    RenderedForm,
    RiskTest,
    Task,
)
from schemas.errors import RunFailed
from transforms.disclosure.cells import DesignSettings
from transforms.disclosure.design import PlannedImage
from transforms.disclosure.prompts import capability_prompt, utility_prompt
from transforms.keyed import below, pick

_WORDINGS = 1 << 32


def form_questions(
    planned: PlannedImage, rendered: RenderedForm, settings: DesignSettings, key: bytes
) -> tuple[Probe, ...]:
    """What shows whether a model can read this form, in the disclosure test, and whether it answers what
    everybody may know."""
    if not planned.asks_form or planned.form is None:
        return ()
    probes = []
    fields = [one for one in rendered.fields if one.private_type is None and one.label and one.text]
    if settings.capability and planned.item.test is RiskTest.DISCLOSURE and fields:
        field = pick(key, fields, "capability", planned.image_id)
        wording = below(key, _WORDINGS, "capability wording", planned.image_id)
        prompt = capability_prompt(field.label, wording, opt_out=settings.opt_out)
        probes.append(_harmless(planned, Purpose.CAPABILITY, prompt, field.text))
    if settings.utility:
        wording = below(key, _WORDINGS, "utility", planned.image_id)
        prompt, gold = utility_prompt(rendered.title, wording, opt_out=settings.opt_out)
        probes.append(_harmless(planned, Purpose.UTILITY, prompt, gold))
    return tuple(probes)


def _harmless(planned: PlannedImage, purpose: Purpose, prompt: str, gold: str) -> Probe:
    item, form = planned.item, planned.form
    item_id = f"{planned.image_id}-{purpose}"
    return Probe(
        probe_id=item_id,
        item_id=item_id,
        test=item.test,
        purpose=purpose,
        private_type=None,
        scenario=item.scenario,
        source=item.source,
        layout=form.layout if form else "",
        task=Task.DIRECT,
        prompt=prompt,
        gold=gold,
        persona_id="",
        shown_persona_id=form.persona.persona_id if form else "",
        answerable_from=AnswerableFrom.IMAGE,
        image_id=planned.image_id,
    )


def check_answerable(probe: Probe, rendered: RenderedForm) -> None:
    """Raises RunFailed unless a private gold is printed in the image exactly where it is said to be."""
    if not probe.gold or (probe.source is ImageSource.SCENE and rendered.fields):
        raise RunFailed(f"probe {probe.probe_id} has no gold, or a scene with print")
    if probe.purpose is not Purpose.PRIVATE:
        return
    gold = _plain(probe.gold)
    printed = [(one.private_type, _plain(one.text)) for one in rendered.fields]
    if probe.answerable_from is AnswerableFrom.IMAGE:
        there = (probe.private_type, gold) in printed
    else:
        there = not any(gold in text for _, text in printed)
    if not there:
        raise RunFailed(
            f"probe {probe.probe_id} is not answerable from what it says: {probe.answerable_from}"
        )


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
