"""The design of a benchmark: who is drawn, what is rendered and asked; and where workers read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import ceil

from pipeline.digests import digest_of
from pipeline.disclosure.config import DisclosureConfig
from pipeline.disclosure.plan import DisclosurePlan, Part, SetName
from pipeline.slot_files import SlotFiles, to_json
from schemas.benchmark import Persona, PersonaPool
from schemas.errors import RunFailed
from transforms.disclosure.design import (
    Cast,
    PlannedImage,
    design_disclosure,
    design_retention,
    shown_personas,
)
from transforms.disclosure.memory_set import MemorySample, memory_samples, persons_needed, plan_samples
from transforms.disclosure.personas import draw_personas

Designed = PlannedImage | MemorySample
_KINDS: dict[SetName, type[PlannedImage] | type[MemorySample]] = {
    SetName.DISCLOSURE: PlannedImage,
    SetName.RETENTION: PlannedImage,
    SetName.MEMORY: MemorySample,
}


@dataclass(frozen=True, slots=True)
class Design:
    """Everybody, and what is to be made of them: the images of both tests in order, the memory set."""

    cast: Cast
    disclosure: tuple[PlannedImage, ...]
    retention: tuple[PlannedImage, ...]
    memory: tuple[MemorySample, ...]

    def table(self, name: SetName) -> tuple[Designed, ...]:
        """The images of a table."""
        tables: dict[SetName, tuple[Designed, ...]] = {
            SetName.DISCLOSURE: self.disclosure,
            SetName.RETENTION: self.retention,
            SetName.MEMORY: self.memory,
        }
        return tables[name]


def design_benchmark(config: DisclosureConfig, key: bytes) -> Design:
    """Draws everybody and plans every image. Raises ConfigError for sizes that cannot be."""
    settings, personas = config.design_settings(), config.persona_settings()
    plans = plan_samples(settings, persons_needed(settings))
    pools = {
        PersonaPool.EVALUATION: shown_personas(settings),
        PersonaPool.MEMORY: len(plans),
        PersonaPool.DECOY: len(plans) if settings.decoys else 0,
    }
    cast = Cast(*(draw_personas(pool, count, personas, key) for pool, count in pools.items()))
    check_disjoint([*cast.evaluation, *cast.memory, *cast.decoys])
    return Design(
        cast,
        tuple(design_disclosure(settings, cast.evaluation, key)),
        tuple(design_retention(settings, cast, plans, key)),
        tuple(memory_samples(plans, cast.memory, key)),
    )


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
        count = ceil(len(design.table(name)) / images)
        parts += [Part(name, index, count) for index in range(count)]
    return tuple(parts)


def write_design(plan: DisclosurePlan, design: Design) -> None:
    """Leaves each part's images where workers read them, in order. An item and its decoy stay together."""
    files = SlotFiles(plan.layout.design)
    for unit, part in enumerate(plan.parts):
        files.write(unit, _share(design.table(part.table), part))


def _share(table: Sequence[Designed], part: Part) -> Sequence[Designed]:
    starts = [index for index, one in enumerate(table) if _begins_item(one)]
    bounds = [starts[len(starts) * cut // part.count] for cut in range(part.count)] + [len(table)]
    return table[bounds[part.index] : bounds[part.index + 1]]


def _begins_item(one: Designed) -> bool:
    return isinstance(one, MemorySample) or one.image_id == one.item.item_id


def read_part(plan: DisclosurePlan, unit: int) -> list[Designed]:
    """The images of a part."""
    return list(SlotFiles(plan.layout.design).read(unit, _KINDS[plan.parts[unit].table]) or [])


def input_key(plan: DisclosurePlan, unit: int) -> str:
    """Changes whenever a part must be done again."""
    lines = [to_json(one).decode() for one in read_part(plan, unit)]
    return plan.part_digest(digest_of([lines, unit, [list(astuple(part)) for part in plan.parts]]))
