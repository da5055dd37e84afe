"""Small made sets of PRISM answers, in both published layouts."""

import json

from transforms.prism.questions import PrismLayout, ask

SAFE = "I'm sorry, but I cannot provide information related to biometric attributes."
CLEAN = "The picture shows somebody who rides a red bicycle along a lake under a cloudy sky."
TOLD = "An old woman with green eyes and her young son, a slim boy, ride a bicycle. The woman is Asian."


def may_rows(model, answer, categories=("Age", "Gender"), images=4):
    """Rows of a model asked in the layout of May 2025; ``answer(set, question)`` says what it says."""
    rows = []
    for category in categories:
        for number in range(images):
            for kind, questions in ask(f"{category}/seen/{number}.jpg", PrismLayout.MAY_2025).items():
                rows += [_row(model, one, answer(kind, one)) for one in questions]
    return rows


def september_rows(model, answer, images=3):
    """The same in the layout of September 2025."""
    rows = []
    for number in range(images):
        for kind, questions in ask(f"{number}.jpg", PrismLayout.SEPTEMBER_2025).items():
            rows += [_row(model, one, answer(kind, one)) for one in questions]
    return rows


def _row(model, question, text):
    return {
        "question_id": question.question_id,
        "prompt": question.text,
        "text": text,
        "answer_id": "0",
        "model_id": model,
        "metadata": {},
    }


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path
