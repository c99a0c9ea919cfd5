"""Words for people, in English and Vietnamese: what the command line says, and errors in the language asked for.

One row a message: key, English, Vietnamese. `say` fills the named places; "{files:file|files}" is a count with its
noun. A key that is missing in one language does not exist (a test holds the rows complete), so nobody is shown half a
translation.
"""

from __future__ import annotations

import string
from typing import Any, NamedTuple

from pipeline import faults
from pipeline.commands.sentences import vietnamese
from pipeline.desk.form_names import FORM_NAMES
from pipeline.errors import SohoaError
from pipeline.faults import Language


class _Text(NamedTuple):
    en: str
    vi: str


_TEXTS: dict[str, _Text] = {
    # --- help
    "about": _Text(
        "Scanned Vietnamese plans in; true text, searchable PDF/A and structured records out.",
        "Đưa vào bản quét kế hoạch; nhận lại văn bản đúng chính tả, PDF/A tìm kiếm được và bản ghi có cấu trúc."),
    "help.run": _Text("read files and folders of scans", "đọc các tệp và thư mục bản quét"),
    "help.restore": _Text("restore the spelling of a text", "khôi phục chính tả của một văn bản"),
    "help.parse": _Text("make a record of a text", "lập bản ghi từ một văn bản"),
    "help.schema": _Text("print the JSON Schema of the record", "in JSON Schema của bản ghi"),
    "help.doctor": _Text("check every outside part and name the cure",
                         "kiểm tra các thành phần bên ngoài và chỉ cách khắc phục"),
    "help.score": _Text("compare outputs with true records", "so kết quả với bản ghi chuẩn"),
    "help.status": _Text("show how a run stands", "xem tình trạng của một lần chạy"),
    "help.retry": _Text("do again what failed", "làm lại những tệp bị lỗi"),
    "help.watch": _Text("watch a folder and read what arrives", "theo dõi một thư mục và đọc tệp mới đến"),
    "help.review": _Text("check and correct in the browser", "kiểm tra và sửa trong trình duyệt"),
    "help.search": _Text("search all documents, with or without marks", "tìm trong mọi văn bản, có dấu hoặc không dấu"),
    "help.export": _Text(
        "hand over as tables, finding aids, packages or Word",
        "giao nộp dưới dạng bảng, mục lục, gói hoặc Word"),
    "help.import": _Text("bring back a workbook corrected in a spreadsheet", "nhập lại bảng tính đã sửa"),
    "help.learn": _Text(
        "make references, a dictionary and test cases of what people checked and corrected",
        "lập văn bản tham chiếu, từ điển và mẫu kiểm thử từ những gì đã kiểm tra và sửa"),
    "help.release": _Text("release a document held for secrecy", "giải tỏa văn bản được giữ lại vì độ mật"),
    "arg.version": _Text("show the version and exit", "hiện phiên bản rồi thoát"),
    "arg.paths": _Text("files or folders (read recursively)", "tệp hoặc thư mục (đọc cả thư mục con)"),
    "arg.folder": _Text("folder that a scanner drops into", "thư mục máy quét ghi tệp vào"),
    "arg.out": _Text("folder for the results", "thư mục kết quả"),
    "arg.jobs": _Text("worker processes (default: one a core)", "số tiến trình (mặc định: mỗi nhân một tiến trình)"),
    "arg.memory": _Text(
        "memory in MB for all workers together (default: 80 %% of what is free)",
        "bộ nhớ (MB) cho tất cả tiến trình (mặc định: 80 %% phần còn trống)"),
    "arg.nice": _Text("lower the priority of the workers (0 to 19)", "giảm độ ưu tiên của các tiến trình (0 đến 19)"),
    "arg.formats": _Text(
        "what to write, separated by commas, or all: {all} (default: {default})",
        "định dạng cần ghi, cách nhau bằng dấu phẩy, hoặc all: {all} (mặc định: {default})"),
    "arg.redo": _Text("read everything again, finished or not", "đọc lại tất cả, kể cả tệp đã xong"),
    "arg.lang": _Text("language of messages", "ngôn ngữ của thông báo"),
    "arg.json": _Text("print the result as JSON on standard output", "in kết quả dạng JSON ra đầu ra chuẩn"),
    "arg.verbose": _Text("tell every step on standard error", "ghi từng bước ra luồng lỗi chuẩn"),
    "arg.text_layer": _Text("existing text layers: auto keeps a sound one, keep keeps any, redo reads the image",
                            "lớp văn bản có sẵn: auto giữ lớp tốt, keep giữ nguyên, redo đọc lại từ ảnh"),
    "arg.preset": _Text(
        "how boldly to restore: strict (only what is all but certain), balanced (the default), full (what is likely)",
        "mức độ khôi phục: strict (chỉ khi gần như chắc chắn), balanced (mặc định), full (cả khi chỉ có khả năng)"),
    "arg.engine": _Text("recogniser (default: {default})", "bộ nhận dạng (mặc định: {default})"),
    "arg.reference": _Text(
        "a trusted text of the same kind, such as the plan of the level above; damaged words are compared with it "
        "(may be given several times)",
        "văn bản tin cậy cùng loại, như kế hoạch của cấp trên, để đối chiếu các từ bị hỏng (có thể nêu nhiều lần)"),
    "arg.split": _Text("a record for each document where one file holds several",
                       "lập bản ghi riêng khi một tệp chứa nhiều văn bản"),
    "arg.settings": _Text("settings from a TOML file", "đọc cấu hình từ tệp TOML"),
    "arg.page_timeout": _Text(
        "seconds a page may take (default: {default})",
        "thời gian tối đa cho một trang, tính bằng giây (mặc định: {default})"),
    "arg.max_failed": _Text(
        "share of failed pages beyond which a document has failed (default: {default})",
        "tỷ lệ trang lỗi mà vượt quá thì cả văn bản bị coi là lỗi (mặc định: {default})"),
    "arg.quarantine": _Text("copy inputs that failed into this folder", "chép các tệp lỗi vào thư mục này"),
    "arg.dry_run": _Text("list what would be done, with an estimate", "chỉ liệt kê việc sẽ làm, kèm ước lượng"),
    "arg.cluster": _Text("address of a Dask scheduler, tcp://host:8786", "địa chỉ bộ điều phối Dask, tcp://host:8786"),
    "arg.work": _Text(
        "folder for local copies, with s3:// and the like (default: {default})",
        "thư mục chứa bản sao cục bộ, khi dùng s3:// hoặc tương tự (mặc định: {default})"),
    "arg.poll": _Text(
        "look every few seconds instead of waiting for notices: for network shares",
        "kiểm tra vài giây một lần thay vì chờ hệ thống báo: dùng cho ổ mạng"),
    "arg.file": _Text("text file, or - for standard input", "tệp văn bản, hoặc - cho đầu vào chuẩn"),
    "arg.format": _Text("form of the answer", "dạng kết quả"),
    "arg.gold": _Text("folder of true texts and records", "thư mục văn bản và bản ghi chuẩn"),
    "arg.check": _Text("fail if a figure is lower than the one on file", "báo lỗi nếu có chỉ số thấp hơn mức đã lưu"),
    "arg.update": _Text(
        "write the figures to the file that --check compares with",
        "ghi các chỉ số vào tệp mà --check dùng để so"),
    # --- run
    "run.working": _Text("Reading", "Đang đọc"),
    "run.done": _Text("{done} done, {partial} partial, {failed} failed, {same} unchanged of "
                      "{total:file|files}; {pages:page|pages} read in {seconds} s.",
                      "{done} xong, {partial} chưa trọn, {failed} lỗi, {same} không đổi trên {total} tệp; "
                      "đọc {pages} trang trong {seconds} giây."),
    "run.waiting": _Text("Not finished: {count:file|files}; the same command goes on from here.",
                         "{count} tệp chưa làm xong; chạy lại cùng lệnh để làm tiếp."),
    "run.where": _Text("Results: {out} (a folder for each file; start with run.html, or `sohoa review {out}`)",
                       "Kết quả: {out} (mỗi tệp một thư mục; xem run.html trước, hoặc `sohoa review {out}`)"),
    "run.failed": _Text("{name}: {what}", "{name}: {what}"),
    "run.page": _Text("page {page}", "trang {page}"),
    "run.more": _Text("... and {count} more; see run.html", "... và {count} tệp nữa; xem run.html"),
    "run.passed_over": _Text(
        "Passed over, since of no type that is read or still being copied: {count} ({names}; the list stands in "
        "run.json).",
        "{count} tệp bị bỏ qua vì không thuộc loại đọc được hoặc còn đang chép ({names}; danh sách trong run.json)."),
    "run.other_outputs": _Text("Passed over, since they hold the results of another run (sohoa.db): {names}.",
                               "Bỏ qua vì chứa kết quả của lần chạy khác (sohoa.db): {names}."),
    "run.rate": _Text("{rate} pages/min", "{rate} trang/phút"),
    "watch.started": _Text("Watching {folder}; what arrives comes out in {out}. Ctrl-C ends it.",
                           "Đang theo dõi {folder}; tệp mới được đọc vào {out}. Ctrl-C để dừng."),
    "status.running": _Text("A run has been working here since {since}.",
                            "Một lần chạy đang làm việc ở đây từ {since}."),
    "status.ended": _Text("The last run ended {since}.", "Lần chạy gần nhất xong lúc {since}."),
    "status.stopped": _Text("The last run was stopped before its end; the same command goes on from there.",
                            "Lần chạy gần nhất dừng giữa chừng; chạy lại cùng lệnh để tiếp tục."),
    "status.pages": _Text("{pages:page|pages}, {failed} of them failed; {pace} s of work a page.",
                          "{pages} trang, trong đó {failed} trang lỗi; {pace} giây công việc mỗi trang."),
    "run.older": _Text("{count:document stands|documents stand} as an earlier version of this program or of "
                       "Tesseract read it; `--redo` recognises it anew.",
                       "{count} tài liệu vẫn theo kết quả nhận dạng của phiên bản chương trình hoặc Tesseract cũ hơn; "
                       "`--redo` để nhận dạng lại."),
    "run.interrupted": _Text("Interrupted. What was done is kept; the same command goes on from here.",
                             "Đã dừng. Phần đã làm được giữ lại; chạy lại cùng lệnh để tiếp tục."),
    "run.plan": _Text("{files:file|files}, {pages:page|pages} to read; about {minutes} min with {jobs:job|jobs}.",
                      "{files} tệp, {pages} trang cần đọc; khoảng {minutes} phút với {jobs} tiến trình."),
    "table.file": _Text("file", "tệp"),
    "table.type": _Text("type", "loại"),
    "table.number": _Text("number", "số, ký hiệu"),
    "table.date": _Text("date", "ngày"),
    "table.issuer": _Text("issuer", "cơ quan ban hành"),
    "table.title": _Text("title", "trích yếu"),
    "table.pages": _Text("pages", "trang"),
    "table.sure": _Text("sure", "tin cậy"),
    "table.look": _Text("to look at", "cần xem"),
    "outcome.done": _Text("done", "xong"),
    "outcome.partial": _Text("partial", "chưa trọn"),
    "outcome.failed": _Text("failed", "lỗi"),
    "outcome.skipped": _Text("unchanged", "không đổi"),
    "outcome.duplicate": _Text("duplicate", "trùng lặp"),
    "outcome.waiting": _Text("waiting", "đang chờ"),
    "outcome.open": _Text("waiting", "đang chờ"),
    "outcome.held": _Text("held for secrecy; see `sohoa review`", "giữ lại vì độ mật; xem `sohoa review`"),
    # --- others
    "doctor.ok": _Text("ok", "tốt"),
    "doctor.advice": _Text("advice", "nên sửa"),
    "doctor.missing": _Text("MISSING", "THIẾU"),
    "doctor.good": _Text("Everything needed is there.", "Mọi thứ cần thiết đã có đủ."),
    "doctor.bad": _Text("Something needed is missing; the cures stand above.",
                        "Thiếu thành phần bắt buộc; cách khắc phục ở trên."),
    "restore.unreadable": _Text(
        "{count:line is|lines are} no Vietnamese that can be restored, left as read; if the page was read upside down, "
        "give the scan to `sohoa run`.",
        "{count} dòng không phải tiếng Việt khôi phục được và được giữ nguyên; nếu trang bị đọc ngược, "
        "hãy đưa bản quét cho `sohoa run`."),
    "score.fell": _Text("Lower than on file: {names}", "Thấp hơn mức đã lưu: {names}"),
    "score.set": _Text("set", "tập"),
    "score.kind": _Text("kind", "loại"),
    "score.bare": _Text("bare CER", "CER không dấu"),
    "score.numbers": _Text("numbers", "chữ số"),
    "score.evidence": _Text("evidence", "đúng chỗ"),
    "score.text_file": _Text("text file", "tệp văn bản"),
    "score.no_output": _Text("NO OUTPUT", "KHÔNG CÓ KẾT QUẢ"),
    "score.garbled": _Text("{name}, garbled text files", "{name}, tệp văn bản bị lỗi chữ"),
    "score.text": _Text(
        "{title}: {files:file|files}, CER {cer} (as recognised {raw}), WER {wer}, without marks {bare}, "
        "numbers {numbers}",
        "{title}: {files} tệp, CER {cer} (khi nhận dạng {raw}), WER {wer}, không kể dấu {bare}, chữ số {numbers}"),
    "score.counts": _Text("{right} right of {gold}, {found} found", "đúng {right} trên {gold}, tìm thấy {found}"),
    "score.kinds": _Text("{share} of {gold} matched sections have the right kind",
                         "{share} trong {gold} đề mục khớp có đúng loại"),
    "score.places": _Text("{share} of {gold} right scalars are shown at their place",
                          "{share} trong {gold} trường đúng được chỉ đúng chỗ"),
    # as short as the columns of the table, in the order of the groups below
    "score.heads": _Text("scal sign sect basis targ peri dead assi reci",
                         "trường ký mục căn_cứ c.tiêu đợt hạn việc nhận"),
    "score.scalars": _Text("scalars", "trường đơn"),
    "score.signature": _Text("signature", "chữ ký"),
    "score.sections": _Text("sections", "đề mục"),
    "score.legal_basis": _Text("legal_basis", "căn cứ"),
    "score.targets": _Text("targets", "chỉ tiêu"),
    "score.periods": _Text("periods", "giai đoạn"),
    "score.deadlines": _Text("deadlines", "thời hạn"),
    "score.assignments": _Text("assignments", "phân công"),
    "score.recipients": _Text("recipients", "nơi nhận"),
    # --- the desk
    "desk.out": _Text("the output folder of `sohoa run`", "thư mục kết quả của `sohoa run`"),
    "desk.port": _Text("port on this machine (default: {default})", "cổng trên máy này (mặc định: {default})"),
    "desk.token": _Text("ask for this word, on a machine that several people use",
                        "yêu cầu từ khóa này, khi nhiều người dùng chung máy"),
    "desk.no_browser": _Text("do not open a browser", "không tự mở trình duyệt"),
    "desk.query": _Text('words; "side by side"; begin*; -without', 'từ cần tìm; "đứng liền nhau"; đầu_từ*; -loại_trừ'),
    "desk.limit": _Text("pages to show (default: {default})", "số trang hiển thị (mặc định: {default})"),
    "desk.rebuild": _Text("make the index anew first", "lập lại chỉ mục trước khi tìm"),
    "desk.form": _Text("what to make", "dạng giao nộp"),
    "desk.to": _Text("file or folder to write (default: DIR/handover/)",
                     "tệp hoặc thư mục để ghi (mặc định: DIR/handover/)"),
    "desk.folder": _Text("number of the hồ sơ to be packed (form sip)", "số hồ sơ cần đóng gói (dạng sip)"),
    "desk.verified": _Text("verified documents only", "chỉ văn bản đã kiểm tra"),
    "desk.workbook": _Text("workbook of `sohoa export DIR xlsx`, corrected",
                           "bảng tính của `sohoa export DIR xlsx` đã sửa"),
    "desk.who": _Text("whose corrections these are (default: the login name)",
                      "người sửa (mặc định: tên đăng nhập)"),
    "desk.dry_run": _Text("report the differences, change nothing", "chỉ báo khác biệt, không ghi"),
    "desk.document": _Text("name of the document in DIR", "tên văn bản trong DIR"),
    "desk.who_releases": _Text("who releases it (default: the login name)", "người giải tỏa (mặc định: tên đăng nhập)"),
    "desk.note": _Text("by whose order, for which reason", "căn cứ, lý do"),
    "desk.hold": _Text(
        "the reverse: hold a document whose mark was not read",
        "ngược lại: giữ lại văn bản có dấu mật chưa đọc được"),
    "desk.issuer": _Text("part of the issuer's name, marks may be left out",
                         "một phần tên cơ quan ban hành, có thể bỏ dấu"),
    "desk.level": _Text("level of the issuer", "cấp của cơ quan ban hành"),
    "desk.year": _Text("year of the plan, or the first of several", "năm kế hoạch, hoặc năm đầu của khoảng"),
    "desk.year_to": _Text("the last year", "năm cuối của khoảng"),
    "desk.type": _Text("type of document: KH, or Kế hoạch", "loại văn bản: KH, hoặc Kế hoạch"),
    "desk.indicator": _Text("part of the name of a target indicator", "một phần tên chỉ tiêu"),
    "desk.shelf": _Text(
        "table that gives each file its box, folder and sheets",
        "bảng cho biết hộp, hồ sơ, tờ của từng tệp"),
    "desk.layout": _Text(
        "take box and folder from the folders of the scans: box/folder/document",
        "lấy hộp và hồ sơ theo thư mục bản quét: hộp/hồ sơ/tài liệu"),
    "desk.agency": _Text("file with codes and name of the archive", "tệp ghi mã và tên cơ quan lưu trữ"),
    "desk.indexing": _Text("Indexing", "Đang lập chỉ mục"),
    "desk.gathering": _Text("Gathering", "Đang tập hợp"),
    "desk.taking": _Text("Taking over", "Đang ghi sửa đổi"),
    "desk.none": _Text("No documents.", "Không có văn bản nào."),
    "desk.found": _Text("{count:page|pages}", "{count} trang"),
    "desk.found_loose": _Text("{count:page|pages} (marks disregarded)", "{count} trang (không kể dấu)"),
    "desk.left_held": _Text("held, left out: {name}", "giữ lại vì độ mật, không xuất: {name}"),
    "desk.left_unread": _Text("cannot be read, left out: {name}", "không đọc được, không xuất: {name}"),
    "desk.findings": _Text("{count:finding|findings}: see Kiem_tra", "{count} điểm cần xem: ở Kiem_tra"),
    "desk.unmatched": _Text("{count:file|files} of the CSV not among the results: {names}",
                            "{count} tệp trong CSV không có trong kết quả: {names}"),
    "desk.now": _Text(" (now “{value}”)", " (hiện nay “{value}”)"),
    "desk.differences": _Text("{count:difference|differences}, {changed:document|documents} changed",
                              "{count} khác biệt, đã sửa {changed} văn bản"),
    "desk.not_held": _Text("{name}: is not held; nothing was changed", "{name}: không bị giữ; chưa có gì thay đổi"),
    "desk.learned_nothing": _Text(
        "Nothing to learn from yet: declare documents verified at the desk (`sohoa review {out}`, key v), "
        "or correct words.",
        "Chưa có gì để học: hãy xác nhận văn bản đã kiểm tra ở bàn lưu trữ (`sohoa review {out}`, phím v) "
        "hoặc sửa từ."),
    "desk.learned": _Text(
        "{references:reference|references}, {words:corrected word|corrected words}, {cases:test case|test cases} in "
        "{folder}. "
        "Use them with `sohoa run --reference FILE`.",
        "{references} văn bản tham chiếu, {words} từ đã sửa, {cases} mẫu kiểm thử trong {folder}. "
        "Dùng với `sohoa run --reference TỆP`."),
    "desk.now_held": _Text("{name}: held by {who}", "{name}: {who} đã giữ lại"),
    "desk.now_released": _Text("{name}: released by {who}", "{name}: {who} đã giải tỏa"),
    "difference.changed": _Text("changed", "sửa"),
    "difference.added": _Text("added", "thêm"),
    "difference.already": _Text("already", "đã có"),
    "difference.conflict": _Text("conflict", "xung đột"),
    "difference.refused": _Text("refused", "từ chối"),
    "difference.unknown": _Text("unknown", "không rõ"),
    "difference.missing": _Text("missing", "thiếu"),
    "error.head": _Text("Error", "Lỗi"),
    **{f"form.{name}": _Text(english, vietnamese) for name, (vietnamese, english) in FORM_NAMES.items()},
}


def say(key: str, language: Language, **values: object) -> str:
    """The message `key` with its places filled. Raises KeyError for an unknown key or a missing value.

    >>> say("run.plan", "en", files=1, pages=20, minutes="0.5", jobs=2)
    '1 file, 20 pages to read; about 0.5 min with 2 jobs.'
    """
    text = _TEXTS[key]
    return _COUNTING.format(text.vi if language == "vi" else text.en, **values)


class _Counting(string.Formatter):
    """Places "{count:file|files}": the count, and the noun for one or for another number."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, several = format_spec.partition("|")
        return f"{value} {one if str(value) == '1' else several}" if bar else str(format(value, format_spec))


_COUNTING = _Counting()


def number(value: float, language: Language) -> str:
    """A figure with one decimal as the language writes it.

    >>> number(1.25, "en"), number(62.7, "vi")
    ('1.2', '62,7')
    """
    told = f"{value:.1f}"
    return told.replace(".", ",") if language == "vi" else told


def describe(error: SohoaError, language: Language) -> str:
    """An error as one line: subject, what is wrong, cure. In Vietnamese the particulars stand in parentheses."""
    head = f"{error.subject}: " if error.subject else ""
    told = faults.in_words(error.code, error.what, error.cure, language, vietnamese)
    return f"{head}{' '.join(told)}".strip()


def language_from(value: str | None, environment: dict[str, str]) -> Language:
    """`--lang` if given, else the locale of the environment, else English.

    >>> language_from(None, {"LANG": "vi_VN.UTF-8"})
    'vi'
    """
    if value in ("en", "vi"):
        return value  # type: ignore[return-value]
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "vi" if environment[name].lower().startswith("vi") else "en"
    return "en"
