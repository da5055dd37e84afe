from hypothesis import given
from hypothesis import strategies as st

from schemas.record_key import canonical_json, content_digest, derive_key, record_key

KEY = derive_key(0, b"", "record")


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_the_key_does_not_depend_on_the_order_of_fields(raw):
    shuffled = dict(reversed(raw.items()))
    assert content_digest(canonical_json(raw), KEY) == content_digest(canonical_json(shuffled), KEY)


def test_seed_secret_and_purpose_change_the_digest():
    digests = {
        content_digest("{}", derive_key(seed, secret, purpose))
        for seed in (0, 1)
        for secret in (b"", b"0123456789abcdef")
        for purpose in ("record", "value")
    }
    assert len(digests) == 8


def test_copies_are_told_apart():
    assert record_key("ab", 0) != record_key("ab", 1)
