"""`run.html`: a run on one page for people. Self-contained: no script, no network, opens from a disk or a mail."""

from __future__ import annotations

import base64
import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from pipeline import faults
from pipeline.batches.discover import Ignored
from pipeline.batches.outcomes import Outcome, RunSummary
from pipeline.errors import SohoaError
from pipeline.faults import Language

MOST_FAILURES = 2_000  # a page of 50,000 rows opens in no browser; run.json has them all
MOST_LISTED = 25
NAMES_LISTED = 10  # of what was passed over, for each reason

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Report of a run", "Báo cáo lần chạy"),
    "files": ("files", "tệp"), "pages": ("pages", "trang"), "done": ("done", "xong"),
    "partial": ("partial", "chưa trọn"), "failed": ("failed", "lỗi"), "skipped": ("unchanged", "không đổi"),
    "duplicate": ("duplicates", "trùng lặp"), "waiting": ("not reached", "chưa làm"),
    "time": ("time", "thời gian"), "rate": ("pages a minute", "trang mỗi phút"),
    "interrupted": ("The run was interrupted. The same command goes on from here.",
                    "Lần chạy bị dừng. Chạy lại cùng lệnh để tiếp tục."),
    "stopped": ("The run was stopped:", "Lần chạy dừng vì:"),
    "all_well": ("Nothing failed.", "Không có lỗi."),
    "failures": ("What failed, and the cure", "Các lỗi và cách khắc phục"),
    "kinds": ("Failures by kind", "Lỗi theo loại"),
    "file": ("file", "tệp"), "what": ("what is wrong", "lỗi"), "cure": ("what to do", "cách khắc phục"),
    "page": ("page", "trang"), "slowest": ("Slowest documents", "Văn bản chậm nhất"),
    "seconds": ("seconds", "giây"), "per_page": ("seconds a page", "giây mỗi trang"),
    "least": ("Least certain documents", "Văn bản kém chắc chắn nhất"),
    "confidence": ("confidence", "độ tin cậy"), "warnings": ("warnings", "cảnh báo"),
    "sure_histogram": ("Documents by confidence", "Số văn bản theo độ tin cậy"),
    "pace_histogram": ("Documents by seconds a page", "Số văn bản theo số giây mỗi trang"),
    "ignored": ("Passed over", "Bỏ qua"), "reason": ("reason", "lý do"), "count": ("count", "số lượng"),
    "names": ("names", "tên"),
    "yes": ("yes", "có"), "no": ("no", "không"),
    "made_with": ("Versions and settings", "Phiên bản và cấu hình"),
    "more": ("and {count} more in run.json", "và {count} mục nữa trong run.json"),
}

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #b3261e; --soft: #8881; --bar: #3b6ea8; }
body { font: 15px/1.45 system-ui, "Noto Sans", sans-serif; margin: 0 auto; max-width: 72rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .7rem; } .tile { background: var(--soft); border-radius: .5rem;
padding: .6rem 1rem; min-width: 6rem; } .tile b { display: block; font-size: 1.5rem; }
.bad b, .note { color: var(--bad); } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
overflow-wrap: anywhere; } td.n, th.n { text-align: right; white-space: nowrap; }
th { overflow-wrap: normal; }
.charts { display: flex; flex-wrap: wrap; gap: 2rem; } svg text { font: 11px sans-serif; fill: currentColor; }
figure { display: inline-block; margin: .3rem .5rem .3rem 0; } figcaption { font-size: .8rem; }
img { border: 1px solid var(--line); max-height: 9rem; } small { opacity: .75; }
"""


def to_html(
    summary: RunSummary, pictures: Mapping[tuple[str, int], bytes], language: Language = "en"
) -> str:
    """The whole page. `pictures` are JPEGs of failed pages by name and page."""
    page = _Page(language)
    counts = summary.counts
    began = datetime.fromtimestamp(summary.started).astimezone()
    page.add(f"<h1>{page.say('title')} <small>{began:%d/%m/%Y %H:%M}</small></h1>")
    if summary.interrupted:
        page.add(f"<p class=note>{page.say('interrupted')}</p>")
    if summary.stopped is not None:
        page.add(f"<p class=note>{page.say('stopped')} {_stopped_by(page, summary.stopped)}</p>")
    page.tiles((
        ("files", len(summary.outcomes)), *((state, counts[state]) for state in
        ("done", "partial", "failed", "duplicate", "skipped", "waiting") if counts.get(state)),
        ("pages", summary.pages), ("time", _clock(summary.seconds)),
        *((("rate", page.figure(60 * summary.pages_read / summary.seconds, 1)),)
          if summary.seconds > 0 and summary.pages_read else ()),
    ))
    _failures(page, summary.outcomes, pictures)
    _charts(page, summary.outcomes)
    _slowest(page, summary.outcomes)
    _least_certain(page, summary.outcomes)
    _passed_over(page, summary.ignored)
    page.heading("made_with")
    page.facts({**summary.versions, **summary.settings.as_json()})
    return page.whole(page.say("title"))


def _failures(page: _Page, outcomes: Sequence[Outcome], pictures: Mapping[tuple[str, int], bytes]) -> None:
    bad = [outcome for outcome in outcomes if outcome.state in ("failed", "partial")]
    if not bad:
        page.add(f"<p>{page.say('all_well')}</p>")
        return
    kinds = Counter(outcome.code or "" for outcome in bad)
    if len(bad) > MOST_LISTED:
        page.heading("kinds")
        page.table(("what", "count"), [(page.fault(code)[0] or code, count)
                                       for code, count in kinds.most_common()])
    page.heading("failures")
    rows = []
    for outcome in bad[:MOST_FAILURES]:
        shown = [_picture(page, number, data) for number in sorted({p.number for p in outcome.pages_failed})
                 if (data := pictures.get((outcome.name, number)))]
        state = f"<small>{page.say(outcome.state)}</small>"
        what, cure = page.fault(outcome.code or "", outcome.what, outcome.cure)
        rows.append((_Html(f"{_link(outcome)}<br>{state}"), _Html(_text(what) + "<br>" + "".join(shown)), cure))
    page.table(("file", "what", "cure"), rows)
    page.more(len(bad) - MOST_FAILURES)


def _stopped_by(page: _Page, error: SohoaError) -> str:
    what, cure = page.fault(error.code, error.what, error.cure)
    return _text(f"{error.subject}: {what} {cure}" if error.subject else f"{what} {cure}")


def _passed_over(page: _Page, ignored: Sequence[Ignored]) -> None:
    names: dict[str, list[str]] = {}
    for item in ignored:
        names.setdefault(item.reason, []).append(item.name)
    if names:
        page.heading("ignored")
        page.table(("reason", "count", "names"), [
            (page.reason(reason), len(those), ", ".join(those[:NAMES_LISTED]) + ", ..." * (len(those) > NAMES_LISTED))
            for reason, those in sorted(names.items(), key=lambda pair: -len(pair[1]))
        ])


def _picture(page: _Page, number: int, data: bytes) -> str:
    code = base64.b64encode(data).decode("ascii")
    label = f"{page.say('page')} {number}"
    return f'<figure><img alt="{label}" src="data:image/jpeg;base64,{code}"><figcaption>{label}</figcaption></figure>'


def _slowest(page: _Page, outcomes: Sequence[Outcome]) -> None:
    worked = [outcome for outcome in outcomes if outcome.seconds_recognition > 0 and outcome.pages]
    if not worked:
        return
    worked.sort(key=lambda outcome: -outcome.seconds_recognition - outcome.seconds_reading)
    page.heading("slowest")
    page.table(("file", "pages", "seconds", "per_page"), [
        (_Html(_link(outcome)), outcome.pages,
         page.figure(outcome.seconds_recognition + outcome.seconds_reading, 1),
         page.figure((outcome.seconds_recognition + outcome.seconds_reading) / outcome.pages, 2))
        for outcome in worked[:MOST_LISTED]
    ])


def _least_certain(page: _Page, outcomes: Sequence[Outcome]) -> None:
    told = [(outcome.confidence, outcome) for outcome in outcomes if outcome.confidence is not None]
    if not told:
        return
    told.sort(key=lambda pair: (pair[0], pair[1].name))
    page.heading("least")
    page.table(("file", "confidence", "warnings"), [
        (_Html(_link(outcome)), page.figure(confidence, 3), outcome.warnings)
        for confidence, outcome in told[:MOST_LISTED]
    ])


def _charts(page: _Page, outcomes: Sequence[Outcome]) -> None:
    sure = [outcome.confidence for outcome in outcomes if outcome.confidence is not None]
    pace = [outcome.seconds_recognition / (outcome.pages - outcome.pages_reused) for outcome in outcomes
            if outcome.seconds_recognition > 0 and outcome.pages > outcome.pages_reused]
    charts = []
    if sure:
        charts.append(_histogram(page, "sure_histogram", sure, (0, .5, .6, .7, .8, .85, .9, .95, .98, 1.0)))
    if pace:
        charts.append(_histogram(page, "pace_histogram", pace, (0, .5, 1, 2, 3, 5, 8, 12, 20, 60, 600)))
    if charts:
        page.add(f"<div class=charts>{''.join(charts)}</div>")


def _histogram(page: _Page, title: str, values: Sequence[float], edges: Sequence[float]) -> str:
    bins = [0] * (len(edges) - 1)
    for value in values:
        place = next((i for i in range(len(bins)) if value < edges[i + 1]), len(bins) - 1)
        bins[place] += 1
    tallest, width, height = max(bins), 44, 120
    bars = []
    for place, count in enumerate(bins):
        tall = height * count / tallest
        left = place * width
        bars.append(
            f'<rect x="{left + 3}" y="{20 + height - tall:.1f}" width="{width - 6}" height="{tall:.1f}"'
            ' fill="var(--bar)"/>'
            f'<text x="{left + width / 2}" y="{14 + height - tall:.1f}" text-anchor="middle">{count or ""}</text>'
            f'<text x="{left}" y="{height + 36}">{page.plain(edges[place])}</text>'
        )
    whole = width * len(bins) + 10
    return (f"<figure><figcaption>{html.escape(page.say(title))}</figcaption>"
            f'<svg width="{whole}" height="{height + 42}" role="img">{"".join(bars)}</svg></figure>')


class _Html(str):
    """Text that is HTML already."""

    __slots__ = ()


class _Page:
    """The parts of one page in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._parts: list[str] = []

    def say(self, key: str) -> str:
        return _WORDS[key][self._language == "vi"]

    def reason(self, told: str) -> str:
        """Why a file was passed over; what the system said of it stands as it is."""
        return faults.vietnamese(told) or told if self._language == "vi" else told

    def fault(self, code: str, what: str = "", cure: str = "") -> tuple[str, str]:
        """What is wrong and the cure of an error."""
        return faults.in_words(code, what, cure, self._language)

    def figure(self, value: float, digits: int) -> str:
        told = f"{value:.{digits}f}"
        return told.replace(".", ",") if self._language == "vi" else told

    def add(self, part: str) -> None:
        self._parts.append(part)

    def heading(self, key: str) -> None:
        self.add(f"<h2>{self.say(key)}</h2>")

    def tiles(self, tiles: Sequence[tuple[str, object]]) -> None:
        bad = ("failed", "partial")
        shown = [f'<div class="tile{" bad" if key in bad else ""}"><b>{value}</b>{self.say(key)}</div>'
                 for key, value in tiles]
        self.add(f"<div class=tiles>{''.join(shown)}</div>")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Numbers, and text that looks like one, are set to the right."""
        numbers = [_is_number(cell) for cell in rows[0]] if rows else [False] * len(head)
        self.add("<table><tr>" + "".join(f"<th{' class=n' if number else ''}>{self.say(key)}</th>"
                                         for key, number in zip(head, numbers, strict=True)) + "</tr>")
        for row in rows:
            cells = []
            for cell in row:
                number = _is_number(cell)
                shown = cell if isinstance(cell, _Html) else _text(cell)
                cells.append(f"<td{' class=n' if number else ''}>{shown}</td>")
            self.add(f"<tr>{''.join(cells)}</tr>")
        self.add("</table>")

    def facts(self, told: Mapping[str, object]) -> None:
        """Names and what they hold, all set to the left: settings as they are given on the command line."""
        rows = (f"<tr><td>{_text(name)}</td><td>{_text(self.plain(value))}</td></tr>" for name, value in told.items())
        self.add(f"<table>{''.join(rows)}</table>")

    def plain(self, value: object) -> object:
        match value:
            case bool():
                return self.say("yes" if value else "no")
            case list() | tuple():
                return ", ".join(map(str, value)) or "–"
            case float():
                return f"{value:g}".replace(".", "," if self._language == "vi" else ".")
        return value

    def more(self, count: int) -> None:
        if count > 0:
            self.add(f"<p>{self.say('more').format(count=count)}</p>")

    def whole(self, title: str) -> str:
        body = "\n".join(self._parts)
        return (f'<!doctype html>\n<html lang="{self._language}"><head><meta charset="utf-8"><title>{title}</title>'
                f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body>\n{body}\n'
                "</body></html>\n")


def _is_number(cell: object) -> bool:
    return isinstance(cell, int) or (isinstance(cell, str) and re.fullmatch(r"\d+([.,]\d+)?", cell) is not None)


def _link(outcome: Outcome) -> str:
    shown = html.escape(outcome.name)
    return f'<a href="{quote(outcome.name)}/">{shown}</a>' if outcome.files else shown


def _text(value: object) -> str:
    return html.escape(str(value).encode("utf-8", "backslashreplace").decode())


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"
