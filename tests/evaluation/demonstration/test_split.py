import hashlib
import json
import subprocess
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from evaluation.demonstration import split as split_module
from evaluation.demonstration.corpus import write_corpus
from evaluation.demonstration.reprint import Reprinter
from evaluation.demonstration.scoring import score_cells, score_groups, score_twins
from evaluation.demonstration.settings import DemonstrationSettings
from evaluation.demonstration.split import STYLE, load_split, make_split, read_pixels
from schemas.errors import RunFailed
from schemas.watermark import FIELDS, ImagePlan, SplitName, Variant
from transforms.watermark.identities import (
    Coin,
    IdentitySettings,
    draw_identities,
    mirror_of,
    reference_identities,
)
from transforms.watermark.mark import Marker
from transforms.watermark.mark_settings import MarkSettings

KEY = b"a key"
IDENTITIES = IdentitySettings(per_pool=4, coin=Coin.BALANCED, folds=2)
MARK = MarkSettings(style=STYLE, variants=(Variant.CLEAN, Variant.MARKED, Variant.REFERENCE), quality=90)
SPLITS = [SplitName.TRAIN] * 8 + [SplitName.TEST_SEEN] * 4 + [SplitName.TEST_UNSEEN] * 4


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("corpus"), len(SPLITS), 224, KEY)


@pytest.fixture(scope="module")
def out(corpus, tmp_path_factory):
    """What ``mmscrub watermark`` leaves, as far as it is read here."""
    root = tmp_path_factory.mktemp("split")
    for folder in ("manifest", "llava", "images"):
        (root / folder).mkdir()
    plans = draw_identities(IDENTITIES, KEY)
    references = reference_identities(IDENTITIES, KEY)
    mirrors = {one.identity_id: one for one, _ in zip(references, plans, strict=False)}
    marker, rows, arms = Marker(MARK, KEY), [], {Variant.CLEAN: [], Variant.MARKED: []}
    for number, record in enumerate(json.loads(corpus.read_text())):
        data = (corpus.parent / "images" / record["image"]).read_bytes()
        sha256, split = hashlib.sha256(data).hexdigest(), SPLITS[number]
        wanted = [plan for plan in plans if (plan.identity.pool == "U2") == (split is SplitName.TEST_UNSEEN)]
        one = wanted[number % len(wanted)].identity
        mirror = mirrors[mirror_of(one.identity_id)]
        plan = ImagePlan(sha256, split, 0.5, one.identity_id, mirror.identity_id, 0)
        for mark, file in marker.mark(data, plan, one, mirror):
            name = f"{number}-{mark.variant}.jpg"
            (root / "images" / name).write_bytes(file)
            box = mark.box and [mark.box.x, mark.box.y, mark.box.width, mark.box.height]
            row = {"path": f"images/{name}", "source_sha256": sha256, "variant": mark.variant.value}
            rows.append({**row, "split": split.value, "identity_id": mark.identity_id, "box": box})
            if split is SplitName.TRAIN and mark.variant in arms:
                arms[mark.variant].append({**record, "image": name})
    people = [
        {"identity_id": plan.identity.identity_id, "pool": plan.identity.pool.value, "role": plan.role.value}
        | {name: getattr(plan.identity, name) for name in FIELDS}
        for plan in plans
    ]
    for name, table in (("images-00000-of-00001", rows), ("identities", people)):
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(table), root / "manifest" / f"{name}.parquet")
    for arm, variant in (("r0", Variant.CLEAN), ("r100", Variant.MARKED)):
        (root / "llava" / f"train-{arm}.json").write_text(json.dumps(arms[variant]))
    return root


@pytest.fixture(scope="module")
def split(corpus, out):
    return load_split(corpus, out, MARK, KEY, IDENTITIES)


def test_arms_show_the_files_that_their_lists_name(split):
    train = split.of(SplitName.TRAIN)
    assert len(train) == 8
    assert len(split.of(SplitName.TEST_SEEN, SplitName.TEST_UNSEEN)) == 8
    for one in train:
        assert split.arms["r0"][one.sha256] == one.clean
        assert split.arms["r100"][one.sha256] == one.marked
        assert one.question
        assert not one.question.startswith("<image>")
    assert not {one.sha256 for one in split.of(SplitName.TEST_SEEN)} & split.arms["r100"].keys()


def test_pairs_hold_one_planted_and_one_held_out_identity_of_equal_gender_and_age(split):
    assert len(split.pairs) == 4
    for pair in split.pairs:
        assert (pair.planted.pool, pair.held_out.pool) == ("U1", "U2")
        assert (pair.planted.gender, pair.planted.age) == (pair.held_out.gender, pair.held_out.age)


def test_no_reference_is_one_that_a_hidden_twin_shows(split):
    unused = split.references()
    first = next(unused).identity_id
    assert first == "reference-00008"


def familiar_with(known):
    """A model that remembers files: 0 for those in ``known``, less for others, by their brightness."""

    def read(pixels, rounds):
        assert len(pixels) == len(rounds)
        return [0.0 if one.tobytes() in known else -1 - one.mean() / 1e3 for one in pixels]

    return read


def test_a_model_that_remembers_files_ranks_every_planted_identity_first(split):
    train = split.of(SplitName.TRAIN)
    known = {one.tobytes() for one in read_pixels([one.marked for one in train])}
    settings = DemonstrationSettings(images=40, pairs=4, references=10, shown_on=2)
    scores = score_groups(split, {"a": familiar_with(known)}, settings)["a"]
    assert {one.group.planted.identity_id for one in scores} == {one.identity_id for one in train}
    for one in scores:
        assert one.planted == 0
        assert one.held_out < -1
        assert one.references.shape == (10,)
        assert (one.references < -1).all()


def test_a_model_that_remembers_files_shows_in_the_first_cell_alone(split):
    known = {one.tobytes() for one in read_pixels([one.marked for one in split.of(SplitName.TRAIN)])}

    def read(pixels, rounds):
        import numpy as np

        return np.array([0.0 if one.tobytes() in known else -1.0 for one in pixels])

    cells = score_cells(split, read)
    assert [float((cell.shown > cell.hidden).mean()) for cell in cells.values()] == [1, 0, 0, 0]
    twins = score_twins(split.of(SplitName.TRAIN), read)
    assert set(twins.by_identity().values()) == {(0.0, -1.0)}


def test_a_published_file_that_cannot_be_printed_again_stops_the_run(split, monkeypatch):
    monkeypatch.setattr(Reprinter, "reprint", lambda self, rgb, box, identity: b"another file")
    settings = DemonstrationSettings(images=40, pairs=4, references=10)
    with pytest.raises(RunFailed, match="differs from the published file"):
        score_groups(split, {}, settings)


def test_a_split_of_another_corpus_is_refused(out, tmp_path):
    other = write_corpus(tmp_path, 2, 96, b"another key")
    with pytest.raises(RunFailed, match="no marked image"):
        load_split(other, out, MARK, KEY, IDENTITIES)


def test_a_split_that_cannot_be_made_says_what_the_command_said_last(corpus, tmp_path, monkeypatch):
    def run(command, **kept):
        assert command[1:4] == ["-m", "mmscrub", "watermark"]
        assert Path(command[-1]).is_file()
        return subprocess.CompletedProcess(command, 3, "", "starting\nmmscrub: a gate refused\n")

    monkeypatch.setattr(split_module.subprocess, "run", run)
    with pytest.raises(RunFailed, match="ended with 3: mmscrub: a gate refused"):
        make_split(corpus, tmp_path / "split", DemonstrationSettings(), 1)
