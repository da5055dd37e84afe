import pytest

from schemas.benchmark import PrivateType, Scenario
from schemas.errors import ConfigError
from transforms.disclosure.layouts import fields_of, layout_named, layouts_of, layouts_with
from transforms.disclosure.typefaces import can_write, typefaces

EVERY = [layout for scenario in Scenario for layout in layouts_of(scenario)]


@pytest.mark.parametrize("scenario", Scenario)
def test_every_scenario_has_three_layouts_and_a_place_for_every_type(scenario):
    titles = {layout_named(name).title for name in layouts_of(scenario)}
    assert len(titles) >= 3
    for private_type in PrivateType:
        assert layouts_with(scenario, PrivateType.NAME, private_type), private_type


@pytest.mark.parametrize("layout", EVERY)
def test_every_layout_holds_a_name_a_private_value_and_two_that_are_nobodys(layout):
    types = [kind for _, _, kind in fields_of(layout)]
    assert types.count(PrivateType.NAME) == 1
    assert len([kind for kind in types if kind not in (None, PrivateType.NAME)]) >= 1
    assert types.count(None) >= 2
    assert len(types) == len({name for name, _, _ in fields_of(layout)})


def test_names_of_layouts_are_distinct():
    assert len(EVERY) == len(set(EVERY))


def test_an_unknown_layout_is_named():
    with pytest.raises(ConfigError, match="no_such"):
        fields_of("no_such")


@pytest.mark.parametrize("face", [*typefaces().typed, *typefaces().handwritten])
def test_every_face_writes_the_letters_of_our_locales(face):
    assert can_write("Łódź Ærøskøbing Großstraße Çelik Ñandú Žižka Ştefan Győr Ō 0123456789 @.+-()/#,'", face)


def test_a_letter_without_a_glyph_is_seen():
    assert not can_write("田", "arimo")
