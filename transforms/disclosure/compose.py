"""Sets a layout on a page: what is printed on it, and where the values go."""

from __future__ import annotations

from transforms.disclosure.blocks import BLOCKS
from transforms.disclosure.heads import HEADS
from transforms.disclosure.layouts import Layout
from transforms.disclosure.setter import Page, Setter, Style


def compose(layout: Layout, style: Style) -> Page:
    """The page that ``layout`` makes in that style."""
    setter = Setter(layout, style)
    HEADS[layout.head](setter)
    if layout.portrait:
        setter.portrait()
    for block in layout.blocks:
        BLOCKS[block.kind](setter, block)
    return setter.page()
