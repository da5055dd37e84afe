"""Refuses to start if a folder of the user's stands in for one of our top-level packages.

``pipeline``, ``schemas`` and the others are common names; a project that has its own would be imported
in place of ours when it comes first on the path.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("schemas", "transforms", "pipeline", "runners", "evaluation")


def foreign_packages() -> dict[str, Path]:
    """Our package names that would be imported from somewhere else, with that folder."""
    home = Path(__file__).resolve().parent.parent
    foreign = {}
    for name in PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve().parent if spec and spec.origin else None
        if origin is None and spec and spec.submodule_search_locations:
            origin = Path(next(iter(spec.submodule_search_locations))).resolve()
        if origin is None or origin.parent != home:
            foreign[name] = origin or Path("(not installed)")
    return foreign


def check_packages() -> None:
    """Ends the program with exit code 2 and one line per shadowing folder."""
    foreign = foreign_packages()
    for name, folder in foreign.items():
        sys.stderr.write(
            f"mmscrub: package {name!r} is shadowed by {folder}: start from another folder, rename it, "
            "or set PYTHONSAFEPATH=1\n"
        )
    if foreign:
        sys.exit(2)
