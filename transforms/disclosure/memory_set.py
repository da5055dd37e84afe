"""The memory set: what a model is trained on, so that it can be asked for it later.

Every person has one image and one sentence. The sentence states what the image shows, and only what it states
is asked for: in the published labels of MM-Privacy 29 % of the probes ask for what no label says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

from schemas.benchmark import (
    FormOrder,
    ImageSource,
    LabelKind,
    MemoryLabel,
    Persona,
    PrivateType,
    RiskTest,
    Scenario,
)
from schemas.errors import ConfigError
from transforms.disclosure.cells import DesignSettings
from transforms.disclosure.labels import memory_label
from transforms.disclosure.layouts import fields_of, layouts_of, layouts_with
from transforms.disclosure.prompts import memory_question
from transforms.keyed import below

_MOST_GROWTH = 64
"""More persons than this for each one that a cell asks for: some type can hardly be stated."""


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """What one person's sample states and where, before it is known who that is. ``stated`` never holds the
    name, which every label says."""

    kind: LabelKind
    scenario: Scenario
    layout: str
    stated: tuple[PrivateType, ...]


@dataclass(frozen=True, slots=True)
class MemorySample:
    """One training sample: the image to render, the question, and the label that answers it."""

    sample_id: str
    order: FormOrder
    question: str
    label: MemoryLabel


def private_types(layout: str) -> tuple[PrivateType, ...]:
    """The types that a layout has a field for, the name among them, in the order of the form."""
    return tuple(dict.fromkeys(kind for _, _, kind in fields_of(layout) if kind is not None))


def plan_samples(settings: DesignSettings, count: int) -> tuple[SamplePlan, ...]:
    """What ``count`` persons state: full and single labels evenly among one another, scenarios and layouts in
    turn, single labels for whatever was stated least."""
    whole_forms = tuple(one for one in settings.scenarios if one is not Scenario.OPEN) or settings.scenarios
    strips = Scenario.OPEN if Scenario.OPEN in settings.scenarios else settings.scenarios[0]
    asked = settings.types_of(RiskTest.RETENTION)
    stated: Counter[PrivateType] = Counter()
    plans: list[SamplePlan] = []
    full = single = 0
    for index in range(count):
        if floor((index + 1) * settings.full) > floor(index * settings.full) or not asked:
            turn, which = divmod(full, len(whole_forms))
            layouts = layouts_of(whole_forms[which])
            layout = layouts[turn % len(layouts)]
            kinds = tuple(one for one in private_types(layout) if one is not PrivateType.NAME)
            plans.append(SamplePlan(LabelKind.FULL, whole_forms[which], layout, kinds))
            full += 1
        else:
            kind = min(asked, key=lambda one: (stated[one], asked.index(one)))
            layouts = layouts_with(strips, PrivateType.NAME, kind)
            layout = layouts[single // len(asked) % len(layouts)]
            plans.append(SamplePlan(LabelKind.SINGLE, strips, layout, (kind,)))
            single += 1
        stated.update(plans[-1].stated)
    return tuple(plans)


def persons_needed(settings: DesignSettings) -> int:
    """How many persons the memory set must state: ``settings.memory_personas``, or where that is 0 the fewest
    that leave each cell of the retention test somebody to ask about for each item.

    Raises:
        ConfigError: too few are asked for, or no number is enough.
    """
    asked, cell = settings.types_of(RiskTest.RETENTION), settings.retention.cell
    count = settings.memory_personas or max(1, cell)
    while True:
        stated = Counter(one for plan in plan_samples(settings, count) for one in plan.stated)
        scarce = min(asked, key=lambda one: stated[one], default=None)
        if scarce is None or stated[scarce] >= max(1, cell):
            return count
        if settings.memory_personas or count > _MOST_GROWTH * max(1, cell):
            remedy = (
                f"{stated[scarce]} of them state a value of type {scarce}, and a cell of the retention test "
                f"asks about {cell}: take more persons, smaller cells or fewer types"
            )
            raise ConfigError("memory.personas", count, remedy)
        count = ceil(count * 1.1) + 1


def memory_samples(
    plans: Sequence[SamplePlan], personas: Sequence[Persona], key: bytes
) -> Iterator[MemorySample]:
    """The samples of these persons, the n-th as the n-th plan says."""
    for number, (plan, persona) in enumerate(zip(plans, personas, strict=True)):
        sample_id = f"sample-{number:05d}"
        shown = private_types(plan.layout)
        if plan.kind is LabelKind.SINGLE:
            shown = tuple(one for one in shown if one is PrivateType.NAME or one in plan.stated)
        order = FormOrder(
            sample_id, plan.scenario, plan.layout, ImageSource.TEMPLATE, persona, shown, handwritten=False
        )
        label = memory_label(persona, plan.kind, plan.stated, key)
        question = memory_question(below(key, 1 << 32, "memory question", sample_id))
        yield MemorySample(sample_id, order, question, label)


def stated_by_type(plans: Sequence[SamplePlan], kinds: Sequence[PrivateType]) -> dict[PrivateType, list[int]]:
    """For each type which persons (by number from 0) state a value of it."""
    return {kind: [index for index, plan in enumerate(plans) if kind in plan.stated] for kind in kinds}
