from dataclasses import replace

import pytest

from pipeline.disclosure.config import make_disclosure_config
from pipeline.disclosure.design_step import (
    check_disjoint,
    design_benchmark,
    input_key,
    parts_of,
    read_part,
    write_design,
)
from pipeline.disclosure.plan import DisclosurePlan, SetName
from schemas.errors import RunFailed
from transforms.disclosure.memory_set import MemorySample

KEY = b"key"


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    written = {
        "out": tmp_path_factory.mktemp("design") / "out",
        "types": ["email", "plate"],
        "scenarios": ["hiring"],
        "tasks": ["direct", "summary"],
        "disclosure": {"forms": 3, "photographs": 1},
        "retention": {"forms": 2, "scenes": 1, "photographs": 0},
        "memory": {"personas": 7},
    }
    return make_disclosure_config(written)


@pytest.fixture(scope="module")
def design(config):
    return design_benchmark(config, KEY)


def planned(config, design, images):
    plan = DisclosurePlan(config, parts=parts_of(design, images))
    write_design(plan, design)
    return plan


@pytest.mark.parametrize("images", [1, 2, 3, 5, 100])
def test_parts_of_any_size_hold_every_image_once_in_order_and_twins_together(config, design, images):
    plan = planned(config, design, images)
    for name in SetName:
        units = [unit for unit, part in enumerate(plan.parts) if part.table is name]
        parts = [read_part(plan, unit) for unit in units]
        assert all(parts)
        assert [one for part in parts for one in part] == list(design.table(name))
        assert sum(map(len, parts)) == design.images(name)
        for part in parts:
            if not isinstance(part[0], MemorySample):
                assert part[0].image_id == part[0].item.item_id


def test_the_key_of_a_part_changes_with_what_it_holds_and_with_settings_that_decide_bytes(config, design):
    plan = planned(config, design, 4)
    keys = {input_key(plan, unit) for unit in range(plan.shards)}
    assert len(keys) == plan.shards
    assert input_key(replace(plan, config=config.model_copy(update={"workers": 5})), 0) in keys
    for changed in ({"seed": 1}, {"utility": False}, {"published_layout": True}):
        assert input_key(replace(plan, config=config.model_copy(update=changed)), 0) not in keys
    assert input_key(replace(plan, code="other"), 0) not in keys
    other = planned(config, replace(design, key=b"other"), 4)
    assert input_key(other, 0) not in keys


def test_persons_who_share_a_value_stop_the_run_without_telling_it(design):
    people = [*design.cast.evaluation, *design.cast.memory, *design.cast.decoys]
    check_disjoint(people)
    kind, said = people[0].values[1]
    double = replace(people[-1], values=((kind, said.upper()), *people[-1].values[2:]))
    with pytest.raises(RunFailed, match=f"{kind} 1") as error:
        check_disjoint([*people, double])
    assert said not in str(error.value)
