"""A benchmark is read whole or not at all."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaluation.mm_privacy.bench import read_bench
from schemas.benchmark import PrivateType
from schemas.errors import ConfigError
from tests.scored_bench import small_bench, write_bench


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    parts = small_bench(4)
    return write_bench(tmp_path_factory.mktemp("bench"), *parts), parts


@pytest.fixture
def folder(written, tmp_path):
    return shutil.copytree(written[0], tmp_path / "bench")


def test_probes_personas_and_print_come_back_as_they_were_written(written):
    folder, (probes, people, printed) = written
    bench = read_bench(folder)
    assert sorted(bench.probes, key=str) == sorted(probes, key=str)
    assert bench.personas == tuple(people)
    image = probes[0].image_id
    assert bench.printed[image] == tuple((kind, text) for _, kind, text in printed[image] if kind)
    assert {kind for kind, _ in bench.printed[image]} > {PrivateType.NAME, PrivateType.SSN}
    assert bench.prompts[probes[0].probe_id] == probes[0].prompt


def change(folder, column, value, row=0):
    path = folder / "data" / "disclosure-00000-of-00002.parquet"
    rows = pq.read_table(path).to_pylist()
    rows[row][column] = value
    pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(path)), path)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("task", "poem", "row 1, column task: is none of its values"),
        ("gold", "", "row 1, column gold"),
        ("prompt", None, "row 1, column prompt: is null"),
        ("persona_id", "", "row 1, column purpose"),
        ("private_type", None, "row 1, column purpose"),
        ("source", "", "row 1, column source: is null"),
    ],
)
def test_a_row_that_is_no_probe_is_told_by_its_place(folder, column, value, said):
    change(folder, column, value)
    with pytest.raises(ConfigError, match=said):
        read_bench(folder)


def test_no_value_is_part_of_an_error(folder):
    change(folder, "task", "SECRET-4711")
    with pytest.raises(ConfigError) as caught:
        read_bench(folder)
    assert "SECRET" not in str(caught.value)


def test_a_probe_that_stands_there_twice_is_refused(folder):
    path = folder / "data" / "disclosure-00000-of-00002.parquet"
    change(folder, "probe_id", pq.read_table(path).column("probe_id")[1].as_py())
    with pytest.raises(ConfigError, match="more than once"):
        read_bench(folder)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("data/retention-00001-of-00002.parquet", "not all shards of retention"),
        ("data", "mmscrub disclosure"),
        ("personas.parquet", "personas"),
    ],
)
def test_half_a_benchmark_is_none(folder, gone, said):
    path = folder / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(ConfigError, match=said):
        read_bench(folder)


def test_shards_of_two_runs_are_told(folder):
    path = folder / "data" / "disclosure-00000-of-00002.parquet"
    shutil.copy(path, path.with_name("disclosure-00002-of-00003.parquet"))
    with pytest.raises(ConfigError, match="two runs"):
        read_bench(folder)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\x00" * 100 + b"PAR1"])
def test_a_broken_shard_is_told_by_its_name(folder, content):
    (folder / "data" / "disclosure-00001-of-00002.parquet").write_bytes(content)
    with pytest.raises(ConfigError, match="disclosure-00001-of-00002"):
        read_bench(folder)


def test_a_shard_without_gold_is_none(folder):
    path = folder / "data" / "disclosure-00001-of-00002.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["gold"]), path)
    with pytest.raises(ConfigError, match="lacks the column gold"):
        read_bench(folder)
