"""Shards without a model: memory that runs out, a run that is killed, values that do not fit."""

import numpy as np
import pytest

from evaluation.probes.feature_file import write_arrays
from evaluation.probes.feature_set import FeatureSet
from evaluation.probes.feature_shards import BatchedReader, ExtractSettings, extract
from evaluation.probes.split_images import WatermarkSplit
from schemas.errors import ConfigError, RunFailed
from schemas.watermark import Variant
from tests.evaluation.probes.made_split import make_split

ABOUT = {"model": "none", "ask": "username", "tokens": ["last", "role"], "layers": 3}


def brightness(images):
    """[n, 3, 2, 4]: the mean of each image, its layer and its token."""
    found = np.zeros((len(images), 3, 2, 4), dtype=np.float32)
    found[..., 0] = np.array([image.mean() for image in images])[:, None, None]
    found[..., 1] = np.arange(3)[None, :, None]
    found[..., 2] = np.arange(2)[None, None, :]
    return found


def test_batches_are_halved_for_good_where_memory_runs_out():
    sizes = []

    def read(images):
        sizes.append(len(images))
        if len(images) > 3:
            raise RuntimeError("CUDA out of memory. Tried to allocate")
        return brightness(images)

    images = [np.full((2, 2, 3), at, dtype=np.uint8) for at in range(10)]
    found = np.concatenate(BatchedReader(read, 8).batches(images))
    assert found[:, 0, 0, 0].tolist() == list(range(10))
    assert sizes == [8, 4, 2, 2, 2, 2, 2]


def test_an_image_too_large_for_memory_ends_the_run_and_other_errors_pass():
    def full(images):
        raise MemoryError

    def broken(images):
        raise ValueError("something else")

    image = [np.zeros((2, 2, 3), dtype=np.uint8)]
    with pytest.raises(RunFailed, match="one image alone"):
        BatchedReader(full, 4).batches(image)
    with pytest.raises(ValueError, match="something else"):
        BatchedReader(broken, 4).batches(image)


def run(split, folder, read=brightness, per_shard=5, **more):
    settings = ExtractSettings(at_once=2, per_shard=per_shard, **more)
    return extract(WatermarkSplit(split), BatchedReader(read, 2), folder, ABOUT, settings)


def test_rows_layers_and_tokens_come_back_in_their_places(tmp_path):
    split, folder = make_split(tmp_path / "split"), tmp_path / "features"
    run(split, folder)
    features = FeatureSet(folder)
    places = features.only(frozenset(features.rows["sample_id"]))
    assert len(places) == 40
    layers = features.layers("role", places)
    assert layers.names == ("0", "1", "2")
    found = layers.layer(2)
    assert np.all(found[:, 1] == 2)
    assert np.all(found[:, 2] == 1)
    assert len(set(found[:, 0].tolist())) > 20
    probed = features.probed(places)
    assert probed.labels.sum() == 20
    assert set(probed.fold_identity) == {0, 1, 2}


def test_a_killed_run_goes_on_and_gives_the_same_bytes(tmp_path):
    split, whole, killed = make_split(tmp_path / "split"), tmp_path / "whole", tmp_path / "killed"
    run(split, whole)
    calls = []

    def dies(images):
        calls.append(len(images))
        if len(calls) > 8:
            raise KeyboardInterrupt
        return brightness(images)

    with pytest.raises(KeyboardInterrupt):
        run(split, killed, dies)
    done = {path.name: path.stat().st_mtime_ns for path in killed.glob("*.safetensors")}
    assert 0 < len(done) < 8
    assert not (killed / "about.json").exists()
    run(split, killed)
    assert {one.name: one.read_bytes() for one in killed.iterdir()} == {
        one.name: one.read_bytes() for one in whole.iterdir()
    }
    assert all((killed / name).stat().st_mtime_ns == time for name, time in done.items())


def test_values_that_do_not_fit_are_said_and_not_written(tmp_path):
    split = make_split(tmp_path / "split")
    with pytest.raises(RunFailed, match="--store float32"):
        run(split, tmp_path / "features", lambda images: brightness(images) * 1e5)
    assert not list((tmp_path / "features").glob("features-*"))
    run(split, tmp_path / "features", lambda images: brightness(images) * 1e5, store="float32")


def test_another_variant_of_the_same_images_keeps_their_identities(tmp_path):
    split = make_split(tmp_path / "split")
    marked, clean = WatermarkSplit(split), WatermarkSplit(split, Variant.CLEAN)
    assert sorted(one.identity_id for one in clean.samples()) == sorted(
        one.identity_id for one in marked.samples()
    )
    with pytest.raises(ConfigError, match="no scrambled image"):
        WatermarkSplit(split, Variant.SCRAMBLED)


def test_a_folder_that_is_no_split_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="mmscrub watermark"):
        WatermarkSplit(tmp_path)


@pytest.mark.parametrize(
    "about", ["[]", "{}", '{"ask": "x", "tokens": "last", "layers": 3, "shards": 1}', "{"]
)
def test_a_description_that_is_none_is_refused(tmp_path, about):
    (tmp_path / "about.json").write_text(about)
    with pytest.raises(ConfigError, match="features"):
        _ = FeatureSet(tmp_path).tokens


def test_shards_that_are_not_those_described_stop_the_run(tmp_path):
    split, folder = make_split(tmp_path / "split"), tmp_path / "features"
    run(split, folder)
    first = sorted(folder.glob("*.safetensors"))[0]
    layers = FeatureSet(folder).layers(
        "last", FeatureSet(folder).only(frozenset(FeatureSet(folder).rows["sample_id"]))
    )
    write_arrays(first, {"hidden": np.zeros((5, 2, 2, 4), np.float16)}, {})
    with pytest.raises(RunFailed, match="layers and tokens"):
        layers.layer(0)
    write_arrays(first, {"hidden": np.zeros((2, 3, 2, 4), np.float16)}, {})
    with pytest.raises(RunFailed, match="fewer rows"):
        layers.layer(0)


def test_features_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"evaluation\.probes\.extract"):
        _ = FeatureSet(tmp_path).tokens
