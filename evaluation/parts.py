"""The command line that the tables of figures share: a folder of data, then the parts to measure."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path


def chosen_parts(
    command: str, arguments: Sequence[str], parts: Collection[str]
) -> tuple[Path, list[str]] | None:
    """The folder that ``arguments`` begin with and the parts that follow it, all of ``parts`` if none does.

    ``command``: how the usage line names the module and its folder. None, and the reason on stderr, if the
    folder is missing or a part unknown.
    """
    if not arguments or not Path(arguments[0]).is_dir():
        sys.stderr.write(f"usage: python -m {command} [{' | '.join(parts)} …]\n")
        return None
    unknown = [name for name in arguments[1:] if name not in parts]
    if unknown:
        sys.stderr.write(f"no such part: {unknown[0]}; there are: {', '.join(parts)}\n")
        return None
    return Path(arguments[0]), list(arguments[1:] or parts)
