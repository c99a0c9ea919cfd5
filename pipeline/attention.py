"""Which words and fields a person should look at: one rule for the desk, `document.html` and `sohoa restore`."""

from __future__ import annotations

from pipeline import corrections
from pipeline.document import Word
from pipeline.plan import Plan

# Below these a person should look. Of the words restored with 0.9 and more at least 99.0 % are right (make
# bench-restore); a field is one value that others rely on, and its evidence is the mean over some words.
DOUBTFUL_WORD = 0.9
DOUBTFUL_FIELD = 0.9


def is_doubtful(word: Word) -> bool:
    """Whether a person should look at the word: it has letters or digits, is unsure, and nobody looked yet."""
    if word.edits and word.edits[-1].rule == corrections.RULE:
        return False
    return word.confidence < DOUBTFUL_WORD and any(letter.isalnum() for letter in word.text or word.raw)


def doubtful_fields(plan: Plan) -> tuple[str, ...]:
    """The pointers of the fields whose evidence is unsure, in the order of the record."""
    return tuple(pointer for pointer, evidence in plan.evidence.items() if evidence.confidence < DOUBTFUL_FIELD)
