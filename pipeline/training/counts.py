"""From paragraphs to the language model: one pass over the text, then arithmetic on arrays."""
from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder import language
from pipeline.knowledge import vietnamese
from pipeline.training.corpus import Paragraph

# What a source counts for. Administrative text is what the model is for and the smallest share of the corpus;
# news and encyclopaedia keep it honest about names and everyday words.
WEIGHTS = {
    "tnt305_admin": 8.0, "admin_office_docs": 8.0, "dvhcvn_nghiquyet": 3.0, "vbpl_html": 2.0,
    "tnt305_legal": 2.0, "tnt305_lawqa": 1.0, "diepxuan_phapdien": 1.0, "pccc_dichvucong": 1.0,
    "gazetteer": 4.0, "formulas": 25.0,
    "magizbox_baomoi": 1.0, "tto_corpus": 1.0, "tnt305_wiki": 0.5, "underthesea_viwiki": 0.4,
}
OTHER_WEIGHT = 1.0
MIN_SYLLABLE = 5.0  # weighted count below which a legal syllable is no candidate: typing errors and noise
MIN_OTHER = 300.0  # the same for abbreviations, loans and syllables of minority languages
CUT = {1: 0.0, 2: 0.0, 3: 1.1, 4: 2.5}  # n-grams counted less are dropped before estimation
KEEP = {2: 900_000, 3: 1_900_000, 4: 1_700_000}


@dataclass(slots=True)
class Reader:
    """Collects the streams of each source as numbers of surface forms that are settled later."""

    forms: dict[str, int] = field(default_factory=dict)
    surfaces: dict[str, int] = field(default_factory=dict)
    streams: dict[str, array[int]] = field(default_factory=dict)
    upper: set[int] = field(default_factory=set)

    def add(self, paragraph: Paragraph) -> None:
        stream = self.streams.setdefault(paragraph.source, array("I"))
        stream.append(0)
        for match in language.TOKEN_PATTERN.finditer(paragraph.text):
            kind = match.lastgroup
            if kind == "word":
                stream.append(self._form(match[0]))
            elif kind == "number":
                stream.append(1)
            elif stream[-1] != 0:
                stream.append(0)
        if stream[-1] != 0:
            stream.append(0)

    def _form(self, word: str) -> int:
        known = self.surfaces.get(word)
        if known is None:
            key = language.word_key(word)
            known = self.forms.setdefault(key, len(self.forms) + 2)
            if len(word) > 1 and word.isupper():
                self.upper.add(known)
            self.surfaces[word] = known
        return known


def build(
    paragraphs: Iterable[Paragraph], keep: dict[int, int] | None = None, extra_words: Iterable[str] = ()
) -> tuple[language.Vocabulary, language.LanguageModel, dict[str, int]]:
    """Vocabulary, model, and the number of words read from each source."""
    reader = Reader()
    for paragraph in paragraphs:
        reader.add(paragraph)
    streams = {source: np.frombuffer(stream, np.uint32) for source, stream in reader.streams.items()}
    weights = {source: WEIGHTS.get(source, OTHER_WEIGHT) for source in streams}
    size = len(reader.forms) + 2
    totals = sum(
        (np.bincount(stream, minlength=size) * weights[source] for source, stream in streams.items()),
        start=np.zeros(size),
    )
    words = list(language.CLASSES)
    syllables, others = [], []
    for form, number in reader.forms.items():
        if vietnamese.is_syllable(form):
            if totals[number] >= MIN_SYLLABLE:
                syllables.append((form, totals[number]))
        elif totals[number] >= MIN_OTHER:
            others.append((form, totals[number]))
    syllables.sort(key=lambda pair: -pair[1])
    others.sort(key=lambda pair: -pair[1])
    words += [form for form, _ in syllables]
    known = set(words)
    words += [word for word in dict.fromkeys(map(language.word_key, extra_words)) if word not in known]
    known = set(words)
    words += [form for form, _ in others if form not in known][: (1 << language.BITS) - len(words)]
    vocabulary = language.Vocabulary(tuple(words))
    table: NDArray[np.uint16] = np.full(size, language.UNKNOWN, np.uint16)
    table[0], table[1] = language.BOUNDARY, language.NUMBER
    for form, number in reader.forms.items():
        place = vocabulary.index.get(form)
        if place is not None:
            table[number] = place
        elif number in reader.upper:
            table[number] = language.ABBREVIATION
    orders: dict[int, language.Counts] = {}
    longer: language.Counts | None = None
    for order in range(language.ORDER, 0, -1):
        merged = language.merge(
            [(language.count(table[stream], order), weights[source]) for source, stream in streams.items()]
        )
        counted = language.continuations(longer, merged, order) if longer else merged
        good = counted.counts >= CUT[order]
        orders[order] = language.Counts(counted.keys[good], counted.counts[good])
        longer = merged
    model = language.estimate(orders, len(words), keep or KEEP)
    return vocabulary, model, {source: len(stream) for source, stream in streams.items()}
