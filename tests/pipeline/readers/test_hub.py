import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest
from huggingface_hub import HfFileSystem, constants

from pipeline.readers.hub import HubDataset, list_hub_files, parse_hub_uri, split_files
from pipeline.readers.open import list_sources
from pipeline.readers.read_rows import read_rows
from schemas.errors import ConfigError

RECORD = {"id": "a", "conversations": [{"from": "human", "value": "One?"}, {"from": "gpt", "value": "Two."}]}


@pytest.mark.parametrize(
    ("uri", "dataset"),
    [
        ("hf://owner/name", HubDataset("owner/name", "", "")),
        ("hf://owner/name/", HubDataset("owner/name", "", "")),
        ("hf://datasets/owner/name", HubDataset("owner/name", "", "")),
        ("hf://owner/na-me_1.0/train", HubDataset("owner/na-me_1.0", "", "train")),
        ("hf://owner/name@v1.2/test", HubDataset("owner/name", "v1.2", "test")),
        ("hf://owner/name@0123abc", HubDataset("owner/name", "0123abc", "")),
        (
            "hf://owner/name@refs/convert/parquet/train",
            HubDataset("owner/name", "refs/convert/parquet", "train"),
        ),
        ("hf://owner/name@refs/pr/7", HubDataset("owner/name", "refs/pr/7", "")),
        ("hf://owner/name/default/train", HubDataset("owner/name", "", "default/train")),
    ],
)
def test_uris(uri, dataset):
    assert parse_hub_uri(uri) == dataset


@pytest.mark.parametrize(
    "uri", ["hf://", "hf://owner", "hf://owner/", "hf:///name", "hf://ow ner/name", "hf://a/b@"]
)
def test_uris_that_are_none(uri):
    with pytest.raises(ConfigError, match="hf://owner/name"):
        parse_hub_uri(uri)


@pytest.mark.parametrize(
    ("paths", "split", "found"),
    [
        (
            [
                "data/train-00001-of-00002.parquet",
                "data/train-00000-of-00002.parquet",
                "data/test-00000-of-00001.parquet",
            ],
            "train",
            ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"],
        ),
        (["default/train/0000.parquet", "default/test/0000.parquet"], "test", ["default/test/0000.parquet"]),
        (["train/a.json", "old/train.json"], "train", ["train/a.json"]),
        (["a/train/0.parquet", "b/train/0.parquet"], "b/train", ["b/train/0.parquet"]),
        (["train.jsonl", "trainer.jsonl", "retrain.jsonl"], "train", ["train.jsonl"]),
        (["llava_train_v1.json", "llava_val_v1.json"], "val", ["llava_val_v1.json"]),
        (["x.json", "x.parquet", "README.md"], "", ["x.parquet"]),
        (["b.jsonl", "a.json", "dataset_infos.json", ".gitattributes"], "", ["a.json", "b.jsonl"]),
        (["0.tar", "1.tar"], "", ["0.tar", "1.tar"]),
        (["data/train.parquet"], "validation", []),
        (["README.md"], "", []),
    ],
)
def test_files_of_a_split(paths, split, found):
    assert split_files(paths, split) == found


FILES = {
    "main": {
        "data/train-00000-of-00001.jsonl": json.dumps(RECORD).encode(),
        "data/test-00000-of-00001.jsonl": b"\n",
        "README.md": b"card",
    },
    "v2": {"train.json": json.dumps([RECORD, RECORD]).encode()},
}
COMMIT = "0" * 40


class _HubHandler(BaseHTTPRequestHandler):
    """As much of the Hub's HTTP interface as its own client asks of it, for one data set."""

    def log_message(self, *_arguments):
        pass

    def _send(self, status, content, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": len(content), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def do_GET(self):
        path = unquote(urlsplit(self.path).path)
        info = re.fullmatch(r"/api/datasets/owner/name(?:/revision/(\w+))?", path)
        tree = re.fullmatch(r"/api/datasets/owner/name/tree/(\w+)/?(.*)", path)
        file = re.fullmatch(r"/datasets/owner/name/resolve/(\w+)/(.+)", path)
        revision = next((match[1] or "main" for match in (info, tree, file) if match), "")
        if revision not in FILES:
            self._send(404, b"{}", X_Error_Code="RevisionNotFound" if revision else "RepoNotFound")
        elif info:
            self._send(200, json.dumps({"id": "owner/name", "sha": COMMIT, "siblings": []}).encode())
        elif tree:
            entries = [
                {"type": "file", "path": name, "size": len(content), "oid": COMMIT}
                for name, content in FILES[revision].items()
                if name.startswith(tree[2])
            ]
            self._send(200, json.dumps(entries).encode(), Content_Type="application/json")
        else:
            content = FILES[revision][file[2]]
            span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if span:
                content = content[int(span[1]) : int(span[2] or len(content)) + 1]
            self._send(206 if span else 200, content, ETag=f'"{COMMIT}"', X_Repo_Commit=COMMIT)

    do_HEAD = do_GET  # noqa: N815  (the name that the base class calls)


@pytest.fixture
def hub(monkeypatch):
    """The Hub's own file system, talking to a server on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _HubHandler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, endpoint)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "ENDPOINT", endpoint)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        HfFileSystem.clear_instance_cache()
        yield HfFileSystem(endpoint=endpoint)
        HfFileSystem.clear_instance_cache()
        server.shutdown()
        thread.join()


def test_a_data_set_is_listed_and_read_through_its_file_system(hub):
    (source,) = list_sources("hf://owner/name/train")
    assert source.uri == "hf://datasets/owner/name/data/train-00000-of-00001.jsonl"
    assert source.name == "train-00000-of-00001"
    assert [row.value for row in read_rows(source)] == [RECORD]


def test_a_revision_is_kept(hub):
    (source,) = list_sources("hf://owner/name@v2")
    assert source.uri == "hf://datasets/owner/name@v2/train.json"
    assert [row.value for row in read_rows(source)] == [RECORD, RECORD]


@pytest.mark.parametrize("uri", ["hf://owner/name/validation", "hf://owner/other", "hf://owner/name@v3"])
def test_what_is_not_there_is_told(hub, uri):
    with pytest.raises(ConfigError) as caught:
        list_hub_files(uri, hub)
    assert caught.value.value == uri
