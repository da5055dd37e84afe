"""Which name list holds a word, as the classifier reads it."""

from __future__ import annotations

from functools import cache

from transforms.text.lexicon import read_list


@cache
def listed_words() -> dict[str, int]:
    """Lower-case word to list: 1 sure given name, 2 other given name, 3 surname."""
    names, more = read_list("names"), read_list("more_names")
    listed = dict.fromkeys(more["surnames"].lower().split(), 3)
    listed |= dict.fromkeys(more["given"].lower().split(), 2)
    listed |= dict.fromkeys((word.lower() for word in names["ambiguous"]), 2)
    listed |= dict.fromkeys((word.lower() for word in names["sure"]), 1)
    return listed
