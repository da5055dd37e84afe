"""Images on which a decoder crashes or hangs cost themselves, not the run; broken engines cost the run."""

import json
import os

import pytest
from PIL import Image, PngImagePlugin

import mmscrub
from schemas.errors import RunFailed

TURNS = [{"from": "human", "value": "<image>\nDescribe it."}, {"from": "gpt", "value": "A plain ground."}]
# Loaded by every Python process that starts with this folder on its path, as the workers do.
SABOTAGE = """
import os, signal, time
import PIL.Image, pipeline.work_notes
pipeline.work_notes.LONGEST_SECONDS = 20.0  # the first image of a worker waits for the engines, too
intact = PIL.Image.open
def sabotaged(file, *arguments, **options):
    head = file.getvalue()[:200] if hasattr(file, "getvalue") else b""
    if b"crash" in head:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"hang" in head:
        time.sleep(10_000)
    if b"raise" in head:
        raise TypeError("an engine of another version")
    return intact(file, *arguments, **options)
PIL.Image.open = sabotaged
"""


def write_corpus(folder, fates):
    (folder / "images").mkdir(parents=True)
    for index, fate in enumerate(fates):
        note = PngImagePlugin.PngInfo()
        note.add_text("Comment", fate)
        image = Image.new("RGB", (64, 48), (200, 120, 40 + index))
        image.save(folder / "images" / f"{index}.png", pnginfo=note)
    records = [{"id": str(i), "image": f"{i}.png", "conversations": TURNS} for i in range(len(fates))]
    (folder / "c.json").write_text(json.dumps(records))


def put_first(monkeypatch, folder):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))


@pytest.fixture
def sabotage(tmp_path, monkeypatch):
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(SABOTAGE)
    put_first(monkeypatch, tmp_path / "path")


@pytest.mark.usefixtures("sabotage")
@pytest.mark.parametrize(
    ("fates", "workers"),
    [
        (["crash", "fine", "crash", "fine", "crash"], 3),
        pytest.param(["hang", "fine"], 1, marks=pytest.mark.slow),
    ],
)
def test_images_that_kill_or_stop_a_worker_are_held_back(tmp_path, fates, workers):
    write_corpus(tmp_path, fates)
    settings = {"images": str(tmp_path / "images"), "workers": workers}
    result = mmscrub.build(tmp_path / "c.json", tmp_path / "out", **settings)
    bad = len(fates) - fates.count("fine")
    assert result.summary["quarantine"] == {"audit_image": {"engine_failed": bad}}
    assert result.summary["records"]["emitted"] == fates.count("fine")


@pytest.mark.usefixtures("sabotage")
def test_an_image_that_kills_a_worker_in_a_batch_is_told_from_its_neighbours(tmp_path):
    (tmp_path / "path" / "sitecustomize.py").write_text(
        "import os\n"
        "import pipeline.dofns as dofns\n"
        "from transforms.engines.rapidocr_engine import RapidOcr\n"
        "intact = RapidOcr.read\n"
        "def read(self, image):\n"
        "    if image[0, 0, 2] == 41:\n        os._exit(9)\n"
        "    return intact(self, image)\n"
        "RapidOcr.read = read\n"
        "RapidOcr.read_many = lambda self, images: [read(self, image) for image in images]\n"
        "dofns.takes_batches = lambda name: True\n"
    )
    write_corpus(tmp_path, ["fine"] * 5)
    settings = {"images": str(tmp_path / "images"), "workers": 1}
    result = mmscrub.build(tmp_path / "c.json", tmp_path / "out", **settings)
    assert result.summary["quarantine"] == {"audit_image": {"engine_failed": 1}}
    assert result.summary["records"]["emitted"] == 4


@pytest.mark.usefixtures("sabotage")
def test_an_engine_that_fails_on_everything_fails_the_run(tmp_path):
    (tmp_path / "path" / "sitecustomize.py").write_text(
        "import pipeline.image_stage as stage\n"
        "def fail(*arguments, **options):\n    raise TypeError\n"
        "stage.audit_image = fail\n"
    )
    write_corpus(tmp_path, ["fine"] * 12)
    settings = {"images": str(tmp_path / "images"), "workers": 1}
    with pytest.raises(RunFailed, match="failed on every image"):
        mmscrub.build(tmp_path / "c.json", tmp_path / "out", **settings)
    (tmp_path / "path" / "sitecustomize.py").unlink()
    repaired = mmscrub.build(tmp_path / "c.json", tmp_path / "out", **settings)
    assert repaired.summary["records"]["emitted"] == 12


def test_an_image_that_changes_in_between_fails_the_run_and_leaves_no_trace(tmp_path, monkeypatch):
    write_corpus(tmp_path, ["fine", "fine"])
    image = tmp_path / "images" / "1.png"
    before = image.read_bytes()
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(
        "import pipeline.dofns as dofns\nintact = dofns.process_image\n"
        "def changed(sha, location, tools):\n"
        "    if location.endswith('1.png'):\n        open(location, 'ab').write(b'x')\n"
        "    return intact(sha, location, tools)\n"
        "dofns.process_image = changed\n"
    )
    put_first(monkeypatch, tmp_path / "path")
    settings = {"images": str(tmp_path / "images"), "workers": 1}
    with pytest.raises(RunFailed, match="changed while the run was reading it"):
        mmscrub.build(tmp_path / "c.json", tmp_path / "out", **settings)
    (tmp_path / "path" / "sitecustomize.py").unlink()
    image.write_bytes(before)
    repaired = mmscrub.build(tmp_path / "c.json", tmp_path / "out", **settings)
    assert repaired.summary["records"]["emitted"] == 2


def test_a_worker_of_another_version_fails_the_run(tmp_path, monkeypatch):
    write_corpus(tmp_path, ["fine"])
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(
        "import pipeline.digests as digests\ndigests.code_digest = lambda: 'newer'\n"
    )
    put_first(monkeypatch, tmp_path / "path")
    with pytest.raises(RunFailed, match="changed while the run was going"):
        mmscrub.build(tmp_path / "c.json", tmp_path / "out", images=str(tmp_path / "images"), workers=1)


@pytest.mark.slow
@pytest.mark.usefixtures("sabotage")
def test_an_image_that_kills_workers_is_held_back_from_a_watermarked_split(tmp_path):
    from tests.split_corpus import make_small_split, scene, write_split_corpus

    folder = write_split_corpus(tmp_path / "corpus")
    bad = folder / "images" / "16.jpg"
    bad.write_bytes(scene(16).replace(b"\xff\xd8", b"\xff\xd8\xff\xfe\x00\x07crash", 1))
    records = json.loads((folder / "corpus.json").read_text())
    records.append({"id": "bad", "image": "16.jpg", "conversations": TURNS})
    (folder / "corpus.json").write_text(json.dumps(records))
    result = make_small_split(folder, tmp_path / "out", allow_failed_gates=True)
    assert result.summary["quarantine"] == {"audit_image": {"engine_failed": 1}}
    assert result.summary["records"]["emitted"] == 19
