import json
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.watermark.layout import WatermarkLayout
from pipeline.watermark.unmark import unmark_corpus
from schemas.errors import ConfigError, RunFailed

NAMES = {
    (group, variant): sha256(f"{group}{variant}".encode()).hexdigest()[:32]
    for group in "ab"
    for variant in ("clean", "marked", "reference")
}


def content_of(group, variant):
    return f"the {variant} file of {group}".encode()


def place(group, variant):
    name = NAMES[group, variant]
    return f"{name[:2]}/{name}.jpg"


@pytest.fixture
def split(tmp_path):
    """The output of a watermark run, as far as un-marking needs it."""
    layout = WatermarkLayout(tmp_path / "split")
    rows = []
    for group, variant in NAMES:
        path = layout.images / place(group, variant)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content_of(group, variant))
        digest = sha256(content_of(group, variant)).hexdigest()
        name = f"images/{place(group, variant)}"
        rows.append({"path": name, "twin_group": group, "variant": variant, "out_sha256": digest})
    rows.append({"path": None, "twin_group": None, "variant": None, "out_sha256": None})
    layout.secrets.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows[:3]), layout.image_manifest(0, 2))
    pq.write_table(pa.Table.from_pylist(rows[3:]), layout.image_manifest(1, 2))
    return layout


def corpus_of(*places):
    return json.dumps(
        [{"id": str(n), "image": place, "note": "é\u2028"} for n, place in enumerate(places)], indent=1
    ).encode()


def test_a_json_file_shows_the_clean_twins_and_has_them_beside_it(tmp_path, split):
    corpus = tmp_path / "r50.json"
    corpus.write_bytes(corpus_of(place("a", "marked"), place("b", "clean"), place("b", "reference"), "x.jpg"))
    report = unmark_corpus(corpus, split, tmp_path / "new")
    expected = corpus_of(place("a", "clean"), place("b", "clean"), place("b", "clean"), "x.jpg")
    assert (tmp_path / "new/r50.json").read_bytes() == expected
    assert (report.references.rewritten, report.references.already_clean, report.copied) == (2, 1, 2)
    for group in "ab":
        copied = tmp_path / "new/images" / place(group, "clean")
        assert copied.read_bytes() == content_of(group, "clean")


def test_a_folder_loses_its_marks_also_under_other_names_and_keeps_the_rest(tmp_path, split):
    corpus = tmp_path / "corpus"
    files = {
        "train.json": corpus_of(place("a", "marked"), "cat.jpg", "dog.jpg"),
        f"images/{place('a', 'marked')}": content_of("a", "marked"),
        "images/cat.jpg": content_of("b", "reference"),
        f"flat/{NAMES['b', 'marked']}.jpg": b"made smaller by somebody",
        "images/dog.jpg": b"no image of the split",
        "weights.bin": b"\0\1",
        "empty.json": b"",
        "wide.json": "é".encode("utf-16"),
    }
    for name, content in files.items():
        (corpus / name).parent.mkdir(parents=True, exist_ok=True)
        (corpus / name).write_bytes(content)
    (corpus / "link.jpg").symlink_to("/etc/hostname")
    report = unmark_corpus(corpus, split, tmp_path / "new")
    found = {
        str(path.relative_to(tmp_path / "new")): path.read_bytes()
        for path in (tmp_path / "new").rglob("*")
        if path.is_file()
    }
    assert found == {
        "train.json": corpus_of(place("a", "clean"), "cat.jpg", "dog.jpg"),
        f"images/{place('a', 'clean')}": content_of("a", "clean"),
        "images/cat.jpg": content_of("b", "clean"),
        f"flat/{NAMES['b', 'clean']}.jpg": content_of("b", "clean"),
        "images/dog.jpg": b"no image of the split",
        "weights.bin": b"\0\1",
        "empty.json": b"",
        "wide.json": "é".encode("utf-16"),
    }
    assert (report.images, report.renamed, report.altered) == (3, 1, 1)
    assert sorted(report.left) == ["link.jpg", "weights.bin", "wide.json"]


def test_images_and_paths_inside_parquet_are_replaced_and_other_columns_kept(tmp_path, split):
    image = {"bytes": content_of("a", "marked"), "path": place("a", "marked")}
    table = pa.table(
        {
            "image": [image, {"bytes": b"other", "path": "x.jpg"}, None],
            "n": pa.array([1, None, 3], pa.int16()),
            "text": ["none", None, f"see {place('b', 'marked')}"],
        }
    ).replace_schema_metadata({"huggingface": "{}"})
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    pq.write_table(table, corpus / "a.parquet")
    report = unmark_corpus(corpus, split, tmp_path / "new")
    found = pq.read_table(tmp_path / "new/a.parquet")
    assert found.schema.equals(table.schema, check_metadata=True)
    assert found.to_pylist() == [
        {"image": {"bytes": content_of("a", "clean"), "path": place("a", "clean")}, "n": 1, "text": "none"},
        {"image": {"bytes": b"other", "path": "x.jpg"}, "n": None, "text": None},
        {"image": None, "n": 3, "text": f"see {place('b', 'clean')}"},
    ]
    assert (report.embedded, report.images, report.references.rewritten) == (1, 1, 2)


def test_a_clean_twin_that_was_changed_is_never_handed_out(tmp_path, split):
    (split.images / place("a", "clean")).write_bytes(b"marked again")
    corpus = tmp_path / "r50.json"
    corpus.write_bytes(corpus_of(place("a", "marked")))
    with pytest.raises(RunFailed, match="not as it was emitted"):
        unmark_corpus(corpus, split, tmp_path / "new")


@pytest.mark.parametrize(
    ("corpus", "out", "key"),
    [
        ("absent.json", "new", "corpus"),
        ("here", "here/new", "out"),
        ("here", "here", "out"),
        ("split", "new", "corpus"),
    ],
)
def test_places_that_cannot_be_are_refused(tmp_path, split, corpus, out, key):
    (tmp_path / "here").mkdir()
    (tmp_path / "here/a.json").write_bytes(b"[]")
    with pytest.raises(ConfigError, match=f"^{key}:"):
        unmark_corpus(tmp_path / corpus, split, tmp_path / out)


def test_a_folder_that_is_no_split_is_refused(tmp_path):
    (tmp_path / "a.json").write_bytes(b"[]")
    with pytest.raises(ConfigError, match="is it a finished watermarked split"):
        unmark_corpus(tmp_path / "a.json", WatermarkLayout(tmp_path), tmp_path / "new")


def test_a_manifest_without_a_clean_twin_is_refused(tmp_path, split):
    for shard in split.secrets.glob("images-*"):
        rows = [row for row in pq.read_table(shard).to_pylist() if row["variant"] != "clean"]
        pq.write_table(pa.Table.from_pylist(rows), shard)
    (tmp_path / "a.json").write_bytes(b"[]")
    with pytest.raises(ConfigError, match="without a clean twin"):
        unmark_corpus(tmp_path / "a.json", split, tmp_path / "new")
