"""How many images of a corpus have something that harmless questions can be about, and how fast that is read.

    python benchmarks/prism_things.py CORPUS.json [--show N --kinds pet,animal,plush,likeness]

``--show`` prints N of the things that were taken, drawn by a keyed hash, each with a sentence that names it:
read them and count those that are persons.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import time
from collections import Counter, defaultdict
from pathlib import Path

from transforms.engines.registry import load_parser
from transforms.keyed import order
from transforms.prism.things import Evidence, gather, load_thing_names, things_of

KEY = b"benchmark"


def texts_by_image(path: Path) -> dict[str, list[str]]:
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for record in json.loads(path.read_text("utf-8")):
        if isinstance(record.get("image"), str):
            said = [turn["value"] for turn in record["conversations"] if turn["from"] == "gpt"]
            texts[record["image"]] += said
    return texts


def show(texts: dict[str, list[str]], found: dict[str, Evidence], kinds: set[str], count: int) -> None:
    taken = {
        f"{thing.name}\t{image}": (thing, image)
        for image, evidence in found.items()
        for thing in things_of(evidence)
        if thing.kind in kinds
    }
    for name in order(KEY, taken, "shown")[:count]:
        thing, image = taken[name]
        sentences = [one for text in texts[image] for one in re.split(r"(?<=[.!?\n])", text)]
        said = next((one.strip() for one in sentences if thing.name in one.lower()), "")
        print(f"{thing.kind:<10}{thing.name:<18}{thing.times:>3}  {said[:140]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", type=Path, help="LLaVA JSON; images are not needed")
    parser.add_argument("--show", type=int, default=0, metavar="N")
    parser.add_argument("--kinds", default="pet,animal,plush,likeness")
    chosen = parser.parse_args()
    texts = texts_by_image(chosen.corpus)
    spacy = load_parser("bundled")
    spacy.parse(["A dog."], entities=False)
    started = time.process_time()
    found = {image: gather(said, lambda: spacy) for image, said in texts.items()}
    things = {image: things_of(evidence) for image, evidence in found.items()}
    seconds = time.process_time() - started
    kinds = Counter(thing.kind for some in things.values() for thing in some)
    named = sum(map(bool, things.values()))
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, one process")
    print(f"{len(set(load_thing_names().singular.values()))} nouns are listed")
    print(f"{len(texts):,} images, {named:,} of them with something to ask about, {seconds:.1f} s of CPU")
    print(", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    show(texts, found, set(chosen.kinds.split(",")), chosen.show)


if __name__ == "__main__":
    main()
