"""Whatever is changed after the commitment is found, and told by its name and never by what it holds."""

import json
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from pipeline.watermark.rerender import Sources
from pipeline.watermark.revealed import read_manifest
from pipeline.watermark.verify import CheckName, Claim, all_passed, verify_split
from schemas.errors import ConfigError
from schemas.watermark import FIELDS
from tests.small_split import SECRET
from transforms.watermark.commitment import commit, read_commitment


def verify(split, secret=SECRET, published=None, sources=None):
    checks = verify_split(split.layout, Claim(secret, published, sources))
    assert [check.name for check in checks] == list(CheckName)
    return {check.name: check for check in checks}


def failing(checks):
    return {name for name, check in checks.items() if not check.passed}


def edit_parquet(path, edit):
    table = pq.read_table(path)
    rows = table.to_pylist()
    edit(rows)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)


def image_shard(split):
    return next(split.layout.secrets.glob("images-*"))


def a_path(split, variant="marked"):
    rows = read_manifest(split.layout, ("path", "variant"))
    return next(row["path"] for row in rows if row["variant"] == variant)


def commit_anew(split, secret=SECRET):
    """What an owner would do who changed the split after publishing."""
    from hashlib import sha256

    from schemas.record_key import derive_key

    layout = split.layout
    settings = json.loads(layout.manifest.read_bytes())["settings"]
    old = read_commitment(layout.commitment.read_bytes(), "")
    digest = lambda name: sha256((layout.root / name).read_bytes()).hexdigest()  # noqa: E731
    rows = [row for row in read_manifest(layout, ("path", "out_sha256")) if row["path"]]
    made = commit(
        derive_key(settings["seed"], secret, "watermark"),
        settings,
        secrets={name: digest(name) for name in old.secrets},
        files={name: digest(name) for name in old.files},
        images=[(row["path"], digest(row["path"])) for row in rows],
    )
    layout.commitment.write_bytes(made.to_json())
    return old.digest


def test_an_honest_split_passes_every_check_with_its_sources(made_split):
    published = json.loads(made_split.layout.commitment.read_bytes())["digest"]
    checks = verify(made_split, published=published, sources=Sources(made_split.photos))
    assert failing(checks) == set()
    assert not any(check.skipped for check in checks.values())
    assert checks[CheckName.PIXELS].checked == 19
    assert checks[CheckName.ARMS].checked > 60


def test_without_sources_it_says_what_was_not_checked(made_split):
    checks = verify(made_split)
    assert all_passed(checks.values())
    assert {name for name, check in checks.items() if check.skipped} == {
        CheckName.SOURCES,
        CheckName.GROUPS,
        CheckName.PIXELS,
    }


def test_a_wrong_key_is_told_and_nothing_is_derived_from_it(made_split):
    checks = verify(made_split, secret=b"another secret of 16 bytes")
    assert failing(checks) == {CheckName.KEY}
    assert checks[CheckName.IDENTITIES].skipped


def test_a_changed_setting_is_told(split_copy):
    manifest = json.loads(split_copy.layout.manifest.read_bytes())
    manifest["settings"]["splits"]["test_share"] = 0.5
    split_copy.layout.manifest.write_text(json.dumps(manifest))
    checks = verify(split_copy)
    assert failing(checks) == {CheckName.SETTINGS}
    assert checks[CheckName.KEY].skipped


def test_a_commitment_made_anew_is_told_by_the_published_digest(split_copy):
    (split_copy.out / a_path(split_copy)).write_bytes(b"swapped")
    published = commit_anew(split_copy)
    assert failing(verify(split_copy, published=published)) == {CheckName.COMMITMENT}
    assert CheckName.PIXELS not in failing(verify(split_copy))


def test_a_commitment_whose_digest_is_not_its_own_is_told(split_copy):
    body = json.loads(split_copy.layout.commitment.read_bytes())
    body["images"]["files"] += 1
    split_copy.layout.commitment.write_text(json.dumps(body))
    assert failing(verify(split_copy)) == {CheckName.COMMITMENT, CheckName.IMAGES}


@pytest.mark.parametrize("variant", ["marked", "clean", "reference"])
def test_a_swapped_image_is_told_by_its_path(split_copy, variant):
    path = a_path(split_copy, variant)
    Image.fromarray(np.zeros((240, 320, 3), np.uint8)).save(split_copy.out / path)
    checks = verify(split_copy)
    assert failing(checks) == {CheckName.IMAGES}
    assert checks[CheckName.IMAGES].names == (f"{path}: changed",)


@pytest.mark.parametrize("kind", ["missing", "additional", "link"])
def test_a_missing_an_additional_and_a_linked_image_are_told(split_copy, kind):
    path = a_path(split_copy)
    if kind == "missing":
        (split_copy.out / path).unlink()
    elif kind == "additional":
        path = "images/00/extra.jpg"
        (split_copy.out / "images/00").mkdir(exist_ok=True)
        (split_copy.out / path).write_bytes(b"x")
    else:
        (split_copy.out / path).rename(split_copy.root / "elsewhere.jpg")
        (split_copy.out / path).symlink_to(split_copy.root / "elsewhere.jpg")
    checks = verify(split_copy)
    assert failing(checks) == {CheckName.IMAGES}
    how = "changed" if kind == "link" else kind
    assert checks[CheckName.IMAGES].names == (f"{path}: {how}",)


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("llava/train-r50.json", CheckName.FILES),
        ("qwen/test1.json", CheckName.FILES),
        ("summary.json", CheckName.FILES),
        ("manifest/probes.parquet", CheckName.MANIFEST),
    ],
)
@pytest.mark.parametrize("kind", ["changed", "missing"])
def test_other_files_that_are_changed_or_missing_are_told(split_copy, name, check, kind):
    path = split_copy.out / name
    path.unlink() if kind == "missing" else path.write_bytes(path.read_bytes() + b" ")
    checks = verify(split_copy)
    assert check in failing(checks)
    assert checks[check].names == (f"{name}: {kind}",)


@pytest.mark.parametrize(
    ("name", "check"),
    [("llava/more.json", CheckName.FILES), ("manifest/note.txt", CheckName.MANIFEST)],
)
def test_additional_files_are_told(split_copy, name, check):
    (split_copy.out / name).write_bytes(b"[]")
    checks = verify(split_copy)
    assert failing(checks) == {check}
    assert checks[check].names == (f"{name}: additional",)


def test_a_manifest_that_names_another_canary_is_told_though_committed_to(split_copy):
    """The draw was not the key's: a commitment alone would not show it."""

    def swap(rows):
        marked = [row for row in rows if row["variant"] == "marked" and row["split"] == "train"]
        first, second = next((a, b) for a in marked for b in marked if a["identity_id"] != b["identity_id"])
        for name in ("identity_id", "fields"):
            first[name], second[name] = second[name], first[name]

    edit_parquet(image_shard(split_copy), swap)
    assert CheckName.MANIFEST in failing(verify(split_copy))
    commit_anew(split_copy)
    checks = verify(split_copy)
    assert CheckName.ASSIGNMENTS in failing(checks)
    assert any(name.endswith(": identity_id") for name in checks[CheckName.ASSIGNMENTS].names)


def test_an_identity_that_was_not_drawn_is_told_by_name_and_column(split_copy):
    def rename(rows):
        rows[2]["username"] = "Somebody Else"

    edit_parquet(split_copy.layout.identities, rename)
    commit_anew(split_copy)
    checks = verify(split_copy)
    assert failing(checks) == {CheckName.IDENTITIES}
    name = pq.read_table(split_copy.layout.identities).to_pylist()[2]["identity_id"]
    assert checks[CheckName.IDENTITIES].names == (f"{name}: username",)


@pytest.mark.parametrize("form", ["llava", "qwen"])
def test_an_arm_that_shows_another_twin_than_designed_is_told(split_copy, form):
    arm = split_copy.out / form / "train-r0.json"
    rows = list(read_manifest(split_copy.layout, ("path", "twin_group", "variant", "split")))
    group = next(row["twin_group"] for row in rows if row["split"] == "train" and row["variant"] == "marked")
    path = {row["variant"]: row["path"].removeprefix("images/") for row in rows if row["twin_group"] == group}
    content = arm.read_text()
    arm.write_text(content.replace(path["clean"], path["marked"]))
    assert arm.read_text() != content
    commit_anew(split_copy)
    checks = verify(split_copy)
    assert failing(checks) == {CheckName.ARMS}
    assert checks[CheckName.ARMS].names[0].startswith(f"{form}/train-r0, record ")


@pytest.mark.parametrize("column", ["image", "image_clean", "identity_id", "h_rate", "source_sha256"])
def test_a_data_row_that_was_changed_is_told_by_its_column(split_copy, column):
    shard = next(split_copy.layout.data.glob("train-*"))
    other = {"image": {"bytes": b"x", "path": "x.jpg"}, "image_clean": None, "h_rate": 0.5}
    at = next(n for n, row in enumerate(pq.read_table(shard).to_pylist()) if row["image"])

    def change(rows):
        rows[at][column] = other.get(column, "0" * 64)

    edit_parquet(shard, change)
    commit_anew(split_copy)
    checks = verify(split_copy)
    assert failing(checks) == {CheckName.DATA}
    assert checks[CheckName.DATA].names == (f"{shard.name}, row {at}: {column}",)


def test_an_image_that_does_not_come_from_its_source_is_told_by_rendering(split_copy):
    path = a_path(split_copy, "reference")
    Image.fromarray(np.zeros((240, 320, 3), np.uint8)).save(split_copy.out / path)
    from hashlib import sha256

    def follow(rows):
        row = next(row for row in rows if row["path"] == path)
        row["out_sha256"] = sha256((split_copy.out / path).read_bytes()).hexdigest()

    edit_parquet(image_shard(split_copy), follow)
    commit_anew(split_copy)
    assert failing(verify(split_copy)) == set()
    checks = verify(split_copy, sources=Sources(split_copy.photos))
    assert failing(checks) == {CheckName.PIXELS}
    assert checks[CheckName.PIXELS].names == (f"{path}: renders to other bytes",)


def test_sources_that_are_not_there_are_told_and_nothing_is_rendered_of_them(split_copy):
    (split_copy.photos / "3.jpg").unlink()
    checks = verify(split_copy, sources=Sources(split_copy.photos, share=0.0))
    assert failing(checks) == {CheckName.SOURCES}
    assert (checks[CheckName.GROUPS].checked, checks[CheckName.PIXELS].checked) == (0, 0)


def test_images_grouped_as_they_do_not_look_are_told(split_copy):
    def regroup(rows):
        first = next(row for row in rows if row["split"] == "train")["source_sha256"]
        for row in rows:
            if row["source_sha256"] == first:
                row["duplicate_group"] = "0" * 64

    edit_parquet(image_shard(split_copy), regroup)
    commit_anew(split_copy)
    assert CheckName.GROUPS in failing(verify(split_copy, sources=Sources(split_copy.photos, share=0.0)))


def test_marks_of_another_font_are_not_called_changed(split_copy):
    def other_font(rows):
        for row in rows:
            if row["style"]:
                row["style"]["font_sha256"] = "0" * 64

    edit_parquet(image_shard(split_copy), other_font)
    commit_anew(split_copy)
    assert failing(verify(split_copy)) == set()
    with pytest.raises(ConfigError, match=r"mark\.font: 'bundled': .* --font"):
        verify(split_copy, sources=Sources(split_copy.photos))


def test_no_check_tells_what_a_field_holds(split_copy):
    people = pq.read_table(split_copy.layout.identities).to_pylist()

    def spoil(rows):
        for row in rows:
            row.update(username="x", user_id="1", gender="y", age=1, capture_time="z", capture_location="w")

    edit_parquet(split_copy.layout.identities, spoil)
    told = str(verify(split_copy).values())
    assert not any(str(person[name]) in told for person in people for name in FIELDS if name != "age")


@pytest.mark.parametrize("name", ["commitment.json", "manifest.json"])
@pytest.mark.parametrize("content", [None, b"", b"[]", b"{}", b"\xff"])
def test_a_folder_that_is_no_finished_split_is_refused(split_copy, name, content):
    path = split_copy.out / name
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(ConfigError):
        verify(split_copy)


@pytest.mark.parametrize(
    ("column", "value"),
    [("variant", "blank"), ("source_sha256", None), ("split", "other"), ("identity_id", "x" * 10**6)],
)
def test_a_manifest_written_by_hand_fails_its_checks_and_ends_nothing(split_copy, column, value):
    def spoil(rows):
        rows[1][column] = value

    edit_parquet(image_shard(split_copy), spoil)
    commit_anew(split_copy)
    checks = verify(split_copy, sources=Sources(split_copy.photos, share=0.0))
    assert CheckName.ASSIGNMENTS in failing(checks)


def test_a_pipe_among_the_images_is_told_and_never_read(split_copy):
    os.mkfifo(split_copy.out / "images" / "pipe.jpg")
    checks = verify(split_copy)
    assert checks[CheckName.IMAGES].names == ("images/pipe.jpg: additional",)


def test_a_manifest_that_is_no_parquet_fails_its_checks_and_ends_nothing(split_copy):
    image_shard(split_copy).write_bytes(b"PAR1 but not really")
    checks = verify(split_copy, sources=Sources(split_copy.photos))
    assert checks[CheckName.PIXELS].skipped
    assert {CheckName.MANIFEST, CheckName.ASSIGNMENTS, CheckName.ARMS} <= failing(checks)
