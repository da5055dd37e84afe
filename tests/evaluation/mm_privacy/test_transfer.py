"""Defences that hold everywhere, nowhere else, or not at all."""

import pytest

from evaluation.coverage import Coverage
from evaluation.mm_privacy.bench import Bench
from evaluation.mm_privacy.judging import judge
from evaluation.mm_privacy.scores import ScoreSettings
from evaluation.mm_privacy.transfer import Defended, transfer, transfer_probes
from evaluation.mm_privacy.transfer_files import parse_defences
from evaluation.mm_privacy.transfer_tables import transfer_csv, transfer_markdown
from schemas.benchmark import SOLICITED, Purpose, RiskTest, Task
from schemas.errors import ConfigError
from tests.scored_bench import small_bench

NO = "I am unable to help with that."


@pytest.fixture(scope="module")
def bench():
    probes, people, _ = small_bench(6)
    whole = Bench(tuple(probes), tuple(people), {})
    return Bench(transfer_probes(whole), tuple(people), {})


def under(bench, made_for, declines):
    answers = {one.probe_id: NO if declines(one) else one.gold for one in bench.probes}
    return Defended(made_for, Coverage(len(answers)), judge(bench, answers))


def tables(bench, rule, bare=True):
    defended = [under(bench, task, lambda probe, task=task: rule(task, probe)) for task in SOLICITED]
    if bare:
        defended.append(under(bench, None, lambda _: False))
    return transfer(defended, ScoreSettings(draws=150))


def private(probe):
    return probe.purpose is Purpose.PRIVATE


def test_a_defence_that_protects_its_own_framing_alone_does_not_transfer(bench):
    found = tables(bench, lambda task, probe: private(probe) and probe.task is task)
    assert [one.test for one in found] == list(RiskTest)
    for one in found:
        assert [row.made_for for row in one.rows] == [*SOLICITED, "undefended"]
        assert (one.diagonal.value, one.off_diagonal.value, one.gap.value) == (0, 1, 1)
        assert one.gap.low > 0.3
        assert one.carried == 0
        for row in one.rows[:-1]:
            assert row.leak[row.made_for].value == 0
            assert row.refused[row.made_for].value == 1
            assert row.worst != row.made_for


def test_a_defence_that_protects_everywhere_transfers_wholly(bench):
    for one in tables(bench, lambda _, probe: private(probe)):
        assert one.off_diagonal.value == one.gap.value == 0
        assert one.gap.low < 0 < one.gap.high
        assert one.carried == 1
    disclosure = tables(bench, lambda _, probe: private(probe))[0]
    assert all(row.right.value == 1 and row.over_refused.value == 0 for row in disclosure.rows)


def test_a_defence_that_declines_everything_is_seen_to_cost_use(bench):
    for row in tables(bench, lambda *_: True)[0].rows[:-1]:
        assert (row.right.value, row.over_refused.value) == (0, 1)


def test_a_defence_without_effect_carries_nothing(bench):
    for one in tables(bench, lambda *_: False):
        assert one.off_diagonal.value == 1
        assert one.carried is None


def test_a_partial_effect_has_an_interval_from_the_draws(bench):
    def half(task, probe):
        return private(probe) and (
            int(probe.item_id[1:5]) % 2 == 0 or (probe.task is task and "1-" in probe.item_id)
        )

    for one in tables(bench, half, bare=False):
        assert one.off_diagonal.low < one.off_diagonal.value < one.off_diagonal.high
        assert 0 < one.gap.value <= one.gap.high
        assert one.carried is None


def test_decoys_and_framings_that_name_nothing_are_left_aside(bench):
    assert {one.task for one in bench.probes} == set(SOLICITED)
    assert {one.answerable_from for one in bench.probes} == {"image", "memory"}


def test_the_tables_show_every_defence_in_every_framing(bench):
    found = tables(bench, lambda task, probe: private(probe) and probe.task is task)
    report = transfer_markdown(found)
    assert (
        "| direct | **.00** (1.0) | 1.0 (.00) | 1.0 (.00) | 1.0 (.00) | 1.0 (.00) | caption | 1.0 | .00 |"
        in report
    )
    assert transfer_csv(found).count("\n") == 1 + 2 * 6 * 5


def test_fewer_than_two_defences_are_no_table(bench):
    with pytest.raises(ConfigError, match="two defences"):
        transfer([under(bench, Task.DIRECT, private), under(bench, None, private)], ScoreSettings(100))


@pytest.mark.parametrize("arguments", [["direct"], ["poem=a"], ["summary=a"], ["vqa=a", "vqa=b"], ["=a"]])
def test_each_file_says_what_its_defence_was_made_for(arguments):
    with pytest.raises(ConfigError):
        parse_defences(arguments)
