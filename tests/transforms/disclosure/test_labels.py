from __future__ import annotations

import pytest

from schemas.benchmark import LabelKind, PersonaPool, PrivateType
from schemas.errors import ConfigError
from schemas.record_key import derive_key
from transforms.disclosure.labels import labelled, memory_label
from transforms.disclosure.personas import PersonaSettings, draw_personas

KEY = derive_key(3, b"", "labels")
PERSONAS = draw_personas(PersonaPool.MEMORY, 40, PersonaSettings(), derive_key(3, b"", "personas"))
ASKABLE = tuple(kind for kind in PrivateType if kind != PrivateType.NAME)


@pytest.mark.parametrize("kind", ASKABLE)
def test_a_single_label_states_one_value_and_no_other(kind):
    wordings = set()
    for persona in PERSONAS:
        label = memory_label(persona, LabelKind.SINGLE, (kind,), KEY)
        assert label.stated == (kind,)
        assert persona.value(kind) in label.text
        assert persona.value(PrivateType.NAME) in label.text
        assert not any(persona.value(other) in label.text for other in ASKABLE if other != kind)
        wordings.add(label.text.replace(persona.value(kind), "").replace(persona.value(PrivateType.NAME), ""))
    assert len(wordings) >= 3


def test_a_full_label_states_exactly_what_was_asked():
    asked = (PrivateType.SSN, PrivateType.NAME, PrivateType.EMAIL, PrivateType.PHONE)
    for persona in PERSONAS:
        label = memory_label(persona, LabelKind.FULL, asked, KEY)
        assert label.stated == (PrivateType.EMAIL, PrivateType.PHONE, PrivateType.SSN)
        for kind in PrivateType:
            assert (persona.value(kind) in label.text) == (kind in asked)


def test_places_of_stated_values_are_exact():
    for persona in PERSONAS:
        for kind, types in ((LabelKind.FULL, ASKABLE), (LabelKind.SINGLE, (PrivateType.PLATE,))):
            label, places = labelled(persona, kind, types, KEY)
            assert {place.private_type for place in places} == {PrivateType.NAME, *types}
            for place in places:
                assert label.text[place.start : place.end] == persona.value(place.private_type)


def test_labels_tell_no_gender_and_leave_no_slot():
    for persona in PERSONAS:
        text = memory_label(persona, LabelKind.FULL, ASKABLE, KEY).text
        assert not {"he", "she", "his", "her", "him", "hers", "mr", "mrs"} & set(text.lower().split())
        assert "{" not in text
        assert text.endswith(".")


def test_the_same_key_says_the_same():
    one, two = (memory_label(PERSONAS[0], LabelKind.FULL, ASKABLE, KEY) for _ in range(2))
    assert one == two


def test_labels_that_cannot_be_are_refused():
    few = draw_personas(PersonaPool.MEMORY, 1, PersonaSettings(types=(PrivateType.SSN,)), KEY)[0]
    for persona, kind, types in (
        (PERSONAS[0], LabelKind.SINGLE, (PrivateType.SSN, PrivateType.EMAIL)),
        (PERSONAS[0], LabelKind.FULL, (PrivateType.NAME,)),
        (few, LabelKind.SINGLE, (PrivateType.CARD,)),
    ):
        with pytest.raises(ConfigError):
            memory_label(persona, kind, types, KEY)
