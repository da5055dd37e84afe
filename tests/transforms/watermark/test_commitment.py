import json
from hashlib import sha256

import pytest

from schemas.errors import ConfigError
from transforms.watermark.commitment import (
    commit,
    digest_commitment,
    digest_key,
    list_files,
    read_commitment,
    same_digest,
)

KEY = b"a secret of more than 16 bytes"
SETTINGS = {"seed": 0, "rates": [0.0, 0.5]}
A, B = sha256(b"a").hexdigest(), sha256(b"b").hexdigest()
IMAGES = [("images/x.jpg", A), ("images/y.jpg", B)]


def committed(key=KEY, settings=SETTINGS, secrets=None, files=None, images=IMAGES):
    return commit(
        key,
        settings,
        secrets=secrets or {"manifest/i": A},
        files=files or {"llava/r50.json": B},
        images=images,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"key": KEY + b"."},
        {"settings": SETTINGS | {"seed": 1}},
        {"secrets": {"manifest/i": B}},
        {"secrets": {"manifest/j": A}},
        {"files": {"llava/r50.json": A}},
        {"files": {"llava/r50.json": B, "llava/r25.json": B}},
        {"images": IMAGES[:1]},
        {"images": [("images/x.jpg", B), ("images/y.jpg", A)]},
    ],
    ids=str,
)
def test_whatever_changes_changes_the_one_digest(change):
    assert committed(**change).digest != committed().digest


def test_order_does_not_change_it():
    turned = committed(settings=dict(reversed(SETTINGS.items())), images=reversed(IMAGES))
    assert turned == committed()


def test_the_listing_is_what_sha256sum_and_sort_give():
    lines = sorted([f"{A}  images/x.jpg\n", f"{B}  images/y.jpg\n"])
    assert list_files(IMAGES).sha256 == sha256("".join(lines).encode()).hexdigest()


def test_a_long_key_and_its_digest_are_different_keys():
    long = b"k" * 200
    assert len({digest_key(key, A) for key in (long, sha256(long).digest(), long + b"\0")}) == 3


def test_the_published_file_holds_neither_key_nor_settings():
    content = committed().to_json().decode()
    assert KEY.decode() not in content
    assert "rates" not in content


def test_a_commitment_is_read_back():
    found = read_commitment(committed().to_json(), "commitment.json")
    assert found == committed()
    assert digest_commitment(found) == found.digest
    assert same_digest(found.digest.upper() + "\n", found.digest)


@pytest.mark.parametrize(
    "edit",
    [
        lambda body: body.pop("key"),
        lambda body: body.update(key="f" * 63),
        lambda body: body.update(key="x" * 64),
        lambda body: body.update(files=[A]),
        lambda body: body.update(files={"p": 3}),
        lambda body: body.update(images={"files": True, "sha256": A}),
        lambda body: body.update(images=A),
        lambda body: body.update(scheme="other/1"),
    ],
)
def test_a_file_that_is_no_commitment_is_refused(edit):
    body = json.loads(committed().to_json())
    edit(body)
    with pytest.raises(ConfigError, match=r"^commitment: 'c.json'"):
        read_commitment(json.dumps(body).encode(), "c.json")


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"3", b"[" * 100_000])
def test_no_json_is_no_commitment(content):
    with pytest.raises(ConfigError):
        read_commitment(content, "c.json")
