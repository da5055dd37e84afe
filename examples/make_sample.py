"""Rebuilds ``examples/sample``: photographs, rendered documents, conversations, credits.

    python examples/make_sample.py                        the rendered part and all text
    python examples/make_sample.py --coco DIR             also copies the photographs from anywhere under DIR
    python examples/make_sample.py --draw-personas        first draws new synthetic people (needs Faker)

The same inputs give the same files, byte for byte, with the same version of Pillow.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from documents import KINDS, Sheet, on_table
from personas import Persona, draw_personas, read_personas, write_personas
from PIL import Image
from PIL import __version__ as pillow_version

HERE = Path(__file__).resolve().parent
SAMPLE = HERE / "sample"
PERSONA_SEED = 20250902
LICENCES = {
    4: ("CC BY 2.0", "https://creativecommons.org/licenses/by/2.0/"),
    5: ("CC BY-SA 2.0", "https://creativecommons.org/licenses/by-sa/2.0/"),
    7: ("No known copyright restrictions", "https://www.flickr.com/commons/usage/"),
    8: ("United States Government Work", "https://www.usa.gov/government-copyright"),
}
# Documents that lie on a table: kind, number, degrees, colour of the table.
PHOTOGRAPHED = {
    ("badge", 1): (4.0, (120, 96, 72)),
    ("business_card", 1): (-3.0, (86, 92, 100)),
    ("receipt", 0): (2.0, (140, 112, 84)),
    ("receipt", 1): (-2.5, (96, 100, 108)),
    ("shipping_label", 1): (3.0, (176, 146, 106)),
}
# A place in the middle of the Pacific, farthest from anybody's home.
POINT_NEMO = ("S", (48.0, 52.0, 36.0), "W", (123.0, 23.0, 36.0))


@dataclass(frozen=True, slots=True)
class Document:
    """One rendered image with the person whose data it shows."""

    kind: str
    number: int
    persona: Persona
    sheet: Sheet

    @property
    def path(self) -> str:
        """Relative to the image folder. Receipts are JPEG with camera metadata, the rest PNG."""
        return f"rendered/{self.kind}_{self.number + 1}.{'jpg' if self.kind == 'receipt' else 'png'}"


def render_documents(personas: list[Persona]) -> list[Document]:
    """Two documents of each kind, one persona each, in the order of ``documents.KINDS``."""
    documents = []
    pairs = itertools.product(KINDS.items(), (0, 1))
    for persona, ((kind, draw), number) in zip(personas, pairs, strict=False):
        sheet = draw(persona, number)
        if (kind, number) in PHOTOGRAPHED:
            sheet = on_table(sheet, *PHOTOGRAPHED[kind, number])
        documents.append(Document(kind, number, persona, sheet))
    return documents


def save_document(document: Document, images: Path) -> None:
    """Writes the image file below ``images``."""
    target = images / document.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".png":
        document.sheet.image.save(target, optimize=True)
        return
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Example", "Model One"
    exif[0x0132] = "2024:05:01 12:00:00"
    south, latitude, west, longitude = POINT_NEMO
    exif[0x8825] = {1: south, 2: latitude, 3: west, 4: longitude}
    document.sheet.image.save(target, quality=88, exif=exif)


def rounds_to_turns(rounds: list[tuple[str, str]], image: str | None) -> list[dict[str, str]]:
    """LLaVA turns; the first question carries the image token where there is an image."""
    turns = []
    for index, (question, answer) in enumerate(rounds):
        token = "<image>\n" if image and index == 0 else ""
        turns += [{"from": "human", "value": token + question}, {"from": "gpt", "value": answer}]
    return turns


def record(record_id: str, rounds: list[tuple[str, str]], image: str | None = None) -> dict[str, Any]:
    """One LLaVA record."""
    entry: dict[str, Any] = {"id": record_id}
    if image:
        entry["image"] = image
    entry["conversations"] = rounds_to_turns(rounds, image)
    return entry


def photograph_records(photographs: list[dict[str, Any]], wording: dict[str, Any]) -> list[dict[str, Any]]:
    """One record per photograph: one to three caption rounds, then the questions written for it."""
    records = []
    for index, photograph in enumerate(photographs):
        openers, follow_ups = wording["openers"], wording["follow_ups"]
        questions = [openers[index % len(openers)]]
        questions += [follow_ups[(index + step) % len(follow_ups)] for step in range(index % 3)]
        rounds = list(zip(questions, photograph["captions"], strict=False))
        rounds += [(q, a) for q, a in wording["photographs"].get(photograph["file"], ())]
        stem = photograph["file"].removesuffix(".jpg")
        records.append(record(f"coco_{stem}", rounds, f"coco/{photograph['file']}"))
    for extra in wording["second_records"]:
        stem = extra["photograph"].removesuffix(".jpg")
        # The large LLaVA mixtures repeat ids, so one of ours does as well.
        record_id = f"coco_{stem}" if extra.get("same_id") else f"vqa_{stem}"
        records.append(record(record_id, extra["rounds"], f"coco/{extra['photograph']}"))
    return records


def build_records(
    photographs: list[dict[str, Any]], documents: list[Document], wording: dict[str, Any], rest: list[Persona]
) -> list[dict[str, Any]]:
    """The whole corpus, in the order of the file. ``rest``: the personas that no document shows."""
    records = photograph_records(photographs, wording)
    for document in documents:
        values = asdict(document.persona)
        rounds = [(q, a.format(**values)) for q, a in wording["documents"][document.kind]]
        records.append(record(f"doc_{document.kind}_{document.number + 1}", rounds, document.path))
    for index, rounds in enumerate(wording["text_only"]):
        filled = [(q, a.format(*rest)) for q, a in rounds]
        records.append(record(f"text_{index + 1:02d}", filled))
    return records


def credits_page(photographs: list[dict[str, Any]]) -> str:
    """Markdown that names licence and source of every image."""
    lines = [
        "# Credits",
        "",
        "Photographs: COCO 2017 validation images (https://cocodataset.org), byte for byte as COCO gives",
        "them out, each under the licence that its photographer chose on Flickr. Redacted copies made from",
        "an image under CC BY-SA stay under CC BY-SA. Captions: COCO annotations, CC BY 4.0, COCO",
        "Consortium; the other questions and answers are this project's.",
        "",
        "| file | licence | source |",
        "|---|---|---|",
    ]
    for photograph in photographs:
        name, url = LICENCES[photograph["licence_id"]]
        lines.append(f"| coco/{photograph['file']} | [{name}]({url}) | {photograph['source']} |")
    lines += [
        "",
        "Everything under `rendered/` is drawn by `examples/make_sample.py`, shows nobody who exists, and is",
        "Apache-2.0 like the code. The lettering is Aileron (CC0), the font that Pillow carries.",
        "",
    ]
    return "\n".join(lines)


def copy_photographs(photographs: list[dict[str, Any]], source: Path, images: Path) -> None:
    """Copies each file found by name anywhere under ``source``; ValueError if missing or different."""
    found = {path.name: path for path in sorted(source.rglob("*.jpg"))}
    target = images / "coco"
    target.mkdir(parents=True, exist_ok=True)
    for photograph in photographs:
        name = photograph["file"]
        path = found.get(name)
        if path is None:
            raise ValueError(f"{name} is not under the --coco folder")
        if hashlib.sha256(path.read_bytes()).hexdigest() != photograph["sha256"]:
            raise ValueError(f"{name} differs from COCO's file")
        shutil.copyfile(path, target / name)


def build_sample(out: Path, coco: Path | None) -> int:
    """Writes the sample folder ``out``; returns the number of records."""
    photographs = yaml.safe_load((HERE / "coco_photographs.yaml").read_text(encoding="utf-8"))["photographs"]
    wording = yaml.safe_load((HERE / "conversations.yaml").read_text(encoding="utf-8"))
    personas = read_personas(HERE / "personas.json")
    documents = render_documents(personas)
    out.mkdir(parents=True, exist_ok=True)
    images = out / "images"
    if coco is not None:
        copy_photographs(photographs, coco, images)
    for document in documents:
        save_document(document, images)
    records = build_records(photographs, documents, wording, personas[len(documents) :])
    printed = {
        "pillow": pillow_version,
        "images": {doc.path: [asdict(value) for value in doc.sheet.printed] for doc in documents},
    }
    write_json(out / "llava.json", records)
    write_json(out / "printed.json", printed)
    (out / "CREDITS.md").write_text(credits_page(photographs), encoding="utf-8")
    return len(records)


def write_json(path: Path, value: object) -> None:
    """JSON as UTF-8 with a final line end."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Reads the command line and builds."""
    parser = argparse.ArgumentParser(description="Rebuilds the bundled sample corpus.")
    parser.add_argument("--coco", type=Path, help="a folder that holds the COCO val2017 images, at any depth")
    parser.add_argument("--out", type=Path, default=SAMPLE)
    parser.add_argument("--draw-personas", action="store_true", help="draw new synthetic people first")
    arguments = parser.parse_args()
    if arguments.draw_personas:
        write_personas(draw_personas(18, PERSONA_SEED), HERE / "personas.json")
    count = build_sample(arguments.out, arguments.coco)
    print(f"{count} records in {arguments.out / 'llava.json'}")


if __name__ == "__main__":
    main()
