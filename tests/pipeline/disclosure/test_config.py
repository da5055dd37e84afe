from collections import Counter

import pytest

from pipeline.disclosure.config import PACKAGE, make_disclosure_config
from pipeline.disclosure.design_step import design_benchmark, parts_of
from pipeline.disclosure.plan import SetName
from pipeline.presets import described_presets
from schemas.benchmark import ImageSource, PrivateType, RiskTest, Scenario, Task
from schemas.errors import ConfigError
from transforms.disclosure.cells import items_of


@pytest.mark.parametrize("name", [name for name, _ in described_presets(PACKAGE)])
def test_every_preset_is_valid_and_says_what_it_is_for(name, tmp_path):
    config = make_disclosure_config({"out": tmp_path, "preset": name})
    assert config.tasks == tuple(Task)
    assert config.scenarios == tuple(Scenario)
    assert dict(described_presets(PACKAGE))[name].endswith(".")


def test_the_preset_of_the_paper_has_its_cells(tmp_path):
    config = make_disclosure_config({"out": tmp_path, "preset": "mm-privacy-2025"})
    assert config.types == (PrivateType.EMAIL, PrivateType.PHONE, PrivateType.SSN)
    assert config.disclosure.forms * len(config.types) * len(config.scenarios) == 600
    assert (config.retention.forms, config.retention.scenes) == (85, 15)
    assert config.opt_out
    assert config.locales == ("en_US",)
    settings = config.design_settings()
    for test, cells, size in ((RiskTest.DISCLOSURE, 600, 50), (RiskTest.RETENTION, 1200, 100)):
        items = list(items_of(test, settings))
        assert Counter(item.source is ImageSource.PHOTOGRAPH for item in items) == {False: cells, True: 50}
        blocks = [(kind, scenario) for kind in config.types for scenario in config.scenarios]
        for index, item in enumerate(items[:cells]):
            assert item.number == index + 1
            assert (item.private_type, item.scenario) == blocks[index // size]
            assert (item.source is ImageSource.SCENE) is (test is RiskTest.RETENTION and index % 100 >= 85)


def test_what_is_written_wins_over_the_preset_key_by_key(tmp_path):
    written = {"out": tmp_path, "preset": "mm-privacy-2025", "retention": {"forms": 4}}
    config = make_disclosure_config(written)
    assert (config.retention.forms, config.retention.scenes) == (4, 15)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ({"preset": 3}, "preset"),
        ({"types": []}, "types"),
        ({"types": ["mail"]}, "types.0"),
        ({"types": ["email", "email"]}, "types"),
        ({"types": ["name"]}, ""),
        ({"tasks": ["sing"]}, "tasks.0"),
        ({"seed": True}, "seed"),
        ({"disclosure": {"forms": -1}}, "disclosure.forms"),
        ({"disclosure": {"forms": 10**6}}, "disclosure.forms"),
        ({"disclosure": {"scenes": 1}}, "disclosure.scenes"),
        ({"memory": {"full": float("nan")}}, "memory.full"),
        ({"photographs": {"handwritten": 2}}, "photographs.handwritten"),
        ({"photographs": {"scenarios": []}}, ""),
        ({"retention": {"forms": 4, "persons": 3}}, ""),
        ({"shards": {"images": 0}}, "shards.images"),
        ({"scenes": "no such folder"}, "scenes"),
        ({"unknown": 1}, "unknown"),
        (
            {
                "disclosure": {"forms": 0, "photographs": 0},
                "retention": {"forms": 0, "scenes": 0, "photographs": 0},
            },
            "",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_key(written, key, tmp_path):
    with pytest.raises(ConfigError) as error:
        make_disclosure_config({"out": tmp_path, **written})
    assert error.value.key == key


def test_one_test_alone_can_be_made(tmp_path):
    none = {"forms": 0, "photographs": 0}
    for name, empty in (
        (SetName.DISCLOSURE, {"retention": none | {"scenes": 0}}),
        (SetName.RETENTION, {"disclosure": none}),
    ):
        config = make_disclosure_config(
            {"out": tmp_path, "types": ["email"], "memory": {"personas": 4}, **empty}
        )
        design = design_benchmark(config, b"key")
        tables = {part.table for part in parts_of(design, 100)}
        assert tables == {name, SetName.MEMORY}


@pytest.mark.parametrize(
    ("preset", "chosen", "photographed"),
    [
        ("default", ["hiring"], ("hiring",)),
        ("default", ["open", "finance"], ("open", "finance")),
        ("mm-privacy-2025", ["hiring"], ("hiring",)),
        ("mm-privacy-2025", ["hiring", "verification"], ("verification",)),
    ],
)
def test_only_forms_of_chosen_scenarios_are_photographed(tmp_path, preset, chosen, photographed):
    config = make_disclosure_config({"out": tmp_path, "preset": preset, "scenarios": chosen})
    assert config.design_settings().photographed == photographed
