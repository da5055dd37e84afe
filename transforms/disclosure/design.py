"""The design of both tests: every image to be rendered and every question about it, as pure functions.

An item of the disclosure test shows a person's form and asks for a value on it; its decoy is the same form
with that field blank. An item of the retention test shows somebody else's form, or a scene, and asks for a
value of a person of the memory set by name; its decoy asks about a person like that one who is in no set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from schemas.benchmark import (
    AnswerableFrom,
    FormOrder,
    ImageSource,
    Persona,
    PrivateType,
    Probe,
    Purpose,
    RiskTest,
    Scenario,
)
from transforms.disclosure.cells import DesignSettings, Item, item_count, items_of
from transforms.disclosure.layouts import layouts_with
from transforms.disclosure.memory_set import SamplePlan, private_types, stated_by_type
from transforms.disclosure.prompts import Request, base_request, private_prompt
from transforms.keyed import below, order, uniform

MOST_SHOWN = 2_000
"""Persons whose forms are shown; beyond that many items they are shown again. One locale alone has names for
more than twice as many."""
_WORDINGS = 1 << 32


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody: whose forms are shown, who is in the memory set, and for each of those a ``decoy`` like them
    who is in no set."""

    evaluation: tuple[Persona, ...]
    memory: tuple[Persona, ...]
    decoys: tuple[Persona, ...]


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """One image with the private questions about it. ``form``: what to render, None for a scene, which is the
    ``scene``-th; ``asks_form``: whether harmless questions about the form follow."""

    image_id: str
    item: Item
    form: FormOrder | None
    scene: int
    probes: tuple[Probe, ...]
    asks_form: bool


def shown_personas(settings: DesignSettings) -> int:
    """How many persons' forms are shown: one for each item of the disclosure test, else of the other one."""
    return min(
        MOST_SHOWN, item_count(RiskTest.DISCLOSURE, settings) or item_count(RiskTest.RETENTION, settings)
    )


def design_disclosure(
    settings: DesignSettings, evaluation: Sequence[Persona], key: bytes
) -> Iterator[PlannedImage]:
    """The images of the disclosure test: each item's, then its decoy's. ``evaluation`` are
    ``shown_personas`` many."""
    for index, item in enumerate(items_of(RiskTest.DISCLOSURE, settings)):
        persona = evaluation[index % len(evaluation)]
        form = _form(item, item.item_id, persona, settings, key)
        form = replace(form, shown=_without_hints(form.shown, item.private_type))
        decoy_id = f"{item.item_id}-decoy" if settings.decoys else ""
        asked = _Asked(persona, AnswerableFrom.IMAGE, item.item_id, decoy_id)
        probes = _probes(item, form, asked, item.item_id, settings, key)
        yield PlannedImage(item.item_id, item, form, -1, probes, asks_form=True)
        if settings.decoys:
            blank = tuple(one for one in form.shown if one is not item.private_type)
            # All that is drawn goes by the name in the order: the twin's, so that only the field differs.
            form = replace(form, shown=blank)
            asked = _Asked(persona, AnswerableFrom.NEITHER, decoy_id, item.item_id)
            probes = _probes(item, form, asked, decoy_id, settings, key)
            yield PlannedImage(decoy_id, item, form, -1, probes, asks_form=False)


def design_retention(
    settings: DesignSettings, cast: Cast, plans: Sequence[SamplePlan], key: bytes
) -> Iterator[PlannedImage]:
    """The images of the retention test, each with the questions about its item and the decoy. ``plans`` say
    what the persons of the memory set state."""
    facts = _facts(settings, plans, key)
    scene = 0
    for index, item in enumerate(items_of(RiskTest.RETENTION, settings)):
        person = _person_of(item, settings, facts[item.private_type])
        form = None
        if item.source is not ImageSource.SCENE:
            shown = cast.evaluation[index % len(cast.evaluation)]
            form = _form(item, item.item_id, shown, settings, key)
        decoy_id = f"{item.item_id}-decoy" if settings.decoys else ""
        asked = _Asked(cast.memory[person], AnswerableFrom.MEMORY, item.item_id, decoy_id)
        probes = _probes(item, form, asked, item.item_id, settings, key)
        if settings.decoys:
            asked = _Asked(cast.decoys[person], AnswerableFrom.NEITHER, decoy_id, item.item_id)
            probes += _probes(item, form, asked, item.item_id, settings, key)
        number = -1 if form else scene
        yield PlannedImage(item.item_id, item, form, number, probes, asks_form=form is not None)
        scene += form is None


def scenes_needed(settings: DesignSettings) -> int:
    """How many scenes the retention test shows."""
    cells = len(settings.types_of(RiskTest.RETENTION)) * len(settings.scenarios)
    return cells * settings.retention.scenes


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose value is asked for, where it can be known from, under which name; the twin's name."""

    persona: Persona
    answerable: AnswerableFrom
    item_id: str
    twin: str


def _probes(
    item: Item, form: FormOrder | None, asked: _Asked, image_id: str, settings: DesignSettings, key: bytes
) -> tuple[Probe, ...]:
    """One probe per task. The wording is the item's, so that a decoy is asked in the same words."""
    request, wording = _request(item, asked.persona), _wording(item, key)
    return tuple(
        Probe(
            probe_id=f"{asked.item_id}-{task}",
            item_id=asked.item_id,
            test=item.test,
            purpose=Purpose.PRIVATE,
            private_type=item.private_type,
            scenario=item.scenario,
            source=item.source,
            layout=form.layout if form else "",
            task=task,
            prompt=private_prompt(task, request, wording, opt_out=settings.opt_out),
            gold=asked.persona.value(item.private_type),
            persona_id=asked.persona.persona_id,
            shown_persona_id=form.persona.persona_id if form else "",
            answerable_from=asked.answerable,
            image_id=image_id,
            twin=asked.twin,
        )
        for task in settings.tasks
    )


def base_prompt(item: Item, persona: Persona, key: bytes) -> str:
    """The request of an item for a value of ``persona``, without any framing."""
    return base_request(_request(item, persona), _wording(item, key))


def _request(item: Item, persona: Persona) -> Request:
    name = persona.value(PrivateType.NAME) if item.test is RiskTest.RETENTION else ""
    return Request(item.test, item.scenario, item.source, item.private_type, name)


def _wording(item: Item, key: bytes) -> int:
    return below(key, _WORDINGS, "wording", item.item_id)


def _form(item: Item, image_id: str, persona: Persona, settings: DesignSettings, key: bytes) -> FormOrder:
    """A form of the item's scenario with a field for its type, all private fields filled; layouts in turn,
    from a drawn one on in each cell."""
    layouts = layouts_of_item(item.scenario, item.private_type)
    first = below(key, len(layouts), "first layout", item.test, item.private_type, item.scenario)
    layout = layouts[(first + item.place) % len(layouts)]
    by_hand = (
        item.source is ImageSource.PHOTOGRAPH and uniform(key, "handwritten", image_id) < settings.handwritten
    )
    shown = private_types(layout)
    return FormOrder(image_id, item.scenario, layout, item.source, persona, shown, handwritten=by_hand)


def layouts_of_item(scenario: Scenario, private_type: PrivateType) -> tuple[str, ...]:
    """The layouts that can show an item."""
    return layouts_with(scenario, PrivateType.NAME, private_type)


def _without_hints(shown: tuple[PrivateType, ...], asked: PrivateType) -> tuple[PrivateType, ...]:
    """An e-mail address may spell the name: where the name is asked for, twins show neither."""
    if asked is not PrivateType.NAME:
        return shown
    return tuple(one for one in shown if one is not PrivateType.EMAIL)


def _facts(
    settings: DesignSettings, plans: Sequence[SamplePlan], key: bytes
) -> dict[PrivateType, tuple[int, ...]]:
    """For each type whom the retention test may ask about, in keyed order: the same persons come first for
    all types, so that few persons are asked about often."""
    turn = {int(name): rank for rank, name in enumerate(order(key, map(str, range(len(plans))), "probed"))}
    stated = stated_by_type(plans, settings.types_of(RiskTest.RETENTION))
    most = settings.asked_about or len(plans)
    return {kind: tuple(sorted(persons, key=turn.__getitem__)[:most]) for kind, persons in stated.items()}


def _person_of(item: Item, settings: DesignSettings, persons: Sequence[int]) -> int:
    """Nobody stands twice in a cell, and each scenario begins with somebody else: few persons are asked about
    by forms and scenes alike, many all come to their turn."""
    turned = settings.scenarios.index(item.scenario) * len(persons) // len(settings.scenarios)
    return persons[(item.place + turned) % len(persons)]
