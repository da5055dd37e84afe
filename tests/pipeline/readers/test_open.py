import gzip
import json

import fsspec
import pytest

from pipeline.readers.open import form_of_name, is_corpus_name, list_sources
from pipeline.readers.read_rows import read_rows
from pipeline.readers.source import Form
from schemas.errors import ConfigError

RECORD = {"id": "a", "conversations": [{"from": "human", "value": "One?"}, {"from": "gpt", "value": "Two."}]}
LIST = json.dumps([RECORD])
LINES = f"{json.dumps(RECORD)}\n{json.dumps(RECORD)}\n"


@pytest.fixture
def folder(tmp_path):
    base = tmp_path / "corpus"
    base.mkdir()
    (base / "b.json").write_text(LIST)
    (base / "a.jsonl").write_text(LINES)
    (base / "c.json.gz").write_bytes(gzip.compress(LIST.encode()))
    for name in ("notes.txt", "manifest.json", ".hidden.json", "_partial.jsonl", "picture.jpg"):
        (base / name).write_text("x")
    (base / "images").mkdir()
    (base / "images" / "labels.json").write_text(LIST)
    return base


@pytest.fixture
def memory():
    """The in-memory file system of fsspec, empty again afterwards."""
    filesystem = fsspec.filesystem("memory")
    yield filesystem
    filesystem.store.clear()
    filesystem.pseudo_dirs[:] = [""]


def _named(sources):
    return [(source.uri.rpartition("/")[2], source.name, source.form.value) for source in sources]


def test_a_file_is_one_source_with_the_path_as_given(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (source,) = list_sources("b.json")
    assert (source.uri, source.name, source.form) == ("b.json", "b", Form.JSON)


def test_a_folder_gives_its_own_known_files_sorted(folder):
    expected = [("a.jsonl", "a", "jsonl"), ("b.json", "b", "json"), ("c.json.gz", "c", "json")]
    assert _named(list_sources(str(folder))) == expected
    assert _named(list_sources(f"{folder}/")) == expected


def test_a_folder_without_own_files_gives_those_below(tmp_path):
    for name in ("data/train-1.json", "data/train-0.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(LIST)
    assert [name for name, _, _ in _named(list_sources(str(tmp_path)))] == ["train-0.json", "train-1.json"]


def test_a_glob_gives_its_matches(folder):
    assert [name for name, _, _ in _named(list_sources(f"{folder}/*.json*"))] == [
        "a.jsonl",
        "b.json",
        "c.json.gz",
    ]
    assert [name for name, _, _ in _named(list_sources(f"{folder}/**/*.json"))] == ["b.json", "labels.json"]


def test_a_file_with_glob_characters_in_its_name_is_a_file(tmp_path):
    path = tmp_path / "a[1].json"
    path.write_text(LIST)
    assert [source.uri for source in list_sources(str(path))] == [str(path)]


def test_names_are_safe_and_unique(tmp_path):
    for name in (
        "x/train.json",
        "y/Train.json",
        "z/träin (1).v2.json",
        "z/....json",
        "z/" + "n" * 120 + ".json",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(LIST)
    names = [source.name for source in list_sources(f"{tmp_path}/*/*.json")]
    assert sorted(names) == sorted(["train", "Train-2", "tr_in_1_.v2", "n" * 80])
    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("a.json", Form.JSON),
        ("a.JSON", Form.JSON),
        ("dir.v1/a.jsonl", Form.JSONL),
        ("a.ndjson.bz2", Form.JSONL),
        ("a.jsonl.zst", Form.JSONL),
        ("a.json.xz", Form.JSON),
        ("a.parquet", Form.PARQUET),
        ("a.tar", Form.WEBDATASET),
        ("a.tar.gz", Form.WEBDATASET),
        ("a.tgz", Form.WEBDATASET),
        ("a.csv", None),
        ("json", None),
        ("a.gz", None),
    ],
)
def test_form_by_name(path, form):
    assert form_of_name(path) is form


def test_metadata_files_are_no_corpus():
    assert not is_corpus_name("out/manifest.json")
    assert not is_corpus_name("out/dataset_infos.json")
    assert is_corpus_name("out/llava_v1_5_mix665k.json")


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.json", LIST, Form.JSON),
        ("a.json", "  \n [\n]", Form.JSON),
        ("a.json", "\ufeff" + LIST, Form.JSON),
        ("a.jsonl", LIST, Form.JSON),
        ("a.json", LINES, Form.JSONL),
        ("a.json", json.dumps(RECORD), Form.JSONL),
        ("a.jsonl", '{"id": broken}\n' + LINES, Form.JSONL),
        ("a.jsonl", "stray\n" + LINES, Form.JSONL),
        ("a.jsonl", '{"id": "' + "x" * 100_000 + '"}\n' + LINES, Form.JSONL),
        ("a.jsonl", "\n\n", Form.JSONL),
        ("a.json", json.dumps([RECORD], indent=1), Form.JSON),
        ("a.json", "[oops]", Form.JSON),
    ],
)
def test_form_by_content(tmp_path, name, content, form):
    (tmp_path / name).write_text(content, encoding="utf-8")
    (source,) = list_sources(str(tmp_path / name))
    assert source.form is form
    assert list(read_rows(source)) is not None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"", "empty"),
        ("a.json", b"  \n", "empty"),
        ("a.json", json.dumps({"data": [RECORD]}).encode(), "list"),
        ("a.json", json.dumps({"data": [RECORD]}, indent=1).encode(), "list"),
        ("a.json", b"hello", "list"),
        ("a.json", LIST.encode("utf-16"), "UTF-8"),
        ("a.jsonl", LINES.encode("utf-16-le"), "UTF-8"),
        ("a.csv", b"a,b", "no known form"),
    ],
)
def test_what_cannot_be_read_is_told_before_work_starts(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=message) as caught:
        list_sources(str(tmp_path / name))
    assert caught.value.key == "INPUT"


@pytest.mark.parametrize(
    "spec", ["nothing.json", "*.parquet", "empty", "a\0b", "memory://nowhere/a.json", "no-such-scheme://a"]
)
def test_inputs_that_match_nothing(tmp_path, monkeypatch, spec):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        list_sources(spec)
    assert caught.value.key == "INPUT"
    assert caught.value.remedy


def test_any_fsspec_url_is_listed_and_read(memory):
    memory.pipe(
        {
            "/bucket/b.json": LIST.encode(),
            "/bucket/a.jsonl.gz": gzip.compress(LINES.encode()),
            "/bucket/x.txt": b"x",
        }
    )
    expected = [("a.jsonl.gz", "a", "jsonl"), ("b.json", "b", "json")]
    for spec in ("memory://bucket", "memory://bucket/*"):
        sources = list_sources(spec)
        assert _named(sources) == expected
        assert [len(list(read_rows(source))) for source in sources] == [2, 1]
    assert _named(list_sources("memory://bucket/b.json")) == expected[1:]


def test_every_form_is_read_through_fsspec(memory, tmp_path):
    import io
    import tarfile

    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(
        pa.table({"id": ["a"], "conversations": [RECORD["conversations"]]}), tmp_path / "a.parquet"
    )
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        info = tarfile.TarInfo("1.json")
        content = json.dumps(RECORD).encode()
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    for name in ("a.parquet", "a.tar"):
        memory.pipe(f"/mixed/{name}", (tmp_path / name).read_bytes())
    rows = [row.value for source in list_sources("memory://mixed") for row in read_rows(source)]
    assert rows == [RECORD, RECORD]
