from evaluation.images.faces import Person, _listed, found_people, people_of
from schemas.finding import Box


def person(x0, y0, x1, y1, *, visible=True):
    return Person(Box(x0, y0, x1, y1), visible)


def test_each_face_finds_one_person_the_smallest_first():
    people = [person(0, 0, 100, 100), person(10, 10, 40, 40)]
    assert found_people([Box(20, 20, 30, 30)], people) == (frozenset({1}), 0)
    assert found_people([Box(20, 20, 30, 30), Box(22, 20, 32, 30)], people) == (frozenset({0, 1}), 0)
    assert found_people([Box(200, 200, 210, 210)], people) == (frozenset(), 1)


def test_a_face_goes_to_a_person_who_shows_one():
    people = [person(0, 0, 100, 100), person(10, 10, 40, 40, visible=False)]
    assert found_people([Box(20, 20, 30, 30)], people) == (frozenset({0}), 0)


def test_label_lines_of_class_0_are_persons_and_the_list_says_who_shows_a_face(tmp_path):
    labels = tmp_path / "000000001490.txt"
    labels.write_text("5 .5 .5 .1 .1\n0 .5 .5 .2 .4\n0 .1 .1 .1 .1\n")
    first, second = people_of(labels, 100, 100)
    assert first.box == Box(36, 26, 64, 74)
    assert first.visible is None
    assert second.visible is False


def test_nobody_is_both_sure_and_unsure():
    listed = _listed()
    assert len(listed) > 30
    assert all(not visible & unsure for visible, unsure in listed.values())
