"""Scenes without personal data, for retention probes where the user gives no images: painted still lifes and
landscapes with nothing printed and nobody in them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import numpy as np
from PIL import Image

from schemas.benchmark import RenderedForm
from transforms.disclosure.easel import Colour, Easel, Plane
from transforms.keyed import Draws

_SIZES: Final = ((768, 576), (768, 768), (840, 560), (640, 640))
_WALLS: Final = (
    (205, 198, 184),
    (176, 190, 196),
    (196, 178, 166),
    (160, 170, 158),
    (214, 204, 176),
    (150, 152, 168),
)
_TABLES: Final = ((120, 82, 54), (146, 112, 78), (94, 84, 80), (172, 150, 124), (84, 66, 56), (128, 132, 134))
_GLAZES: Final = (
    (52, 92, 132), (170, 74, 58), (226, 218, 200), (72, 116, 96), (196, 154, 74), (98, 72, 112), (64, 70, 78),
)  # fmt: skip
_FRUITS: Final = ((226, 132, 38), (188, 44, 40), (142, 170, 52), (222, 190, 60), (120, 44, 76), (212, 96, 66))
_PETALS: Final = (
    (226, 92, 110),
    (240, 196, 70),
    (238, 232, 226),
    (150, 96, 178),
    (232, 130, 60),
    (98, 130, 210),
)
_LEAVES: Final = ((64, 112, 58), (86, 130, 72), (52, 96, 70))
_SKIES: Final = (
    ((96, 146, 196), (206, 222, 232)), ((88, 96, 140), (236, 176, 128)), ((126, 150, 168), (220, 218, 206)),
    ((64, 92, 150), (244, 206, 168)),
)  # fmt: skip


def draw_scene(image_id: str, key: bytes) -> RenderedForm:
    """The scene of that name, a JPEG without fields; ``title`` says what it shows ("bowl of fruit")."""
    draws = Draws(key, "scene", image_id)
    title = tuple(SCENES)[draws.below(len(SCENES), "what")]
    width, height = _SIZES[draws.below(len(_SIZES), "size")]
    easel = SCENES[title](_Chance(draws), width, height)
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(draws.digest("grain"), "big")))
    grain = generator.standard_normal((height, width), np.float32) * np.float32(2.2)
    out = io.BytesIO()
    Image.fromarray(easel.pixels(grain)).save(out, "JPEG", quality=90)
    return RenderedForm(out.getvalue(), width, height, title, ())


class _Chance:
    """Draws one after another of one scene; the order in which a scene is painted is part of it."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._count = 0

    def between(self, low: float, high: float) -> float:
        self._count += 1
        return low + (high - low) * self._draws.uniform(f"number {self._count}")

    def one(self, colours: tuple[Colour, ...]) -> Colour:
        """A colour, a little different from all others."""
        colour = colours[int(self.between(0, len(colours)))]
        shift = self.between(-10, 10)
        red, green, blue = (round(min(255, max(0, part + shift))) for part in colour)
        return red, green, blue

    def noise(self, rows: int, columns: int, depth: float) -> Plane:
        self._count += 1
        seed = int.from_bytes(self._draws.digest(f"noise {self._count}"), "big")
        drawn = np.random.Generator(np.random.PCG64(seed)).standard_normal((rows, columns), np.float32)
        return np.asarray(drawn * np.float32(depth), np.float32)


def _room(chance: _Chance, width: int, height: int) -> tuple[Easel, float]:
    """A wall and a table; where the table begins."""
    wall = chance.one(_WALLS)
    easel = Easel(width, height, _darker(wall, 0.82), wall)
    easel.glow(chance.between(0.1, 0.5), 0.2, 0.6, 0.5, (255, 250, 236), 0.35)
    edge = chance.between(0.58, 0.68)
    table = chance.one(_TABLES)
    easel.band(edge, _darker(table, 0.8), table)
    easel.relief(edge, 1.0, chance.noise(60, 3, 0.035))
    return easel, edge


def _fruit(chance: _Chance, width: int, height: int) -> Easel:
    easel, edge = _room(chance, width, height)
    middle, ground = easel.aspect * chance.between(0.42, 0.58), edge + 0.2
    wide = chance.between(0.27, 0.34)
    easel.glow(middle + 0.06, ground + 0.02, wide * 0.9, 0.05, (20, 16, 14), 0.6)
    easel.disc(middle, ground - 0.2, wide, 0.05, (58, 48, 42))
    kinds = [chance.one(_FRUITS) for _ in range(6)]
    for index, place in enumerate((-0.62, 0.6, -0.22, 0.26, 0.0)):
        size = chance.between(0.085, 0.105)
        easel.ball(middle + place * wide, ground - 0.24 - 0.04 * (index > 1), size, size * 0.96, kinds[index])
    easel.turned(
        middle, ground - 0.2, ground, lambda y: wide * (1 - 0.62 * y**1.8), chance.one(_GLAZES), 0.35
    )
    for side in (-1, 1):
        size = chance.between(0.06, 0.08)
        x, y = middle + side * (wide + chance.between(0.08, 0.16)), ground + chance.between(0.0, 0.05)
        easel.glow(x + 0.03, y + size * 0.85, size, 0.022, (20, 16, 14), 0.6)
        easel.ball(x, y, size, size * 0.95, kinds[5])
    return easel


def _flowers(chance: _Chance, width: int, height: int) -> Easel:
    easel, edge = _room(chance, width, height)
    middle, ground = easel.aspect * chance.between(0.4, 0.6), edge + 0.2
    easel.glow(middle + 0.07, ground + 0.02, 0.16, 0.035, (20, 16, 14), 0.6)
    leaf = chance.one(_LEAVES)
    heads = []
    for index in range(6):
        x = middle + (index - 2.5) * 0.105 + chance.between(-0.03, 0.03)
        y = ground - 0.62 + 0.04 * abs(index - 2.5) + chance.between(-0.06, 0.05)
        heads.append((x, y))
        foot = middle + (x - middle) * 0.12
        easel.shape(
            [(foot - 0.004, ground - 0.3), (x - 0.004, y), (x + 0.004, y), (foot + 0.004, ground - 0.3)], leaf
        )
        part = chance.between(0.4, 0.7)
        easel.petal(
            foot + (x - foot) * part, ground - 0.3 + (y - ground + 0.3) * part, 0.06, 0.018,
            chance.between(-2.6, -0.5), leaf,
        )  # fmt: skip
    for x, y in heads:
        colour, petals = chance.one(_PETALS), int(chance.between(6, 10))
        size, turn = chance.between(0.042, 0.058), chance.between(0, 6)
        for petal in range(petals):
            angle = turn + 2 * np.pi * petal / petals
            easel.petal(x + size * np.cos(angle), y + size * np.sin(angle), size, size * 0.42, angle, colour)
        easel.ball(x, y, size * 0.42, size * 0.42, (208, 160, 48), 0.1)
    wide = chance.between(0.1, 0.13)
    easel.turned(
        middle, ground - 0.32, ground, lambda y: wide * (0.62 + 0.55 * np.sin(0.5 + 2.3 * y)),
        chance.one(_GLAZES), 0.5,
    )  # fmt: skip
    return easel


def _bottles(chance: _Chance, width: int, height: int) -> Easel:
    easel, edge = _room(chance, width, height)
    for index, place in enumerate((0.26, 0.74, 0.5)):
        x, ground = easel.aspect * place + chance.between(-0.03, 0.03), edge + (0.12, 0.15, 0.22)[index]
        tall, wide = chance.between(0.42, 0.6), chance.between(0.075, 0.1)
        neck, shoulder = chance.between(0.3, 0.4), chance.between(0.3, 0.45)
        easel.glow(x + 0.06, ground + 0.01, wide * 1.3, 0.03, (20, 16, 14), 0.6)

        def radius(y: Plane, wide: float = wide, neck: float = neck, shoulder: float = shoulder) -> Plane:
            return np.asarray(wide * (neck + (1 - neck) / (1 + np.exp(-(y - shoulder) * 24))), np.float32)

        easel.turned(x, ground - tall, ground, radius, chance.one(_GLAZES), 0.75)
        easel.disc(x, ground - tall, wide * neck, 0.012, (38, 34, 32))
    return easel


def _stones(chance: _Chance, width: int, height: int) -> Easel:
    easel, edge = _room(chance, width, height)
    middle, y = easel.aspect * chance.between(0.4, 0.6), edge + 0.2
    wide = chance.between(0.22, 0.27)
    easel.glow(middle + 0.08, y + 0.01, wide, 0.04, (20, 16, 14), 0.6)
    for _ in range(5):
        tall = wide * chance.between(0.3, 0.38)
        y -= tall * 0.9
        grey = round(chance.between(96, 186))
        easel.ball(middle + chance.between(-0.02, 0.02), y, wide, tall, (grey, grey - 4, grey - 12), 0.08)
        y -= tall * 0.82
        wide *= chance.between(0.7, 0.82)
    return easel


def _candles(chance: _Chance, width: int, height: int) -> Easel:
    easel = Easel(width, height, (34, 30, 38), (62, 50, 48))
    table = _darker(chance.one(_TABLES), 0.6)
    easel.band(0.68, table, _darker(table, 0.7))
    wax = chance.one(((226, 214, 190), (196, 64, 54), (88, 110, 98), (214, 168, 92)))
    for place in (0.3, 0.5, 0.7):
        x, tall = easel.aspect * place + chance.between(-0.02, 0.02), chance.between(0.18, 0.4)
        wide = chance.between(0.045, 0.06)
        easel.glow(x, 0.86, 0.16, 0.05, (240, 170, 90), 0.3)
        easel.turned(x, 0.84 - tall, 0.84, partial(np.full_like, fill_value=wide), wax, 0.2)
        easel.disc(x, 0.84 - tall, wide, 0.012, (250, 226, 170))
        easel.glow(x, 0.78 - tall, 0.13, 0.16, (255, 190, 96), 0.55)
        easel.petal(x, 0.785 - tall, 0.045, 0.015, -np.pi / 2, (255, 236, 170))
    return easel


def _mountains(chance: _Chance, width: int, height: int) -> Easel:
    top, low = _SKIES[int(chance.between(0, len(_SKIES)))]
    easel = Easel(width, height, top, low)
    easel.glow(easel.aspect * chance.between(0.2, 0.8), 0.3, 0.12, 0.12, (255, 246, 220), 0.9)
    for index in range(4):
        far = 1 - index / 4
        tops = 0.42 + 0.07 * index + np.cumsum(chance.noise(1, 90, 0.014)[0]) * (0.6 + 0.3 * far)
        colour = tuple(
            round(part * far * 0.62 + dark * (1 - far)) for part, dark in zip(low, (40, 66, 54), strict=True)
        )
        red, green, blue = colour
        easel.ridge(np.asarray(tops, np.float32), (red, green, blue), _darker((red, green, blue), 0.8))
    easel.band(0.78, _darker(low, 0.72), _darker(top, 0.7))
    easel.relief(0.78, 1.0, chance.noise(40, 6, 0.05))
    return easel


def _boat(chance: _Chance, width: int, height: int) -> Easel:
    top, low = _SKIES[int(chance.between(0, len(_SKIES)))]
    easel = Easel(width, height, top, low)
    easel.glow(easel.aspect * chance.between(0.1, 0.9), 0.22, 0.09, 0.09, (255, 250, 230), 0.95)
    for _ in range(4):
        x, y = easel.aspect * chance.between(0, 1), chance.between(0.08, 0.36)
        easel.glow(x, y, chance.between(0.1, 0.22), 0.03, (250, 250, 250), 0.55)
    easel.band(0.6, (84, 128, 152), (30, 66, 96))
    easel.relief(0.6, 1.0, chance.noise(46, 14, 0.08))
    x, sail = (
        easel.aspect * chance.between(0.35, 0.65),
        chance.one(((240, 236, 226), (206, 78, 58), (234, 188, 84))),
    )
    easel.glow(x, 0.76, 0.24, 0.03, (18, 36, 52), 0.5)
    easel.shape([(x, 0.2), (x, 0.64), (x + 0.2, 0.64)], sail)
    easel.shape([(x - 0.015, 0.28), (x - 0.015, 0.64), (x - 0.14, 0.64)], _darker(sail, 0.86))
    easel.shape([(x - 0.008, 0.18), (x - 0.008, 0.68), (x, 0.68), (x, 0.18)], (70, 52, 40))
    hull = chance.one(_GLAZES)
    easel.shape([(x - 0.22, 0.67), (x + 0.26, 0.67), (x + 0.17, 0.755), (x - 0.16, 0.755)], hull)
    easel.shape([(x - 0.22, 0.67), (x + 0.26, 0.67), (x + 0.25, 0.685), (x - 0.215, 0.685)], (238, 232, 220))
    return easel


def _balloons(chance: _Chance, width: int, height: int) -> Easel:
    top, low = _SKIES[int(chance.between(0, len(_SKIES)))]
    easel = Easel(width, height, top, low)
    for index in range(2):
        tops = 0.8 + 0.07 * index + np.cumsum(chance.noise(1, 70, 0.006)[0])
        easel.ridge(np.asarray(tops, np.float32), chance.one(_LEAVES), (70, 96, 60))
    for place, size in ((0.25, 0.11), (0.75, 0.09), (0.5, 0.19)):
        x, y = easel.aspect * place + chance.between(-0.05, 0.05), chance.between(0.26, 0.46)
        colour = chance.one(_FRUITS)
        for side in (-0.42, 0.42):
            rope = [(side, 1.0), (side + 0.02, 1.0), (side * 0.3, 1.65)]
            easel.shape([(x + u * size, y + v * size) for u, v in rope], (60, 50, 44))
        skirt = [(-0.72, 0.6), (0.72, 0.6), (0.24, 1.3), (-0.24, 1.3)]
        easel.shape([(x + u * size, y + v * size) for u, v in skirt], _darker(colour, 0.62))
        easel.ball(x, y, size, size * 1.06, colour, 0.2)
        basket = [(-0.16, 1.62), (0.16, 1.62), (0.13, 1.86), (-0.13, 1.86)]
        easel.shape([(x + u * size, y + v * size) for u, v in basket], (112, 78, 48))
    return easel


def _darker(colour: Colour, share: float) -> Colour:
    red, green, blue = (round(part * share) for part in colour)
    return red, green, blue


SCENES: Final[Mapping[str, Callable[[_Chance, int, int], Easel]]] = {
    "bowl of fruit": _fruit,
    "vase of flowers": _flowers,
    "three bottles": _bottles,
    "pile of stones": _stones,
    "three candles": _candles,
    "mountains behind a lake": _mountains,
    "sailing boat": _boat,
    "hot-air balloons": _balloons,
}
"""What a scene may show, and who paints it."""
