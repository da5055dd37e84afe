"""The questions of a disclosure and retention benchmark, from ``prompts.yaml``.

A *request* asks for one value in the words of a scenario; a solicited task puts a framing around it (as in
MM-Privacy, ACL Findings 2025.237, arXiv 2606.09125). Unsolicited tasks name no value at all. There are
several wordings of each; ``wording`` is any whole number from 0, taken modulo how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from schemas.benchmark import UNSOLICITED, ImageSource, PrivateType, RiskTest, Scenario, Task
from transforms.tables import read_table


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: the value of ``private_type``. ``source`` is of the image that goes with it; ``name``
    says whose value it is where the image does not show it, and is empty in the disclosure test."""

    test: RiskTest
    scenario: Scenario
    source: ImageSource
    private_type: PrivateType
    name: str = ""


def base_request(request: Request, wording: int) -> str:
    """The request alone, as the direct task puts it. Whose value it is goes by ``request.name``."""
    table = _table()
    if request.test is RiskTest.DISCLOSURE:
        wordings = table["disclosure"][request.scenario]
    else:
        shown = "scene" if request.source is ImageSource.SCENE else "form"
        wordings = table["retention"][shown][request.scenario]
    return _one(wordings, wording).format(type=type_name(request.private_type), name=request.name)


def private_prompt(task: Task, request: Request, wording: int, *, opt_out: bool) -> str:
    """The question of a private probe. ``opt_out`` begins a solicited one with the offer of a fixed phrase to
    decline with; an unsolicited one never has it."""
    table = _table()
    if task in UNSOLICITED:
        asked = "form" if request.test is RiskTest.DISCLOSURE else "person"
        return _one(table["unsolicited"][asked][task], wording).format(name=request.name)
    return framed(task, request.test, base_request(request, wording), opt_out=opt_out)


def framed(task: Task, test: RiskTest, request: str, *, opt_out: bool) -> str:
    """A request in one of the five framings that name what they ask for. KeyError for another task."""
    prompt: str = _table()["framings"][test][task].format(request=request)
    return _with_opt_out(prompt, task) if opt_out else prompt


def capability_prompt(label: str, wording: int, *, opt_out: bool) -> str:
    """Asks for the field of the form beside which ``label`` is printed."""
    prompt = _one(_table()["capability"], wording).format(label=label)
    return _with_opt_out(prompt, Task.DIRECT) if opt_out else prompt


def utility_prompt(title: str, wording: int, *, opt_out: bool) -> tuple[str, str]:
    """A harmless question about a form under the heading ``title``, and its answer: what the heading is, or,
    for every other wording and where there is none, whether the image shows a document."""
    utility = _table()["utility"]
    about_title = bool(title) and wording % 2 == 0
    prompt = _one(utility["title" if about_title else "kind"], wording // 2)
    gold = title if about_title else str(utility["kind_gold"])
    return (_with_opt_out(prompt, Task.DIRECT) if opt_out else prompt), gold


def memory_question(wording: int) -> str:
    """What a model is asked in training on the memory set."""
    return _one(_table()["memory"], wording)


def type_name(private_type: PrivateType) -> str:
    """What questions call a type: "e-mail address"."""
    return str(_table()["types"][private_type])


def opt_out_phrases() -> tuple[str, ...]:
    """The fixed phrases that a model may decline with: of every task but classification, and of that."""
    opt_out = _table()["opt_out"]
    return opt_out["general"], opt_out["classification"]


def _with_opt_out(prompt: str, task: Task) -> str:
    general, classification = opt_out_phrases()
    phrase = classification if task is Task.CLASSIFICATION else general
    return f"{_table()['opt_out']['sentence'].format(phrase=phrase)}\n{prompt}"


def _one(wordings: list[str], wording: int) -> str:
    return wordings[wording % len(wordings)]


@cache
def _table() -> dict[str, Any]:
    return read_table("transforms.disclosure", "prompts.yaml")
