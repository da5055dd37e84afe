"""What a rewrite can be objected to for."""

from __future__ import annotations

from enum import StrEnum


class Objection(StrEnum):
    """What a rewrite changed that it must not."""

    NEGATION = "negation"
    COUNT = "count"
    COLOUR = "colour"
    PLACE = "place"
    LOST = "content_lost"
    ADDED = "content_added"
    LENGTH = "length"
    GRAMMAR = "grammar"
