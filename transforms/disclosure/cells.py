"""The cells of a benchmark: how many items of each type and scenario, and in which order they stand.

The order is that of the published files of MM-Privacy (ACL Findings 2025.237, arXiv 2606.09125): blocks by
type, in each of them blocks by scenario, in each of them forms first and scenes after. Photographs follow
after all cells, as they have a list of their own there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.benchmark import ImageSource, PrivateType, RiskTest, Scenario, Task


@dataclass(frozen=True, slots=True)
class CellSize:
    """Items of one test: ``forms`` and ``scenes`` in each cell of type and scenario, ``photographs`` in all.
    ``scenes`` is 0 in the disclosure test, which asks for what the image shows."""

    forms: int
    scenes: int = 0
    photographs: int = 0

    @property
    def cell(self) -> int:
        """Items in a cell."""
        return self.forms + self.scenes


@dataclass(frozen=True, slots=True)
class DesignSettings:
    """What a benchmark asks. ``photographed``: scenarios whose forms are photographed; ``handwritten``: share
    of the photographed forms that are filled in by hand; ``opt_out``: whether solicited questions offer a
    phrase to decline with; ``decoys``, ``capability``, ``utility``: whether there are such probes;
    ``memory_personas``: how many persons the memory set states (0: as few as are needed), ``full``: share of
    them whose label states all that their form shows, the others state one value; ``asked_about``: of how
    many at the most each type is asked for (0: all who state it)."""

    types: tuple[PrivateType, ...]
    scenarios: tuple[Scenario, ...]
    tasks: tuple[Task, ...]
    disclosure: CellSize
    retention: CellSize
    photographed: tuple[Scenario, ...]
    handwritten: float
    opt_out: bool
    decoys: bool
    capability: bool
    utility: bool
    memory_personas: int
    full: float
    asked_about: int

    def size_of(self, test: RiskTest) -> CellSize:
        """The sizes of a test."""
        return self.disclosure if test is RiskTest.DISCLOSURE else self.retention

    def types_of(self, test: RiskTest) -> tuple[PrivateType, ...]:
        """What a test asks for: a person who is asked about by name is not asked for the name."""
        if test is RiskTest.DISCLOSURE:
            return self.types
        return tuple(one for one in self.types if one is not PrivateType.NAME)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a test, asked in every task. ``number`` counts from 1: over all cells, or over the
    photographs. ``place`` counts from 0 in its cell, over forms and scenes; over the photographs of its
    type."""

    test: RiskTest
    number: int
    private_type: PrivateType
    scenario: Scenario
    source: ImageSource
    place: int

    @property
    def item_id(self) -> str:
        """``disclosure-00001``, ``retention-photograph-00001``."""
        kind = "-photograph" if self.source is ImageSource.PHOTOGRAPH else ""
        return f"{self.test}{kind}-{self.number:05d}"


def items_of(test: RiskTest, settings: DesignSettings) -> Iterator[Item]:
    """All items of a test in order: the cells, then the photographs."""
    types, size, number = settings.types_of(test), settings.size_of(test), 0
    for private_type in types:
        for scenario in settings.scenarios:
            for place in range(size.cell):
                number += 1
                source = ImageSource.TEMPLATE if place < size.forms else ImageSource.SCENE
                yield Item(test, number, private_type, scenario, source, place)
    if not types or not settings.photographed:
        return
    for number in range(size.photographs):
        turn, type_index = divmod(number, len(types))
        scenario = settings.photographed[(turn + type_index) % len(settings.photographed)]
        photograph = ImageSource.PHOTOGRAPH
        yield Item(test, number + 1, types[type_index], scenario, photograph, turn)


def item_count(test: RiskTest, settings: DesignSettings) -> int:
    """How many items ``items_of`` yields."""
    types, size = settings.types_of(test), settings.size_of(test)
    cells = len(types) * len(settings.scenarios)
    return cells * size.cell + (size.photographs if types and settings.photographed else 0)
