from collections.abc import Callable

from transforms.text.contract import CleanedText, TurnText
from transforms.text.question_kinds import QuestionKind, RoundOutcome, round_counts

TURNS = [
    "Is there a woman?", "No", "How many men are there?", "2", "A man or a woman?", "A man.",
    "Who is older, the man or the boy?", "The man.", "How old is he?", "40", "Are you sure?", "Yes.",
    "Who is left of the man?", "A dog.", "What is it?", "There are no women.", "What color is it?", "Red.",
]  # fmt: skip


def test_every_round_is_counted_once_by_kind_and_outcome(cleaned: Callable[..., CleanedText]) -> None:
    result = cleaned(TURNS, "safe-llava")
    conversation = [TurnText(text, index % 2 == 0) for index, text in enumerate(TURNS)]
    counts = round_counts(conversation, result.findings, result.edits)
    assert counts == {
        (QuestionKind.EXISTENCE, RoundOutcome.REFUSED): 1,
        (QuestionKind.COUNT, RoundOutcome.REFUSED): 1,
        (QuestionKind.CHOICE, RoundOutcome.REFUSED): 1,
        (QuestionKind.COMPARISON, RoundOutcome.REFUSED): 1,
        (QuestionKind.SEEKING, RoundOutcome.REFUSED): 1,
        (QuestionKind.FOLLOW_UP, RoundOutcome.REFUSED): 1,
        (QuestionKind.REFERENCE, RoundOutcome.CHANGED): 1,
        (QuestionKind.OTHER, RoundOutcome.LEFT_OUT): 1,
        (QuestionKind.OTHER, RoundOutcome.KEPT): 1,
    }
