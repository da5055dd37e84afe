"""What is done about questions on which processes die."""

import os

from pipeline.answers.killers import AskingNotes


def die_asking(notes, part, rows):
    """What a process leaves that dies while it asks these rows."""
    with notes.asking(part, rows):
        note = next(notes._folder.glob("note-*"))
        kept = note.read_bytes()
    note.write_bytes(kept)
    return os.getpid()


def test_several_questions_are_asked_one_by_one_after_a_death(tmp_path):
    notes = AskingNotes(tmp_path)
    on_death = notes.of_the_dead()
    assert on_death(die_asking(notes, 3, [96, 97, 98]))
    assert [notes.is_asked_singly(part) for part in (2, 3)] == [False, True]
    assert not notes.held_back(3)


def test_a_question_on_which_two_processes_died_is_held_back(tmp_path):
    notes = AskingNotes(tmp_path)
    on_death = notes.of_the_dead()
    assert not on_death(die_asking(notes, 3, [97]))
    assert not on_death(die_asking(notes, 3, [98]))
    assert not notes.held_back(3)
    assert on_death(die_asking(notes, 3, [97]))
    assert notes.held_back(3) == {97}
    assert notes.held_back(33) == frozenset()


def test_a_process_that_asked_nothing_tells_nothing(tmp_path):
    notes = AskingNotes(tmp_path)
    with notes.asking(1, [4]):
        pass
    assert not notes.of_the_dead()(os.getpid())
    assert not list(tmp_path.iterdir())


def test_the_next_run_finds_out_for_itself(tmp_path):
    notes = AskingNotes(tmp_path)
    on_death = notes.of_the_dead()
    for rows in ([1, 2], [1], [1]):
        on_death(die_asking(notes, 0, rows))
    notes.forget()
    assert not notes.held_back(0)
    assert not notes.is_asked_singly(0)
