"""How worn a page is, by what had to be mended on it, and what that says of the words left in doubt.

The trouble: on a worn page "đôi với" is đối với misread, on a sharp one it is what the author wrote, and the lattice
weighs both by the same channel. What counts are the words of the page that were mended with certainty: where they are
many, the doubtful ones are misread too, and where there are none among thousands of words, doubt is no reason to change
one. The odds of every other reading than the one that was read are multiplied by the rate of the page over the usual.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.decoder.candidates import is_damage
from pipeline.decoder.deciding import CHANGE_VIETNAMESE, kind_of, may_change
from pipeline.decoder.language import Vocabulary
from pipeline.decoder.pending import PendingWord, Preset, give, readings, text_place

# Words mended with certainty of all words of a usual page. With these two and the bound of 0.8 in `deciding`, 46 words
# more were mended and 3 more harmed among 37,871 that a Vietnamese model had read (90 held-out pages drawn and aged, 12
# real ones) than by the lattice alone with a bound of 0.75; a bound of 0.65 for all pages alike: 31 and 3.
USUAL = 0.01
PRIOR = 3.0  # mended words that the usual rate counts for: a page of 300 words weighs as much as what is usual
LEAST, MOST = 0.2, 10.0  # what a rate may do to the odds
SURE = 0.9  # probability from which on a word counts as mended


def weigh_by_wear(
    sheets: Iterable[Sequence[tuple[PendingWord, str]]], preset: Preset, vocabulary: Vocabulary
) -> None:
    """Decide doubtful words of Vietnamese anew, each with the condition of its paragraph; a sheet is one page."""
    pages = [
        [(word, condition) for word, condition in sheet if condition in CHANGE_VIETNAMESE and _is_single(word)]
        for sheet in sheets
    ]
    counts = [(sum(map(_is_mended, (word for word, _ in page))), len(page)) for page in pages]
    whole = _rate(sum(mended for mended, _ in counts), sum(number for _, number in counts), USUAL)
    for page, (mended, number) in zip(pages, counts, strict=True):
        factor = min(MOST, max(LEAST, _rate(mended, number, whole) / USUAL))
        for word, condition in page:
            _decide(word, condition, factor, preset, vocabulary)


def _rate(mended: int, number: int, expected: float) -> float:
    return (mended + PRIOR) / (number + PRIOR / expected)


def _is_single(word: PendingWord) -> bool:
    """Whether the word was decoded, as one syllable, and nothing around it was touched."""
    if word.texts is None or word.kind not in ("kept", "mark", "letter", "reading"):
        return False
    texts = [text for text, piece in zip(word.texts, word.pieces, strict=True) if piece.kind != "text"]
    others = [piece.text for piece in word.pieces if piece.kind != "text"]
    return texts == others and len(others) == len(word.pieces) - 1


def _is_mended(word: PendingWord) -> bool:
    return word.kind != "kept" and word.confidence >= SURE


def _factor(read: str, text: str, factor: float) -> float:
    """What the wear of a page does to the odds of a reading: names lose marks on worn paper, but are no other names."""
    if text == read:
        return 1.0
    return min(1.0, factor) if read.istitle() and kind_of(read, text) != "mark" else factor


def _decide(word: PendingWord, condition: str, factor: float, preset: Preset, vocabulary: Vocabulary) -> None:
    place = text_place(word)
    read = word.pieces[place].text
    found = readings(word, place)
    if read not in found or len(found) < 2 or is_damage(read):
        return  # what was read had no claim on any page, or nothing else had
    rest = max(0.0, 1 - sum(found.values()))
    weighed = {text: chance * _factor(read, text, factor) for text, chance in found.items()}
    total = sum(weighed.values()) + rest * factor
    weighed = {text: chance / total for text, chance in weighed.items()}
    best = max((text for text in weighed if text != read), key=lambda text: weighed[text])
    heard = best in dict(word.heard)
    changed = weighed[best] > weighed[read] and may_change(condition, read, weighed[best], preset, heard, vocabulary)
    if changed:
        give(word, place, best, weighed, "reading" if heard else kind_of(read, best))
    else:
        give(word, place, read, weighed, "kept")
