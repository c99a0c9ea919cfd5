"""How often each word is capital inside a sentence, counted from text: what `pipeline.decoder.capitals` goes by."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from pipeline.decoder.capitals import SETTINGS, Shifts, plain_case
from pipeline.decoder.channel import LOWER, TITLE
from pipeline.decoder.language import Vocabulary
from pipeline.knowledge import vietnamese
from pipeline.training.corpus import Paragraph

SUPPOSED = 20.0  # occurrences that are supposed of every word, at the share of all
STRONGEST = 4.0  # nats; a word that text never has as a capital may be one where the reading is sure; 6 mend no more
_CLOSING, _ENDING = ".,;:!?)”\"…", ".!?:;"


def counted(paragraphs: Iterable[Paragraph]) -> dict[str, tuple[Counter[str], Counter[str]]]:
    """How often words in lower case and with a capital stand after one in lower case, and after one with a capital."""
    found: dict[str, tuple[Counter[str], Counter[str]]] = {
        name: (Counter(), Counter()) for name in SETTINGS.values()
    }
    for paragraph in paragraphs:
        before: int | None = None
        for word in paragraph.text.split():
            core = word.strip("“\"(").rstrip(_CLOSING)
            now = plain_case(core) if core.isalpha() else None
            if now is not None and before is not None:
                found[SETTINGS[before]][now][vietnamese.to_old_style(core.lower())] += 1
            before = None if word[-1] in _ENDING else now
    return found


def shifts(found: dict[str, tuple[Counter[str], Counter[str]]], vocabulary: Vocabulary) -> Shifts:
    """Nats that speak for a word in lower case and with a capital, beside what speaks for any: see `Shifts`."""
    made = np.zeros((len(SETTINGS), 2, len(vocabulary.words)), np.float16)
    for row, (small, capital) in enumerate(found.values()):
        share = (capital.total() + 1) / (small.total() + capital.total() + 2)
        times = np.array([(small[word], capital[word]) for word in vocabulary.words], np.float64)
        own = (times[:, 1] + SUPPOSED * share) / (times.sum(axis=1) + SUPPOSED)
        made[row, LOWER] = np.log((1 - own) / (1 - share)).clip(-STRONGEST, STRONGEST)
        made[row, TITLE] = np.log(own / share).clip(-STRONGEST, STRONGEST)
    return made
