"""The layouts of forms: data in ``layouts/<scenario>.yaml``, read once.

A layout that ``asks_one`` is a strip with a name and one more private value; it stands for one layout per
type, called ``<layout>_<type>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any, Final

from schemas.benchmark import PrivateType, Scenario
from schemas.errors import ConfigError
from transforms.tables import read_table

ASKED: Final = "asked"
"""Name, in a layout that asks for one value, of the field that holds it."""
_BLOCKS: Final = ("heading", "note", "row", "choice", "sign", "office", "ledger")
_PACKAGE: Final = "transforms.disclosure"


class Head(StrEnum):
    """What a form begins with: a coloured band, a letterhead, a seal in the middle, a ruled box, the bar of a
    window, a line over a table, a stripe down the side, the strip of a card."""

    BAND = "band"
    LETTERHEAD = "letterhead"
    SEAL = "seal"
    BOXED = "boxed"
    WINDOW = "window"
    CAPTION = "caption"
    SIDE = "side"
    CARD = "card"


class Look(StrEnum):
    """How label and value stand together: in a cell, on a line, the value over its label, in the cell beside
    it, in the cell under it, in two columns without lines."""

    CELL = "cell"
    LINE = "line"
    UNDER = "under"
    BESIDE = "beside"
    TABLE = "table"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a layout. ``prints`` are what may stand in a field that is nobody's: "#" is a digit, "@" a
    letter; empty for private fields."""

    name: str
    label: str
    private_type: PrivateType | None
    prints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A field's place in a row; ``field`` is empty for a place that stays blank, which has a ``label``."""

    field: str
    weight: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the page. ``kind`` says which of the rest it uses: heading, note: ``text``; row: ``cells``,
    ``look``; choice: ``text`` and ``options`` to tick; sign, office: ``options`` are the labels; ledger:
    ``cells`` are the labels of its columns, ``options`` the texts of its lines."""

    kind: str
    text: str = ""
    cells: tuple[Cell, ...] = ()
    options: tuple[str, ...] = ()
    look: Look = Look.CELL


@dataclass(frozen=True, slots=True)
class Layout:
    """A form. Sizes in pixels; ``accents`` and ``papers`` are colours ("#rrggbb"); ``issuers`` invented
    names. Which of them an image shows is drawn."""

    name: str
    scenario: Scenario
    title: str
    head: Head
    headings: str
    width: int
    margin: int
    print_face: str
    accents: tuple[str, ...]
    papers: tuple[str, ...]
    issuers: tuple[str, ...]
    fields: tuple[FormField, ...]
    head_fields: tuple[str, ...]
    blocks: tuple[Block, ...]
    foot: str
    value_size: int
    portrait: bool

    def field(self, name: str) -> FormField:
        """The field of that name. Raises KeyError if there is none."""
        return {field.name: field for field in self.fields}[name]


def layouts_of(scenario: Scenario) -> tuple[str, ...]:
    """Names of the layouts of a scenario."""
    return tuple(layout.name for layout in _all().values() if layout.scenario is scenario)


def layouts_with(scenario: Scenario, *types: PrivateType) -> tuple[str, ...]:
    """Names of the scenario's layouts that have a field for each of ``types``."""
    return tuple(
        name
        for name in layouts_of(scenario)
        if set(types) <= {field.private_type for field in layout_named(name).fields}
    )


def fields_of(layout: str) -> tuple[tuple[str, str, PrivateType | None], ...]:
    """Name, printed label and type of every field, in the order of the file; type None is nobody's.

    Raises:
        ConfigError: no such layout.
    """
    return tuple((field.name, field.label, field.private_type) for field in layout_named(layout).fields)


def layout_named(name: str) -> Layout:
    """The layout. Raises ConfigError if there is none of that name."""
    try:
        return _all()[name]
    except KeyError:
        raise ConfigError("layout", name, "take one that layouts_of names") from None


@cache
def _all() -> Mapping[str, Layout]:
    found: dict[str, Layout] = {}
    for scenario in Scenario:
        table = read_table(_PACKAGE, f"layouts/{scenario.value}.yaml")
        labels = {PrivateType(key): label for key, label in table.get("labels", {}).items()}
        for name, said in table["layouts"].items():
            layout = _layout(name, scenario, said)
            parts = [_asking(layout, kind, labels[kind]) for kind in labels] if labels else [layout]
            for part in parts:
                _check(part, found)
                found[part.name] = part
    return found


def _layout(name: str, scenario: Scenario, said: Mapping[str, Any]) -> Layout:
    look = Look(said["look"])
    return Layout(
        name=name,
        scenario=scenario,
        title=said["title"],
        head=Head(said["head"]),
        headings=said.get("headings", "band"),
        width=said["width"],
        margin=said.get("margin", 48),
        print_face=said["print_face"],
        accents=tuple(said["accents"]),
        papers=tuple(said.get("papers", ["#ffffff"])),
        issuers=tuple(said["issuers"]),
        fields=tuple(_field(key, field) for key, field in said["fields"].items()),
        head_fields=tuple(said.get("head_fields", ())),
        blocks=tuple(_block(block, look) for block in said["body"]),
        foot=said.get("foot", ""),
        value_size=said.get("value_size", 22),
        portrait=said.get("portrait", False),
    )


def _field(name: str, said: Mapping[str, Any]) -> FormField:
    if name == ASKED:
        return FormField(name, "", None)
    kind = PrivateType(said["type"]) if "type" in said else None
    return FormField(name, said["label"], kind, tuple(said.get("prints", ())))


def _block(said: Mapping[str, Any], look: Look) -> Block:
    kind = next(key for key in _BLOCKS if key in said)
    look = Look(said.get("look", look))
    if kind == "row":
        return Block(kind, cells=tuple(_cell(cell) for cell in said["row"]), look=look)
    if kind == "ledger":
        columns = tuple(Cell("", 1.0, label) for label in said[kind])
        return Block(kind, cells=columns, options=tuple(said["of"]))
    if kind in ("sign", "office"):
        return Block(kind, options=tuple(said[kind]), look=look)
    return Block(kind, text=said[kind], options=tuple(said.get("of", ())), look=look)


def _cell(said: str) -> Cell:
    """``name 3``: a field and its share of the row; ``~Checked by 2``: a place that stays blank."""
    what, weight = said.rsplit(" ", 1)
    return Cell("", float(weight), what[1:]) if what.startswith("~") else Cell(what, float(weight))


def _asking(layout: Layout, kind: PrivateType, label: str) -> Layout:
    """The strip that asks for a value of ``kind``."""
    fields = tuple(
        FormField(kind.value, label, kind) if field.name == ASKED else field for field in layout.fields
    )
    blocks = tuple(
        replace(
            block,
            cells=tuple(
                replace(cell, field=kind.value) if cell.field == ASKED else cell for cell in block.cells
            ),
        )
        for block in layout.blocks
    )
    return replace(layout, name=f"{layout.name}_{kind.value}", fields=fields, blocks=blocks)


def _check(layout: Layout, others: Mapping[str, Layout]) -> None:
    """Raises ConfigError where a layout places a field it does not have, or has one it does not place."""
    if layout.name in others:
        raise ConfigError("layouts", layout.name, "two layouts have this name")
    placed = [cell.field for block in layout.blocks for cell in block.cells if cell.field]
    placed += layout.head_fields
    names = [field.name for field in layout.fields]
    wrong = sorted(set(placed) ^ set(names)) + sorted({name for name in placed if placed.count(name) > 1})
    if wrong:
        raise ConfigError(f"layouts.{layout.name}", wrong, "place every field of the layout once")
