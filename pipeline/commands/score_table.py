"""The scores of a run as a person reads them: a row a file, then the sums by set and group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.commands.messages import say
from pipeline.faults import Language
from pipeline.scoring.accuracy import TextAccuracy
from pipeline.scoring.agreement import GROUPS
from pipeline.scoring.score import SETS, FileScore, Scores, total


def to_table(scores: Scores, language: Language = "en") -> str:
    """The table as text. Shares from 0 to 1, rates of errors too; what they mean stands in docs/scoring.md."""
    width = max((len(one.file) for one in scores.files), default=4)
    heads = say("score.heads", language).split()
    columns = " ".join(f"{head:>6}" for head in heads)
    set_, kind, bare, numbers, evidence = (
        say(f"score.{name}", language) for name in ("set", "kind", "bare", "numbers", "evidence"))
    rows = [f"{say('table.file', language):{width}}  {set_:5} {kind:13}    CER    WER {bare:>13} {numbers:>7}"
            f"  {columns}  {evidence}"]
    rows += [_file_row(one, width, language) for one in scores.files]
    for name in SETS:
        for garbled in (False, True):
            if files := scores.of(name, garbled):
                title = say("score.garbled", language, name=name) if garbled else name
                rows += ["", *_set_rows(title, files, language)]
    return "\n".join(rows)


def _file_row(one: FileScore, width: int, language: Language) -> str:
    text = one.text
    record = " ".join(f"{one.record[group].f1:6.2f}" if one.record else "     -" for group in GROUPS)
    shown = f"{one.evidence.recall:8.3f}" if one.evidence else "       -"
    kind = say("score.text_file", language) if one.form == "text" else one.kind
    row = (f"{one.file:{width}}  {one.set:5} {kind:13} {text.characters.value:6.4f} {text.words.value:6.4f}"
           f" {text.bare.value:13.4f} {text.numbers.right:7.4f}  {record}  {shown}")
    return f"{row}  {say('score.no_output', language)}" if one.missing else row


def _set_rows(title: str, files: Sequence[FileScore], language: Language) -> Iterator[str]:
    text = sum((one.text for one in files), TextAccuracy())
    raw = sum((one.raw for one in files), TextAccuracy())
    yield say("score.text", language, title=title, files=len(files), cer=f"{text.characters.value:.4f}",
              raw=f"{raw.characters.value:.4f}", wer=f"{text.words.value:.4f}", bare=f"{text.bare.value:.4f}",
              numbers=f"{text.numbers.right:.4f}")
    for group in GROUPS:
        sum_ = total(one.record[group] for one in files if one.record)
        counts = say("score.counts", language, right=sum_.right, gold=sum_.gold, found=sum_.found)
        yield (f"  {say(f'score.{group}', language):12} P {sum_.precision:.3f}  R {sum_.recall:.3f}  F1 {sum_.f1:.3f}"
               f"   ({counts})")
    kinds = total(one.kinds for one in files)
    told = say("score.kinds", language, share=f"{kinds.recall:.3f}", gold=kinds.gold)
    yield f"  {say('score.kind', language):12} {told}"
    shown = total(one.evidence for one in files if one.evidence)
    if shown.gold:
        told = say("score.places", language, share=f"{shown.recall:.3f}", gold=shown.gold)
        yield f"  {say('score.evidence', language):12} {told}"
