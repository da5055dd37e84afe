"""Rounds beyond the policy's share of refusals are left out of every form of the output."""

import json

import pyarrow.parquet as pq
import pytest

import mmscrub

POLICY = """
name: few
mentions: {biometric.age: rewrite, biometric.gender: rewrite}
questions: {biometric.age: refuse, biometric.gender: refuse}
max_refusal_share: 0
"""
ROUNDS = ["<image>\nHow old is the man?", "40", "What is he holding?", "A cup."]


@pytest.mark.parametrize("form", ["conversations", "messages"])
def test_rounds_left_out_are_gone_and_the_books_balance(tmp_path, form):
    names = (
        ("from", "value", "human", "gpt")
        if form == "conversations"
        else ("role", "content", "user", "assistant")
    )

    def record(number, turns):
        said = [{names[0]: names[2 + i % 2], names[1]: text} for i, text in enumerate(turns)]
        return {"id": str(number), "image": f"{number}.jpg", form: said}

    source = tmp_path / "corpus.json"
    source.write_text(json.dumps([record(1, ROUNDS), record(2, ROUNDS[:2]), record(3, ROUNDS[2:])]))
    policy = tmp_path / "few.yaml"
    policy.write_text(POLICY)
    out = tmp_path / "out"
    result = mmscrub.build(str(source), out=str(out), images="none", policy=str(policy), workers=1)
    assert result.summary["records"]["emitted"] == 2
    assert result.summary["quarantine"] == {"clean_text": {"dropped_by_policy": 1}}
    rows = [row for path in out.glob("data/*.parquet") for row in pq.read_table(path).to_pylist()]
    spoken = {row["id"]: [turn["value"] for turn in row["conversations"]] for row in rows}
    assert spoken["1"] == ["<image>\nWhat are they holding?", "A cup."]
    emitted = json.loads((out / "llava" / "corpus.json").read_text())
    assert [turn[names[1]] for turn in emitted[0][form]] == spoken["1"]
