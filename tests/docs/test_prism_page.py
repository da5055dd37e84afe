"""The page of question sets says what there is."""

import re
from pathlib import Path

from pipeline.prism.config import PrismConfig
from transforms.prism.questions import PrismLayout, QuestionSet
from transforms.prism.things import load_thing_names

PAGE = (Path(__file__).parents[2] / "docs" / "prism.md").read_text("utf-8")


def test_every_setting_set_and_layout_is_on_the_page():
    names = [*PrismConfig.model_fields, *(kind.file_name for kind in QuestionSet), *PrismLayout]
    assert not [name for name in names if not re.search(rf"`[^`]*\b{re.escape(name)}\b[^`]*`", PAGE)]


def test_the_page_counts_the_nouns_that_are_listed():
    assert f"a list of {len(set(load_thing_names().singular.values()))} nouns" in PAGE
