import os
import socket
from pathlib import Path

import pytest

from pipeline.image_refs import check_relative, read_image_bytes, resolve_image
from schemas.errors import RejectRecord
from schemas.reasons import Reason, Stage


@pytest.fixture
def root(tmp_path):
    """A root with files, folders and links; a secret stands beside it."""
    folder = tmp_path / "images"
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"aaaa")
    (folder / "sub" / "b c é.jpg").write_bytes(b"b")
    (folder / "dots..jpg").write_bytes(b"d")
    (tmp_path / "secret.jpg").write_bytes(b"s")
    (tmp_path / "images-other").mkdir()
    (tmp_path / "images-other" / "x.jpg").write_bytes(b"x")
    (folder / "inside.jpg").symlink_to("sub/b c é.jpg")
    (folder / "up").symlink_to(tmp_path)
    (folder / "sibling").symlink_to(tmp_path / "images-other")
    (folder / "loop.jpg").symlink_to("loop.jpg")
    (folder / "gone.jpg").symlink_to("nothing.jpg")
    os.mkfifo(folder / "pipe.jpg")
    return folder


def _reason(call, *arguments):
    with pytest.raises(RejectRecord) as caught:
        call(*arguments)
    assert caught.value.stage is Stage.READ
    return caught.value.reason


@pytest.mark.parametrize(
    "path", ["a.jpg", "./a.jpg", "sub/b c é.jpg", "sub//b c é.jpg", "dots..jpg", "inside.jpg"]
)
def test_files_below_the_root_resolve(root, path):
    found = resolve_image(path, root)
    assert found == (root / path).resolve()
    assert found.is_file()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/etc/hostname", Reason.IMAGE_PATH_ABSOLUTE),
        ("//host/share/a.jpg", Reason.IMAGE_PATH_ABSOLUTE),
        ("\\a.jpg", Reason.IMAGE_PATH_ABSOLUTE),
        ("\\\\host\\share\\a.jpg", Reason.IMAGE_PATH_ABSOLUTE),
        ("C:\\a.jpg", Reason.IMAGE_PATH_ABSOLUTE),
        ("c:/a.jpg", Reason.IMAGE_PATH_ABSOLUTE),
        ("c:a.jpg", Reason.IMAGE_PATH_ABSOLUTE),
        ("~/a.jpg", Reason.IMAGE_PATH_ABSOLUTE),
        ("~user/a.jpg", Reason.IMAGE_PATH_ABSOLUTE),
        ("a.jpg\0", Reason.IMAGE_PATH_ABSOLUTE),
        ("../secret.jpg", Reason.IMAGE_PATH_OUTSIDE_ROOT),
        ("sub/../../secret.jpg", Reason.IMAGE_PATH_OUTSIDE_ROOT),
        ("sub/../a.jpg", Reason.IMAGE_PATH_OUTSIDE_ROOT),
        ("sub\\..\\..\\secret.jpg", Reason.IMAGE_PATH_OUTSIDE_ROOT),
        ("sub/..", Reason.IMAGE_PATH_OUTSIDE_ROOT),
        ("up/secret.jpg", Reason.IMAGE_PATH_OUTSIDE_ROOT),
        ("up", Reason.IMAGE_PATH_OUTSIDE_ROOT),
        ("sibling/x.jpg", Reason.IMAGE_PATH_OUTSIDE_ROOT),
        ("nothing.jpg", Reason.IMAGE_MISSING),
        ("nothing/a.jpg", Reason.IMAGE_MISSING),
        ("a.jpg/b.jpg", Reason.IMAGE_MISSING),
        ("gone.jpg", Reason.IMAGE_MISSING),
        ("sub", Reason.IMAGE_MISSING),
        (".", Reason.IMAGE_MISSING),
        ("n" * 300, Reason.IMAGE_MISSING),
        ("\udc80\ud800.jpg", Reason.IMAGE_MISSING),
        ("loop.jpg", Reason.IMAGE_UNREADABLE),
        ("pipe.jpg", Reason.IMAGE_UNREADABLE),
        ("", Reason.IMAGE_REFERENCE_TYPE),
    ],
)
def test_other_paths_are_rejected(root, path, reason):
    assert _reason(resolve_image, path, root) is reason


def test_root_may_be_a_link_or_relative(root, tmp_path, monkeypatch):
    link = tmp_path / "link"
    link.symlink_to(root)
    assert resolve_image("a.jpg", link) == root / "a.jpg"
    assert _reason(resolve_image, "up/secret.jpg", link) is Reason.IMAGE_PATH_OUTSIDE_ROOT
    monkeypatch.chdir(tmp_path)
    assert resolve_image("a.jpg", root.relative_to(tmp_path)) == root / "a.jpg"


def test_root_that_moves_between_calls_is_followed(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name / "images").mkdir(parents=True)
        (tmp_path / name / "images" / "a.jpg").write_bytes(name.encode())
    for name in ("one", "two"):
        monkeypatch.chdir(tmp_path / name)
        assert resolve_image("a.jpg", Path("images")).read_bytes() == name.encode()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission_is_unreadable(root):
    (root / "a.jpg").chmod(0)
    assert _reason(resolve_image, "a.jpg", root) is Reason.IMAGE_UNREADABLE
    assert _reason(read_image_bytes, root / "a.jpg", 10) is Reason.IMAGE_UNREADABLE


def test_bytes_up_to_the_limit_are_read(root):
    assert read_image_bytes(str(root / "a.jpg"), 4) == b"aaaa"
    assert _reason(read_image_bytes, root / "a.jpg", 3) is Reason.IMAGE_FILE_TOO_LARGE


def test_what_is_no_file_is_not_read(root, tmp_path):
    assert _reason(read_image_bytes, root / "nothing.jpg", 10) is Reason.IMAGE_MISSING
    assert _reason(read_image_bytes, root / "sub", 10) is Reason.IMAGE_UNREADABLE
    assert _reason(read_image_bytes, root / "pipe.jpg", 10) is Reason.IMAGE_UNREADABLE
    assert _reason(read_image_bytes, "a\0b", 10) is Reason.IMAGE_MISSING
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket"))
        assert _reason(read_image_bytes, tmp_path / "socket", 10) is Reason.IMAGE_UNREADABLE


def test_stage_of_the_caller_is_told(root):
    with pytest.raises(RejectRecord) as caught:
        read_image_bytes(root / "nothing.jpg", 10, Stage.AUDIT_IMAGE)
    assert caught.value.stage is Stage.AUDIT_IMAGE


def test_a_path_is_never_told_in_the_message(root):
    with pytest.raises(RejectRecord) as caught:
        check_relative("/home/secret-name.jpg")
    assert "secret" not in str(caught.value)
