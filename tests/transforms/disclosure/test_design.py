from collections import Counter
from dataclasses import replace

import pytest

from schemas.benchmark import (
    SOLICITED,
    AnswerableFrom,
    ImageSource,
    LabelKind,
    PersonaPool,
    PrivateType,
    RiskTest,
    Scenario,
    Task,
)
from schemas.errors import ConfigError
from transforms.disclosure.cells import CellSize, DesignSettings, item_count, items_of
from transforms.disclosure.design import (
    Cast,
    base_prompt,
    design_disclosure,
    design_retention,
    scenes_needed,
    shown_personas,
)
from transforms.disclosure.memory_set import memory_samples, persons_needed, plan_samples, private_types
from transforms.disclosure.personas import PersonaSettings, draw_personas

KEY = b"a key of the tests"
PAPER = DesignSettings(
    types=(PrivateType.EMAIL, PrivateType.PHONE, PrivateType.SSN),
    scenarios=tuple(Scenario),
    tasks=tuple(Task),
    disclosure=CellSize(50, photographs=50),
    retention=CellSize(85, 15, photographs=50),
    photographed=(Scenario.VERIFICATION,),
    handwritten=1.0,
    opt_out=True,
    decoys=True,
    capability=True,
    utility=True,
    memory_personas=200,
    full=0.75,
    asked_about=100,
)
SMALL = replace(
    PAPER,
    types=tuple(PrivateType),
    tasks=(Task.DIRECT, Task.PLAIN_CAPTION),
    disclosure=CellSize(2, photographs=5),
    retention=CellSize(2, 1, photographs=4),
    photographed=tuple(Scenario),
    handwritten=0.5,
    opt_out=False,
    memory_personas=0,
    asked_about=0,
)


def cast_of(settings):
    personas = PersonaSettings(locales=("en_US", "de_DE"))
    plans = plan_samples(settings, persons_needed(settings))
    shown = draw_personas(PersonaPool.EVALUATION, shown_personas(settings), personas, KEY)
    memory = draw_personas(PersonaPool.MEMORY, len(plans), personas, KEY)
    return Cast(shown, memory, draw_personas(PersonaPool.DECOY, len(plans), personas, KEY)), plans


@pytest.fixture(scope="module")
def small():
    cast, plans = cast_of(SMALL)
    return (
        cast,
        plans,
        tuple(design_disclosure(SMALL, cast.evaluation, KEY)),
        tuple(design_retention(SMALL, cast, plans, KEY)),
    )


def test_cells_of_the_paper_stand_in_the_order_of_its_files():
    items = list(items_of(RiskTest.DISCLOSURE, PAPER))
    cells = [item for item in items if item.source is ImageSource.TEMPLATE]
    assert [item.number for item in cells] == list(range(1, 601))
    for number, (kind, scenario) in {
        1: (PrivateType.EMAIL, Scenario.OPEN),
        50: (PrivateType.EMAIL, Scenario.OPEN),
        51: (PrivateType.EMAIL, Scenario.HIRING),
        200: (PrivateType.EMAIL, Scenario.FINANCE),
        201: (PrivateType.PHONE, Scenario.OPEN),
        401: (PrivateType.SSN, Scenario.OPEN),
        551: (PrivateType.SSN, Scenario.FINANCE),
    }.items():
        assert (cells[number - 1].private_type, cells[number - 1].scenario) == (kind, scenario)
    retention = [
        item for item in items_of(RiskTest.RETENTION, PAPER) if item.source is not ImageSource.PHOTOGRAPH
    ]
    assert len(retention) == 1200
    assert Counter(item.source for item in retention) == {
        ImageSource.TEMPLATE: 3 * 4 * 85,
        ImageSource.SCENE: 3 * 4 * 15,
    }
    for start in range(0, 1200, 100):
        block = retention[start : start + 100]
        assert len({(item.private_type, item.scenario) for item in block}) == 1
        assert [item.source for item in block] == [ImageSource.TEMPLATE] * 85 + [ImageSource.SCENE] * 15
    assert scenes_needed(PAPER) == 180
    assert [retention[index].private_type for index in (0, 399, 400, 800)] == [
        PrivateType.EMAIL,
        PrivateType.EMAIL,
        PrivateType.PHONE,
        PrivateType.SSN,
    ]


def test_photographs_follow_the_cells_and_are_shared_out_evenly():
    photographs = [
        item for item in items_of(RiskTest.DISCLOSURE, PAPER) if item.source is ImageSource.PHOTOGRAPH
    ]
    assert [item.number for item in photographs] == list(range(1, 51))
    assert {item.scenario for item in photographs} == {Scenario.VERIFICATION}
    assert sorted(Counter(item.private_type for item in photographs).values()) == [16, 17, 17]
    spread = list(items_of(RiskTest.DISCLOSURE, replace(SMALL, disclosure=CellSize(0, 0, 88))))
    assert set(Counter((item.private_type, item.scenario) for item in spread).values()) == {2}


def test_counts_agree_with_items():
    for settings in (
        PAPER,
        SMALL,
        replace(SMALL, photographed=()),
        replace(SMALL, types=(PrivateType.NAME,)),
    ):
        for test in RiskTest:
            assert item_count(test, settings) == len(list(items_of(test, settings)))


def test_each_fact_of_the_paper_is_asked_for_once_in_every_scenario_of_a_hundred_persons():
    cast, plans = cast_of(PAPER)
    asked = Counter(
        (image.probes[0].persona_id, image.item.private_type, image.item.scenario)
        for image in design_retention(PAPER, cast, plans, KEY)
        if image.item.source is not ImageSource.PHOTOGRAPH
    )
    assert set(asked.values()) == {1}
    facts = Counter((persona, kind) for persona, kind, _ in asked)
    assert len(facts) == 300
    assert set(facts.values()) == {4}
    assert len({persona for persona, _ in facts}) < 150


def test_a_decoy_differs_from_its_item_in_the_blank_field_alone(small):
    _, _, disclosure, _ = small
    for item, decoy in zip(disclosure[::2], disclosure[1::2], strict=True):
        assert item.image_id == item.item.item_id
        assert decoy.image_id == f"{item.image_id}-decoy"
        assert decoy.form == replace(
            item.form, shown=tuple(kind for kind in item.form.shown if kind is not item.item.private_type)
        )
        for probe, other in zip(item.probes, decoy.probes, strict=True):
            assert (probe.prompt, probe.gold, probe.task) == (other.prompt, other.gold, other.task)
            assert (probe.answerable_from, other.answerable_from) == (
                AnswerableFrom.IMAGE,
                AnswerableFrom.NEITHER,
            )
            assert (probe.twin, other.twin) == (other.item_id, probe.item_id)


def test_where_the_name_is_asked_for_no_address_spells_it(small):
    _, _, disclosure, _ = small
    for image in disclosure:
        if image.item.private_type is PrivateType.NAME:
            assert PrivateType.EMAIL not in image.form.shown
        elif PrivateType.EMAIL in private_types(image.form.layout) and image.asks_form:
            assert PrivateType.EMAIL in image.form.shown


def test_a_shown_form_always_has_the_value_that_is_asked_for(small):
    _, _, disclosure, _ = small
    for image in disclosure[::2]:
        assert image.item.private_type in image.form.shown
        assert image.form.persona.value(image.item.private_type) == image.probes[0].gold


def test_retention_asks_only_for_what_the_label_states_and_never_shows_who_is_asked_about(small):
    cast, plans, _, retention = small
    samples = {sample.order.persona.persona_id: sample for sample in memory_samples(plans, cast.memory, KEY)}
    for image in retention:
        for probe in image.probes:
            if probe.answerable_from is AnswerableFrom.MEMORY:
                label = samples[probe.persona_id].label
                assert probe.private_type in label.stated
                assert probe.gold in label.text
            else:
                assert probe.persona_id.startswith("decoy")
            assert probe.persona_id != probe.shown_persona_id
        if image.form is not None:
            assert image.form.persona.pool is PersonaPool.EVALUATION
    scenes = [image.scene for image in retention if image.form is None]
    assert scenes == list(range(scenes_needed(SMALL)))
    assert {image.item.private_type for image in retention} == set(PrivateType) - {PrivateType.NAME}


def test_a_retention_decoy_is_asked_in_the_same_words_about_somebody_like_the_other(small):
    cast, _, _, retention = small
    people = {one.persona_id: one for one in (*cast.memory, *cast.decoys)}
    for image in retention:
        half = len(image.probes) // 2
        for probe, decoy in zip(image.probes[:half], image.probes[half:], strict=True):
            one, other = people[probe.persona_id], people[decoy.persona_id]
            names = one.value(PrivateType.NAME), other.value(PrivateType.NAME)
            assert probe.prompt.replace(names[0], names[1]) == decoy.prompt
            assert (one.locale, one.gender) == (other.locale, other.gender)
            assert (probe.twin, decoy.twin) == (decoy.item_id, probe.item_id)


def test_probe_names_are_unique_and_the_framings_of_an_item_share_their_name(small):
    _, _, disclosure, retention = small
    probes = [probe for image in (*disclosure, *retention) for probe in image.probes]
    assert len({probe.probe_id for probe in probes}) == len(probes)
    for probe in probes:
        assert probe.probe_id == f"{probe.item_id}-{probe.task}"


def test_the_request_alone_stands_in_every_solicited_prompt(small):
    cast, _, disclosure, retention = small
    people = {one.persona_id: one for one in (*cast.evaluation, *cast.memory, *cast.decoys)}
    for image in (*disclosure, *retention):
        for probe in image.probes:
            if probe.task in SOLICITED:
                assert base_prompt(image.item, people[probe.persona_id], KEY) in probe.prompt


def test_without_decoys_nobody_has_a_twin():
    settings = replace(SMALL, decoys=False)
    cast, plans = cast_of(settings)
    images = [
        *design_disclosure(settings, cast.evaluation, KEY),
        *design_retention(settings, replace(cast, decoys=()), plans, KEY),
    ]
    assert {probe.twin for image in images for probe in image.probes} == {""}
    assert AnswerableFrom.NEITHER not in {p.answerable_from for image in images for p in image.probes}


def test_all_layouts_of_a_scenario_come_to_their_turn():
    settings = replace(PAPER, tasks=(Task.DIRECT,), disclosure=CellSize(12), decoys=False)
    cast, _ = cast_of(settings)
    used = Counter(
        (image.item.scenario, image.item.private_type, image.form.layout)
        for image in design_disclosure(settings, cast.evaluation, KEY)
    )
    for scenario in Scenario:
        for kind in settings.types:
            counts = [count for (where, what, _), count in used.items() if (where, what) == (scenario, kind)]
            assert len(counts) >= 3
            assert max(counts) - min(counts) <= 1


def test_single_and_full_labels_stand_evenly_and_every_type_is_stated_often_enough():
    for settings in (PAPER, SMALL):
        plans = plan_samples(settings, persons_needed(settings))
        full = sum(plan.kind is LabelKind.FULL for plan in plans)
        assert abs(full - settings.full * len(plans)) <= 1
        for kind in settings.types_of(RiskTest.RETENTION):
            assert sum(kind in plan.stated for plan in plans) >= settings.retention.cell
        for plan in plans:
            assert set(plan.stated) <= set(private_types(plan.layout))
            assert len(plan.stated) == 1 or plan.kind is LabelKind.FULL


def test_too_few_persons_are_refused_with_their_number_and_automatic_ones_are_few():
    with pytest.raises(ConfigError, match=r"memory\.personas: 90"):
        persons_needed(replace(PAPER, memory_personas=90))
    assert persons_needed(replace(PAPER, memory_personas=0)) <= 130
