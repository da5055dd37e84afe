"""The design of a benchmark: who is drawn, what is rendered and asked; and where workers read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import groupby
from math import ceil
from operator import itemgetter

from pipeline.digests import digest_of
from pipeline.disclosure.config import DisclosureConfig
from pipeline.disclosure.plan import DisclosurePlan, Part, SetName
from pipeline.slot_files import SlotFiles, to_json
from schemas.benchmark import Persona, PersonaPool, RiskTest
from schemas.errors import RunFailed
from transforms.disclosure.cells import DesignSettings, item_count
from transforms.disclosure.design import (
    Cast,
    PlannedImage,
    design_disclosure,
    design_retention,
    shown_personas,
)
from transforms.disclosure.memory_set import (
    MemorySample,
    SamplePlan,
    memory_samples,
    persons_needed,
    plan_samples,
)
from transforms.disclosure.personas import draw_personas

Designed = PlannedImage | MemorySample
_KINDS: dict[SetName, type[PlannedImage] | type[MemorySample]] = {
    SetName.DISCLOSURE: PlannedImage,
    SetName.RETENTION: PlannedImage,
    SetName.MEMORY: MemorySample,
}


@dataclass(frozen=True, slots=True)
class Design:
    """Everybody, and what is to be made of them. Questions are many: each table is designed anew whenever it
    is asked for, and never held whole."""

    settings: DesignSettings
    cast: Cast
    plans: tuple[SamplePlan, ...]
    key: bytes

    def table(self, name: SetName) -> Iterator[Designed]:
        """The images of a table, in order."""
        if name is SetName.DISCLOSURE:
            yield from design_disclosure(self.settings, self.cast.evaluation, self.key)
        elif name is SetName.RETENTION:
            yield from design_retention(self.settings, self.cast, self.plans, self.key)
        else:
            yield from memory_samples(self.plans, self.cast.memory, self.key)

    def items(self, name: SetName) -> int:
        """How many items a table has."""
        return len(self.plans) if name is SetName.MEMORY else item_count(RiskTest(name), self.settings)

    def images(self, name: SetName) -> int:
        """How many images ``table`` yields: the decoys of the disclosure test have images of their own."""
        return self.items(name) * (2 if name is SetName.DISCLOSURE and self.settings.decoys else 1)


def design_benchmark(config: DisclosureConfig, key: bytes) -> Design:
    """Draws everybody. Raises ConfigError for sizes that cannot be."""
    settings, personas = config.design_settings(), config.persona_settings()
    plans = plan_samples(settings, persons_needed(settings))
    pools = {
        PersonaPool.EVALUATION: shown_personas(settings),
        PersonaPool.MEMORY: len(plans),
        PersonaPool.DECOY: len(plans) if settings.decoys else 0,
    }
    cast = Cast(*(draw_personas(pool, count, personas, key) for pool, count in pools.items()))
    check_disjoint([*cast.evaluation, *cast.memory, *cast.decoys])
    return Design(settings, cast, plans, key)


def check_disjoint(personas: Sequence[Persona]) -> None:
    """Raises RunFailed if two persons share a value of any type: what one has seen would tell the other."""
    said = Counter(
        (kind, "".join(value.split()).casefold()) for persona in personas for kind, value in persona.values
    )
    shared = Counter(kind.value for (kind, _), count in said.items() if count > 1)
    if shared:
        counts = ", ".join(f"{kind} {count}" for kind, count in sorted(shared.items()))
        raise RunFailed(f"two persons share a value ({counts}): the sets are not disjoint")


def parts_of(design: Design, images: int) -> tuple[Part, ...]:
    """The units of work: each table cut into shards of about ``images`` images, none if it is empty."""
    parts = []
    for name in SetName:
        count = min(design.items(name), ceil(design.images(name) / images))
        parts += [Part(name, index, count) for index in range(count)]
    return tuple(parts)


def write_design(plan: DisclosurePlan, design: Design) -> None:
    """Leaves each part's images where workers read them, in order. An item and its decoy stay together."""
    files = SlotFiles(plan.layout.design)
    for name in SetName:
        units = [unit for unit, part in enumerate(plan.parts) if part.table is name]
        shared_out = _shared_out(design.table(name), design.items(name), units)
        for unit, images in groupby(shared_out, key=itemgetter(0)):
            files.write(unit, (image for _, image in images))


def _shared_out(
    table: Iterable[Designed], items: int, units: Sequence[int]
) -> Iterator[tuple[int, Designed]]:
    """Each image with its unit: as many items to each, one after another."""
    number = -1
    for one in table:
        number += isinstance(one, MemorySample) or one.image_id == one.item.item_id
        yield units[number * len(units) // items], one


def read_part(plan: DisclosurePlan, unit: int) -> list[Designed]:
    """The images of a part."""
    return list(SlotFiles(plan.layout.design).read(unit, _KINDS[plan.parts[unit].table]) or [])


def input_key(plan: DisclosurePlan, unit: int) -> str:
    """Changes whenever a part must be done again."""
    lines = [to_json(one).decode() for one in read_part(plan, unit)]
    return plan.part_digest(digest_of([lines, unit, [list(astuple(part)) for part in plan.parts]]))
