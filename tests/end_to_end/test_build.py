"""The main job on a small corpus: what a user finds in OUT."""

import hashlib
import json
from collections import Counter

import pyarrow.parquet as pq
import pytest

import mmscrub
from transforms.text.refuse import is_refusal


def load(out, tmp_path):
    datasets = pytest.importorskip("datasets")
    return datasets.load_dataset(str(out), split="train", cache_dir=str(tmp_path / "cache"))


def test_the_books_balance_and_ids_may_repeat(small_build):
    corpus, out, summary = small_build
    source = json.loads((corpus / "corpus.json").read_text())
    emitted = json.loads((out / "llava" / "corpus.json").read_text())
    records = summary["records"]
    assert records["in"] == len(source) == records["emitted"] + records["quarantined"]
    assert records["quarantined"] == 0
    assert Counter(r["id"] for r in emitted) == Counter(r["id"] for r in source)


def test_load_dataset_gives_images_and_conversations(small_build, tmp_path):
    _, out, summary = small_build
    dataset = load(out, tmp_path)
    assert len(dataset) == summary["records"]["emitted"]
    with_image = next(row for row in dataset if row["image"] is not None)
    assert with_image["image"].size == (320, 200)
    assert {turn["from"] for turn in with_image["conversations"]} == {"human", "gpt"}
    without = next(row for row in dataset if not row["image_paths"])
    assert without["image"] is None


def test_the_drop_in_json_keeps_order_ids_and_unknown_fields(small_build):
    corpus, out, _ = small_build
    source = json.loads((corpus / "corpus.json").read_text())
    emitted = json.loads((out / "llava" / "corpus.json").read_text())
    for before, after in zip(source, emitted, strict=True):
        assert {k: v for k, v in before.items() if k != "conversations"} == {
            k: v for k, v in after.items() if k != "conversations"
        }
        assert [t["from"] for t in before["conversations"]] == [t["from"] for t in after["conversations"]]


def test_what_tells_about_people_is_gone(small_build):
    _, out, _ = small_build
    text = (out / "llava" / "corpus.json").read_text()
    for leak in ("woman", "women", " man ", "boy", " he ", "She", "27 years", "jane.roe", "555-0147"):
        assert leak not in text, leak
    assert "brown bear" in text
    assert "old building" in text


def test_questions_about_attributes_are_refused(small_build):
    _, out, _ = small_build
    emitted = json.loads((out / "llava" / "corpus.json").read_text())
    asked = 0
    for record in emitted:
        turns = [turn["value"] for turn in record["conversations"]]
        for question, answer in zip(turns[::2], turns[1::2], strict=True):
            if "How old" in question or "gender" in question:
                asked += 1
                assert is_refusal(answer, ())
    assert asked > 5


def test_edits_point_at_what_changed(small_build):
    corpus, out, _ = small_build
    before = {json.dumps(r): r for r in json.loads((corpus / "corpus.json").read_text())}
    lineage = {
        row["record_key"]: row for p in out.glob("audit/lineage-*") for row in pq.read_table(p).to_pylist()
    }
    source = json.loads((corpus / "corpus.json").read_text())
    assert before
    seen = 0
    for path in sorted((out / "data").glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            old = source[lineage[row["provenance"]["record_key"]]["source_row"]]["conversations"]
            for turn, new in enumerate(row["conversations"]):
                rebuilt, position = "", 0
                edits = sorted((e for e in row["edits"] if e["turn"] == turn), key=lambda e: e["start"])
                for edit in edits:
                    rebuilt += old[turn]["value"][position : edit["start"]]
                    assert len(rebuilt) == edit["new_start"]
                    rebuilt += new["value"][edit["new_start"] : edit["new_end"]]
                    position = edit["end"]
                    seen += 1
                assert rebuilt + old[turn]["value"][position:] == new["value"]
    assert seen > 20


def test_images_without_findings_are_copied_byte_for_byte(small_build):
    corpus, out, summary = small_build
    originals = {hashlib.sha256(p.read_bytes()).hexdigest() for p in (corpus / "images").rglob("*.jpg")}
    seen = {}
    for path in sorted((out / "data").glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            if row["image"]:
                digest = hashlib.sha256(row["image"]["bytes"]).hexdigest()
                assert row["provenance"]["image_sha256"] == [digest]
                assert (digest in originals) == (not row["image_edits"])
                seen[row["image_paths"][0]] = row["image_edits"]
    assert [e["attribute"] for e in seen["set/1.jpg"]] == ["image.text_pii"]
    assert summary["images"]["distinct"] == 3
    assert summary["images"]["redacted"] == 1


def test_findings_can_be_loaded_and_hold_no_text(small_build):
    _, out, summary = small_build
    findings = mmscrub.load_findings(out)
    assert findings.num_rows > 40
    assert {"biometric.gender", "biometric.age", "pii.email"} <= set(findings["attribute"].to_pylist())
    assert summary["text_findings"]["biometric.age"]["explicit"]
    assert "text" not in findings.column_names


def test_the_safe_llava_preset_says_its_fixed_sentence_and_leaves_images(small_corpus, tmp_path):
    result = mmscrub.build(
        small_corpus / "corpus.json",
        tmp_path / "out",
        images=str(small_corpus / "images"),
        policy="safe-llava",
        workers=1,
    )
    text = (tmp_path / "out" / "llava" / "corpus.json").read_text()
    assert "I'm sorry, but I cannot provide information related to biometric attributes." in text
    assert result.summary["images"]["redacted"] == 0
    assert result.summary["images"]["unchanged"] == 3


def test_images_none_keeps_references_and_opens_nothing(small_corpus, tmp_path):
    result = mmscrub.build(small_corpus / "corpus.json", tmp_path / "out", images="none", workers=1)
    assert result.summary["images"]["distinct"] == 0
    dataset = load(tmp_path / "out", tmp_path)
    assert all(row["image"] is None for row in dataset)
    assert any(row["image_paths"] == ["set/1.jpg"] for row in dataset)


def test_an_audit_writes_findings_and_no_corpus(small_corpus, tmp_path):
    out = tmp_path / "out"
    result = mmscrub.audit(small_corpus / "corpus.json", out, images=str(small_corpus / "images"), workers=1)
    assert result.summary["text_findings"]["biometric.gender"]
    assert mmscrub.load_findings(out).num_rows
    assert not (out / "data").exists()
    assert not (out / "llava").exists()
    assert (out / "audit" / "report.html").is_file()


def test_other_conversation_forms_come_back_in_their_form(tmp_path):
    records = [
        {
            "id": 1,
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Who is that?"},
                {"role": "assistant", "content": "The man waves."},
            ],
        },
        {
            "id": "b",
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "And here?"}]},
                {"role": "assistant", "content": [{"type": "text", "text": "He is running."}]},
            ],
        },
        {
            "id": "c",
            "conversations": [
                {"from": "user", "value": "Hi"},
                {"from": "assistant", "value": "A woman sits."},
            ],
        },
    ]
    (tmp_path / "chat.jsonl").write_text("\n".join(map(json.dumps, records)))
    mmscrub.build(tmp_path / "chat.jsonl", tmp_path / "out", images="none", workers=1)
    emitted = json.loads((tmp_path / "out" / "llava" / "chat.json").read_text())
    assert emitted[0]["id"] == 1
    assert emitted[0]["messages"][2] == {"role": "assistant", "content": "The person waves."}
    assert emitted[1]["messages"][1]["content"] == [{"type": "text", "text": "They are running."}]
    assert emitted[2]["conversations"][1] == {"from": "assistant", "value": "A person sits."}
    assert len(load(tmp_path / "out", tmp_path)) == 3


def test_personal_data_in_kept_fields_is_told_of(tmp_path):
    turns = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]
    records = [
        {"id": 1, "conversations": turns, "meta": {"by": ["jane.roe@example.com"]}},
        {"id": 2, "conversations": turns, "meta": {"by": ["nobody in particular"]}},
        {"id": 3, "conversations": turns, "caption": "An old woman reads a book."},
    ]
    (tmp_path / "c.json").write_text(json.dumps(records))
    result = mmscrub.build(tmp_path / "c.json", tmp_path / "out", images="none", workers=1)
    assert result.summary["notes"]["personal_data_in_kept_fields"] == 1
    assert result.summary["notes"]["attributes_in_kept_fields"] == 1
