"""The audit table: what is counted once and what adds up, for any record and over any cut of the corpus."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mmscrub.result_view import show_audit_table
from pipeline.outcome import Outcome
from pipeline.report.tables import paper_rows, total_rows
from pipeline.summary import ALL, ANY, TEXT_FIELDS, build_summary, tally_outcome
from schemas.finding import Kind, TextFinding
from schemas.record import ImageRef, Origin, Record, Role, Turn

ATTRIBUTES = ("biometric.gender", "biometric.age", "pii.email")


@st.composite
def outcomes(draw):
    rounds = draw(st.integers(1, 3))
    prompt = draw(st.sampled_from(["Describe the image.", "Who?"]))
    turns = tuple(Turn(role, prompt, ()) for role in [Role.HUMAN, Role.GPT] * rounds)
    images = (ImageRef("a.jpg", "", ""),) * draw(st.integers(0, 1))
    finding = st.builds(
        TextFinding,
        turn=st.integers(0, len(turns) - 1),
        start=st.just(0),
        end=st.just(1),
        attribute=st.sampled_from(ATTRIBUTES),
        kind=st.sampled_from(Kind),
        detector=st.just("test"),
        score=st.just(1.0),
        asks=st.booleans(),
    )
    findings = tuple(draw(st.lists(finding, max_size=8)))
    record = Record("1", turns, images, {}, Origin("c", 0))
    return Outcome("key", "1", 0, record.origin, {}, record, findings=findings)


CORPORA = st.lists(outcomes(), max_size=5)


def summary_of(corpus):
    tally = Counter()
    for outcome in corpus:
        tally.update(tally_outcome(outcome))
    return build_summary(tally)


@given(CORPORA)
def test_mentions_add_up_over_kinds_fields_and_attributes(corpus):
    summary = summary_of(corpus)
    totals = summary["text_totals"]
    for name, kinds in summary["text_findings"].items():
        for field in TEXT_FIELDS:
            cells = [fields[field] for fields in kinds.values() if field in fields]
            for what in ("mentions", "asks"):
                told = totals[name].get(field, {}).get(what, 0)
                assert sum(cell[what] for cell in cells) == told
    for name, fields in totals.items():
        assert (
            sum(fields[field]["mentions"] for field in TEXT_FIELDS if field in fields)
            == (fields[ALL]["mentions"])
        ), name
    named = [fields[ALL]["mentions"] for name, fields in totals.items() if name != ANY]
    assert sum(named) == totals.get(ANY, {}).get(ALL, {}).get("mentions", 0)
    assert sum(named) == sum(len(outcome.findings) for outcome in corpus)


@given(CORPORA)
def test_turns_and_records_count_once(corpus):
    summary = summary_of(corpus)
    totals = summary["text_totals"]
    for name in (*ATTRIBUTES, ANY):
        held = [
            {(one.turn, one.attribute) for one in outcome.findings if name in (one.attribute, ANY)}
            for outcome in corpus
        ]
        whole = totals.get(name, {}).get(ALL, {})
        assert whole.get("records", 0) == sum(bool(turns) for turns in held)
        assert whole.get("turns", 0) == sum(len({turn for turn, _ in turns}) for turns in held)
    for fields in [cell for kinds in summary["text_findings"].values() for cell in kinds.values()]:
        for cell in fields.values():
            assert cell["asks"] <= cell["mentions"] >= cell["turns"] >= cell["records"] > 0
    assert summary["turns"] == sum(summary["turns_by_field"].values())
    assert summary["records"]["with_findings"] == totals.get(ANY, {}).get(ALL, {}).get("records", 0)


@given(CORPORA, st.integers(0, 5))
def test_a_corpus_may_be_counted_in_pieces(corpus, cut):
    tally = Counter()
    for part in (corpus[cut:], corpus[:cut]):
        for outcome in part:
            tally.update(tally_outcome(outcome))
    assert build_summary(tally) == summary_of(corpus)


@given(CORPORA)
def test_tables_show_the_totals_of_the_summary(corpus):
    summary = summary_of(corpus)
    for row in paper_rows(summary):
        for cell in row.cells:
            assert cell is None or cell.mentions >= cell.records
    for row in total_rows(summary["text_totals"]):
        assert sum(row.mentions) == summary["text_totals"][row.attribute][ALL]["mentions"]


def test_the_terminal_table_fits_80_columns(capsys):
    cell = {"mentions": 1_234_567, "asks": 0, "turns": 9, "records": 1_000_000}
    totals = {name: dict.fromkeys((*TEXT_FIELDS, ALL), cell) for name in ("biometric.eye_color", ANY)}
    show_audit_table({"text_totals": totals})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["mentions", "biometric.eye_color", "any"]
    assert max(map(len, lines)) <= 80
    assert "1,234,567" in lines[1]
