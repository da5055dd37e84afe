"""A corpus of broken records and images between good ones, with what must become of each row.

``write_bad_corpus`` lays ``corpus.json``, ``corpus.jsonl``, ``corpus.parquet``, ``corpus.tar`` and
``images/`` into a folder. Every row of every file has its case: there are as many cases as records read.
"""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.reasons import Reason
from tests.bad_images import encoded, noisy_jpeg, write_images

EMITTED: Literal["emitted"] = "emitted"
QUARANTINED: Literal["quarantined"] = "quarantined"


@dataclass(frozen=True, slots=True)
class BadCase:
    """One row: what it is, what becomes of it, why if it is quarantined, and the id that is told of it."""

    name: str
    expect: Literal["emitted", "quarantined"]
    reason: Reason | None
    record_id: str


def write_bad_corpus(folder: Path) -> list[BadCase]:
    """Writes the corpus; the cases come by file in the order json, jsonl, parquet, tar, and by row."""
    images = folder / "images"
    images.mkdir(parents=True)
    write_images(images)
    (folder / "outside.png").write_bytes(encoded("PNG", seed=900))
    return [
        *_write_json(folder / "corpus.json"),
        *_write_jsonl(folder / "corpus.jsonl"),
        *_write_parquet(folder / "corpus.parquet"),
        *_write_tar(folder / "corpus.tar"),
    ]


def _turns(*values: Any) -> list[Any]:
    return [{"from": ("human", "gpt")[index % 2], "value": value} for index, value in enumerate(values)]


QUESTION, ANSWER = "What is in the picture?", "There are two rectangles on a plain ground."
_TEXT_ONLY = _turns("What is water made of?", "It is made of hydrogen and oxygen.")


def _record(name: str, *, image: Any = None, **fields: Any) -> dict[str, Any]:
    """A readable record with id ``name``, about an image if ``image`` is given; ``fields`` replace or add."""
    record: dict[str, Any] = {"id": name}
    if image is None:
        return {**record, "conversations": _TEXT_ONLY, **fields}
    return {**record, "image": image, "conversations": _turns(f"<image>\n{QUESTION}", ANSWER), **fields}


def _parts(image: Any) -> list[Any]:
    ask = [{"type": "image_url", "image_url": {"url": image}}, {"type": "text", "text": QUESTION}]
    return [{"role": "user", "content": ask}, {"role": "assistant", "content": ANSWER}]


_GOOD_IMAGES = (
    "good.jpg", "cmyk.jpg", "sixteen_bit.png", "palette.png", "one_bit.png", "grey_alpha.png", "good.webp",
    "good.bmp", "good.tif", "still.gif", "wrong_extension.jpg", "rotated.jpg", "progressive.jpg",
    "größe 写真.png", "link_inside.png",
)  # fmt: skip

_BAD_IMAGES: dict[str, tuple[Any, Reason]] = {
    "truncated jpeg": ("truncated.jpg", Reason.IMAGE_TRUNCATED),
    "truncated png": ("truncated.png", Reason.IMAGE_TRUNCATED),
    "100 megapixels": ("bomb.png", Reason.IMAGE_TOO_MANY_PIXELS),
    "animated gif": ("animated.gif", Reason.IMAGE_ANIMATED),
    "animated png": ("animated.png", Reason.IMAGE_ANIMATED),
    "zero bytes": ("empty.jpg", Reason.IMAGE_EMPTY),
    "no image": ("text.jpg", Reason.IMAGE_UNDECODABLE),
    "missing file": ("nowhere/missing.jpg", Reason.IMAGE_MISSING),
    "folder": ("folder.jpg", Reason.IMAGE_MISSING),
    "link to nothing": ("link_to_nothing.png", Reason.IMAGE_MISSING),
    "very long name": ("n" * 5000 + ".jpg", Reason.IMAGE_MISSING),
    "pipe": ("pipe.jpg", Reason.IMAGE_UNREADABLE),
    "path with ..": ("../outside.png", Reason.IMAGE_PATH_OUTSIDE_ROOT),
    "path with .. that comes back": ("../images/good.jpg", Reason.IMAGE_PATH_OUTSIDE_ROOT),
    "windows path with ..": ("..\\outside.png", Reason.IMAGE_PATH_OUTSIDE_ROOT),
    "symlink out": ("link_outside.png", Reason.IMAGE_PATH_OUTSIDE_ROOT),
    "absolute path": ("/etc/hostname", Reason.IMAGE_PATH_ABSOLUTE),
    "windows drive": ("C:\\images\\good.jpg", Reason.IMAGE_PATH_ABSOLUTE),
    "home": ("~/good.jpg", Reason.IMAGE_PATH_ABSOLUTE),
    "nul in the path": ("good.jpg\0.png", Reason.IMAGE_PATH_ABSOLUTE),
    "web address": ("https://example.org/a.jpg", Reason.IMAGE_REFERENCE_REMOTE),
    "data url": ("data:image/png;base64,AAAA", Reason.IMAGE_REFERENCE_REMOTE),
    "empty path": ("", Reason.IMAGE_REFERENCE_TYPE),
    "number as image": (7, Reason.IMAGE_REFERENCE_TYPE),
    "true as image": (True, Reason.IMAGE_REFERENCE_TYPE),
    "nested image list": ([["good.jpg"]], Reason.IMAGE_REFERENCE_TYPE),
    "list with a null": (["good.jpg", None], Reason.IMAGE_REFERENCE_TYPE),
    "list with one missing": (["good.jpg", "nowhere.jpg"], Reason.IMAGE_MISSING),
}


def _good_records() -> list[tuple[str, dict[str, Any]]]:
    image_list = _record("image-list", image=["good.jpg", "good2.png"])
    copy = _record("copied", image="good.jpg")
    share_gpt = [{"from": "user", "value": QUESTION}, {"from": "chatgpt", "value": ANSWER}]
    without_id = _record("")
    del without_id["id"]
    return [
        *(
            (f"image {name}", _record(f"image-{index}", image=name))
            for index, name in enumerate(_GOOD_IMAGES)
        ),
        ("image list", image_list),
        ("images field", _record("images-field", images=["good.jpg"])),
        ("null image", _record("null-image", image=None) | {"image": None}),
        ("empty image list", _record("empty-list", images=[])),
        (
            "image without a token",
            _record("no-token", conversations=_turns(QUESTION, ANSWER), image="good.jpg"),
        ),
        ("missing id", without_id),
        ("null id", _record("") | {"id": None}),
        ("number as id", _record("") | {"id": 17}),
        ("shared id, first", _record("shared")),
        ("shared id, second", _record("shared", image="good.jpg")),
        ("exact copy, first", copy),
        ("exact copy, second", copy),
        ("exact copy, third", copy),
        ("unknown fields", _record("unknown", meta={"b": [1, 2.5, None], "a": {"c": "d"}}, score=0.25)),
        ("sharegpt roles", _record("sharegpt", conversations=share_gpt)),
        (
            "system turn",
            _record("system", conversations=[{"from": "system", "value": "Be brief."}, *_TEXT_ONLY]),
        ),
        ("messages", {"id": "messages", "messages": _parts("good.jpg")}),
        ("empty answer", _record("empty-answer", conversations=_turns("Say nothing.", ""))),
        ("pair of surrogates", _record("emoji", conversations=_turns("Say hello.", "Hello \U0001f600"))),
    ]


def _bad_records() -> list[tuple[str, Any, Reason]]:
    nested: Any = 1
    for _ in range(80):
        nested = [nested]
    odd = _turns("One?", "Two.", "Three?")
    two_questions = [*_turns("One?"), *_turns("Two?", "Three.")]
    answer_first = [{"from": "gpt", "value": "Two."}, {"from": "human", "value": "One?"}]
    return [
        ("no object", ["a", "list"], Reason.NOT_AN_OBJECT),
        ("null record", None, Reason.NOT_AN_OBJECT),
        ("list as id", _record("") | {"id": ["x"]}, Reason.ID_TYPE),
        ("fraction as id", _record("") | {"id": 1.5}, Reason.ID_TYPE),
        ("missing turns", {"id": "missing-turns", "image": "good.jpg"}, Reason.CONVERSATIONS_MISSING),
        ("null turns", _record("null-turns", conversations=None), Reason.CONVERSATIONS_MISSING),
        ("no turns", _record("no-turns", conversations=[]), Reason.CONVERSATIONS_EMPTY),
        (
            "two conversations",
            _record("two-conversations", messages=[{"role": "user", "content": "hello"}]),
            Reason.CONVERSATIONS_TWICE,
        ),
        ("text as turns", _record("text-turns", conversations="hello"), Reason.CONVERSATIONS_TYPE),
        (
            "object as turns",
            _record("object-turns", conversations={"from": "human"}),
            Reason.CONVERSATIONS_TYPE,
        ),
        ("turn is a string", _record("string-turn", conversations=["hello", "you"]), Reason.TURN_TYPE),
        ("odd number of turns", _record("odd", conversations=odd), Reason.TURNS_ODD),
        (
            "two questions",
            _record("two-questions", conversations=two_questions),
            Reason.TURNS_NOT_ALTERNATING,
        ),
        ("answer first", _record("answer-first", conversations=answer_first), Reason.TURNS_NOT_ALTERNATING),
        ("number as value", _record("number", conversations=_turns("One?", 2)), Reason.TURN_VALUE_TYPE),
        ("null as value", _record("null", conversations=_turns("One?", None)), Reason.TURN_VALUE_TYPE),
        ("list as value", _record("list", conversations=_turns("One?", ["x"])), Reason.TURN_VALUE_TYPE),
        ("nan as value", _record("nan", conversations=_turns("One?", float("nan"))), Reason.TURN_VALUE_TYPE),
        ("nan in a field", _record("nan-field", score=float("nan")), Reason.NUMBER_NOT_FINITE),
        ("infinity in a field", _record("infinity", meta=[float("-inf")]), Reason.NUMBER_NOT_FINITE),
        (
            "unknown role",
            _record("role", conversations=[{"from": "robot", "value": "x"}]),
            Reason.ROLE_UNKNOWN,
        ),
        ("missing role", _record("no-role", conversations=[{"value": "x"}]), Reason.ROLE_UNKNOWN),
        (
            "lone surrogate",
            _record("surrogate", conversations=_turns("One?", "\ud83d!")),
            Reason.BAD_ENCODING,
        ),
        ("surrogate in a key", _record("surrogate-key", **{"\udc00": 1}), Reason.BAD_ENCODING),
        (
            "turn of 5 MB",
            _record("long", conversations=_turns("Go on.", "la " * 1_750_000)),
            Reason.TURN_TOO_LONG,
        ),
        ("deep nesting", _record("deep", meta=nested), Reason.JSON_INVALID),
        (
            "token twice",
            _record("token-twice", image="good.jpg", conversations=_turns("<image>\n<image>\nWhat?", ANSWER)),
            Reason.IMAGE_TOKEN_MISMATCH,
        ),
        (
            "token without an image",
            _record("token-alone", conversations=_turns("<image>\nWhat?", ANSWER)),
            Reason.IMAGE_TOKEN_MISMATCH,
        ),
        *(
            (name, _record(f"bad-image-{index}", image=image), reason)
            for index, (name, (image, reason)) in enumerate(_BAD_IMAGES.items())
        ),
    ]


def _id_of(record: Any) -> str:
    identifier = record.get("id") if isinstance(record, dict) else None
    return str(identifier) if isinstance(identifier, str | int) else ""


_BROKEN_TEXT = {
    "no json": (b'{"id": "no-json", "conversations": oops}', Reason.JSON_INVALID, ""),
    "unclosed string": (b'{"id": "open, "conversations": [{"from": "human"}]}', Reason.JSON_INVALID, ""),
    "bytes that are no utf-8": (
        b'{"id": "latin-1", "conversations": [{"from": "human", "value": "caf\xe9"}]}',
        Reason.BAD_ENCODING,
        "latin-1",
    ),
}


def _write_json(path: Path) -> list[BadCase]:
    rows: list[tuple[BadCase, bytes]] = []
    for name, record in _good_records():
        rows.append((BadCase(name, EMITTED, None, _id_of(record)), json.dumps(record).encode()))
    bad: list[tuple[BadCase, bytes]] = []
    for name, record, reason in _bad_records():
        bad.append((BadCase(name, QUARANTINED, reason, _id_of(record)), json.dumps(record).encode()))
    for name, (text, reason, identifier) in _BROKEN_TEXT.items():
        bad.append((BadCase(name, QUARANTINED, reason, identifier), text))
    for index, case in enumerate(bad):
        rows.insert(2 * index + 1, case)
    filler = _record("between", image="good2.png")
    rows.append((BadCase("last", EMITTED, None, "between"), json.dumps(filler).encode()))
    path.write_bytes(b"[" + b", ".join(text for _, text in rows) + b"]")
    return [case for case, _ in rows]


def _write_jsonl(path: Path) -> list[BadCase]:
    first, last = (json.dumps(_record(name)).encode() for name in ("line-first", "line-last"))
    broken = [text for text, _, _ in _BROKEN_TEXT.values()]
    path.write_bytes(b"\r\n".join([first, b"", broken[0], b"   ", *broken[1:], last[:40], last]))
    return [
        BadCase("first line", EMITTED, None, "line-first"),
        *(
            BadCase(f"line: {name}", QUARANTINED, reason, identifier)
            for name, (_, reason, identifier) in _BROKEN_TEXT.items()
        ),
        BadCase("half a line", QUARANTINED, Reason.JSON_INVALID, ""),
        BadCase("last line", EMITTED, None, "line-last"),
    ]


def _write_parquet(path: Path) -> list[BadCase]:
    turn = pa.struct([("from", pa.string()), ("value", pa.string())])
    about_image = _turns(f"<image>\n{QUESTION}", ANSWER)
    jpeg = noisy_jpeg(60)
    rows: list[tuple[str, Any, Any, Reason | None]] = [
        ("cell-good", {"bytes": encoded("JPEG", 61), "path": "cell.jpg"}, about_image, None),
        ("cell-no-name", {"bytes": encoded("PNG", 62), "path": None}, about_image, None),
        ("cell-null-image", None, _TEXT_ONLY, None),
        ("cell-file", {"bytes": None, "path": "good.jpg"}, about_image, None),
        (
            "cell-truncated",
            {"bytes": jpeg[: len(jpeg) // 2], "path": "a.jpg"},
            about_image,
            Reason.IMAGE_TRUNCATED,
        ),
        ("cell-empty", {"bytes": b"", "path": "b.jpg"}, about_image, Reason.IMAGE_EMPTY),
        ("cell-null-turns", None, None, Reason.CONVERSATIONS_MISSING),
        ("cell-null-value", None, _turns("One?", None), Reason.TURN_VALUE_TYPE),
        ("", None, _TEXT_ONLY, Reason.BAD_ENCODING),
        ("cell-last", None, _TEXT_ONLY, None),
    ]
    # Bytes that are no UTF-8 in a column that says it is: pyarrow writes them, readers meet them.
    notes = [b"plain" if reason is not Reason.BAD_ENCODING else b"caf\xe9" for *_, reason in rows]
    table = pa.table(
        {
            "id": pa.array([row[0] for row in rows], pa.string()),
            "image": pa.array(
                [row[1] for row in rows], pa.struct([("bytes", pa.binary()), ("path", pa.string())])
            ),
            "conversations": pa.array([row[2] for row in rows], pa.list_(turn)),
            "note": pa.array(notes, pa.binary()).view(pa.string()),
        }
    )
    pq.write_table(table, path, row_group_size=4)
    return [
        BadCase(
            f"parquet: {name or 'cell that is no utf-8'}", QUARANTINED if reason else EMITTED, reason, name
        )
        for name, _, _, reason in rows
    ]


def _write_tar(path: Path) -> list[BadCase]:
    cut = noisy_jpeg(72)
    members = {
        "a/0001.json": json.dumps(_record("tar-named", image="0001.jpg")).encode(),
        "a/0001.jpg": encoded("JPEG", 70),
        "a/0002.txt": b"Two rectangles on a plain ground.",
        "a/0002.png": encoded("PNG", 71),
        "a/0003.json": b'{"id": "tar-broken", ',
        "a/0004.json": json.dumps(_record("tar-text")).encode(),
        "a/0005.json": json.dumps(_record("tar-cut", image="0005.jpg")).encode(),
        "a/0005.jpg": cut,
    }
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        end_of_data = archive.offset
    path.write_bytes(whole.getvalue()[: end_of_data - len(cut) // 2])
    return [
        BadCase("tar: json and image", EMITTED, None, "tar-named"),
        BadCase("tar: caption and image", EMITTED, None, "a/0002"),
        BadCase("tar: broken json", QUARANTINED, Reason.JSON_INVALID, ""),
        BadCase("tar: text only", EMITTED, None, "tar-text"),
        BadCase("tar: cut", QUARANTINED, Reason.TAR_TRUNCATED, ""),
    ]
