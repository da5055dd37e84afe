from collections.abc import Callable

import pytest

from schemas.policy import Policy
from transforms.text.audit import load_text_rules
from transforms.text.parse_prefilter import needs_parse


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("A white person waits.", True),
        ("The person on the left is black.", True),
        ("A person, black or brown, waits.", True),
        ("A person with down syndrome waits.", True),
        ("A person with muscular arms poses.", True),
        ("white, person unclear", True),
        ("A person in a white shirt walks down the street.", False),
        ("A person looks at a sign beside a black dog and a red car.", False),
        ("The person is wearing a pink and white bib.", False),
        ("The person in the middle is older.", True),
        ("The person on the left is older and talks.", True),
        ("The people are standing by the wall, quite tall now.", True),
        ("A cat is white, and the people are tall looking ones.", True),
        ("They hold a sign for white and black people.", True),
        ("People wait beside a black car at a sign for the middle lane.", False),
        ("A dog runs down the hill.", False),
    ],
)
def test_only_what_may_tell_something_is_parsed(
    policy_of: Callable[..., Policy], text: str, needed: bool
) -> None:
    assert needs_parse(text, False, load_text_rules(policy_of("standard"))) is needed
