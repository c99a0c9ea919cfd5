"""What the warnings of a record say, in the language of the person who reads them: at the desk, in the HTML export.

The record's own messages are short English notes, made where the doubt arose. Here each kind of note has its
Vietnamese wording; what was read stays as it is. A note that no row knows is shown as it stands, after the sentence
of its code, so that nothing is hidden because nobody translated it.
"""

from __future__ import annotations

import re

from pipeline import faults, notes
from pipeline.faults import Language

# code of the contract: (Vietnamese, English), what it is called
NAMES: dict[str, tuple[str, str]] = {
    "numbering_gap": ("Đánh số thiếu", "Gap in the numbering"),
    "numbering_duplicate": ("Đánh số trùng", "Number used twice"),
    "missing_component": ("Thiếu thành phần thể thức", "Component missing"),
    "page_artifact": ("Số trang lẫn trong văn bản", "Page number in the text"),
    "low_confidence": ("Độ tin cậy thấp", "Low confidence"),
    "ocr_page_failed": ("Trang không đọc được", "Page could not be read"),
    "text_layer_rejected": ("Lớp chữ có sẵn bị loại", "Text layer not believed"),
    "value_unreadable": ("Giá trị không đọc được", "Value unreadable"),
}
# ... and what to do about it
CODES: dict[str, tuple[str, str]] = {
    "numbering_gap": ("Đánh số thiếu: có thể sót một mục, hãy xem bản quét",
                      "Gap in the numbering: a section may be lost, look at the scan"),
    "numbering_duplicate": ("Đánh số trùng: có thể đọc nhầm số mục, hoặc giấy ghi như vậy",
                            "Number used twice: it may be misread, or the paper has it so"),
    "missing_component": ("Thiếu thành phần thể thức mà Nghị định 30/2020/NĐ-CP yêu cầu",
                          "A component that Nghị định 30/2020/NĐ-CP requires is missing"),
    "page_artifact": ("Số trang hoặc đầu trang lẫn trong văn bản, đã được tách ra",
                      "A page number or running head stood in the text and was taken out"),
    "low_confidence": ("Không chắc chắn: hãy so với bản quét", "Not sure: compare with the scan"),
    "ocr_page_failed": ("Trang không đọc được: hãy xem lại, quét lại nếu mờ",
                        "The page could not be read: look at it, scan it again if it is faint"),
    "text_layer_rejected": ("Lớp chữ có sẵn trong tệp bị loại, đã đọc lại từ ảnh",
                            "The text stored in the file was not believed; the image was read instead"),
    "value_unreadable": ("Giá trị không đọc được, để trống: hãy nhập theo bản quét",
                         "The value could not be read and is blank: enter it from the scan"),
}

_COMPONENTS = {"signature": "chữ ký", "recipients": "nơi nhận", "number": "số, ký hiệu", "date": "ngày tháng",
               "title": "trích yếu", "type": "tên loại", "issuer": "cơ quan ban hành"}

# Notes as the stages write them, and their Vietnamese; `{0}`, `{1}` are what the pattern caught.
_NOTES: tuple[tuple[str, str], ...] = (
    (r"section (.+) is followed by (.+)", "sau mục {0} là mục {1}"),
    (r"item (.+) of section (.+) is followed by (.+)", "ở mục {1}, sau {0} là {2}"),
    (r"the list begins with (.+)", "danh sách bắt đầu từ {0}"),
    (r"section (.+) stands twice", "mục {0} xuất hiện hai lần"),
    (r"section (.+) has two children numbered (.+)", "mục {0} có hai mục con cùng số {1}"),
    (r"two sections are numbered (.+)", "hai mục cùng mang số {0}"),
    (r"(signature|recipients|number|date|title|type|issuer) is missing", "thiếu {0}"),
    (r"page number (.+) stood between two lines", "số trang {0} nằm giữa hai dòng"),
    (r"page number (.+) stood inside a sentence", "số trang {0} nằm trong câu"),
    (r"symbol read as (.+), taken for (.+)", "ký hiệu đọc thành {0}, hiểu là {1}"),
    (r"place read as (.+), taken for (.+), of which the issuer is",
     "địa danh đọc thành {0}, hiểu là {1} như của cơ quan ban hành"),
    (r"province read as (.+), taken for (.+)", "tên tỉnh đọc thành {0}, hiểu là {1}"),
    (r"the file is damaged and was repaired; pages at its end may be missing",
     "tệp bị hỏng và đã được sửa; có thể thiếu trang cuối"),
    (r"the file holds (\d+) documents, this is the record of the first \(--split gives each its own\)",
     "tệp có {0} văn bản, đây là hồ sơ của văn bản đầu tiên (--split cho mỗi văn bản một hồ sơ riêng)"),
    (r"there is next to no text to read", "hầu như không có chữ để đọc"),
    (r"the text came without line breaks: its lines were told", "văn bản không xuống dòng: các dòng do máy tự tách"),
    (r"the columns of a table cannot be told: (\d+) rows were left whole",
     "không rõ các cột của một bảng: {0} dòng để nguyên"),
    (r"planned for (.+) but dated (.+)", "kế hoạch năm {0} nhưng ngày ban hành {1}"),
    (r"number (.+) and date (.+) are of different years", "số {0} và ngày {1} khác năm"),
    (r"(.+) is dated (.+), after this document \((.+)\)", "{0} ghi ngày {1}, sau ngày của văn bản này ({2})"),
    (r"the column adds up to (.+), the total says (.+)", "cột cộng lại được {0}, dòng tổng ghi {1}"),
    (r"the theme is quoted in two wordings", "chủ đề được trích hai cách khác nhau"),
    (r"(/\S+) is unsure: (.*)", "{0} không chắc chắn: {1}"),
    (r"The text stored in the file is not believable \((\d+)% of its words are Vietnamese syllables\); "
     r"the page image was read instead\.",
     "chữ lưu trong tệp không đáng tin ({0}% là âm tiết tiếng Việt); đã đọc lại từ ảnh của trang"),
    (r"The text stored in the file is not believable \((.+)\); the page image was read instead\.",
     "chữ lưu trong tệp không đáng tin; đã đọc lại từ ảnh của trang"),
    (r"The text stored in the file was kept; (\d+)% of its words are Vietnamese syllables\.",
     "giữ chữ lưu trong tệp; {0}% là âm tiết tiếng Việt"),
    (r"The text was kept in the old code (.+) and has lost the letter (.+) on the way\.",
     "văn bản lưu bằng mã cũ {0} và đã mất chữ {1}"),
    (r"The page is very large \((.+) x (.+) points\) and was drawn at (.+) dots per inch only\.",
     "trang rất lớn ({0} x {1} pt) nên chỉ vẽ ở độ phân giải {2} dpi"),
)

# What a note with a head ("number: ...; ...") says of the part of the document that it names.
_HEADS = {"number": "số văn bản", "date": "ngày tháng", "signature": "chữ ký", "cited": "văn bản viện dẫn",
          "target": "chỉ tiêu"}
_DOUBTS: tuple[tuple[str, str], ...] = (
    (r"number read as (.+)", "số đọc thành {0}"),
    (r"symbol read as (.+)", "ký hiệu đọc thành {0}"),
    (r"number printed as (.+)", "số ghi là {0}"),
    (r"the word Số is missing", "không thấy chữ Số"),
    (r"no stroke before the symbol", "không thấy dấu gạch trước ký hiệu"),
    (r"no hyphen after the number", "không thấy dấu gạch sau số"),
    (r"no hyphen in the symbol", "ký hiệu thiếu dấu gạch nối"),
    (r"no body in the symbol", "ký hiệu không có tên cơ quan"),
    (r"stroke read as (.+)", "dấu gạch chéo đọc thành {0}"),
    (r"hyphen read as (.+)", "dấu gạch nối đọc thành {0}"),
    (r"stroke after the type in a state symbol", "dấu gạch chéo sau tên loại trong ký hiệu của cơ quan nhà nước"),
    (r"unknown body code (.+)", "không rõ cơ quan viết tắt là {0}"),
    (r"unknown type or body (.+)", "không rõ loại văn bản hoặc cơ quan viết tắt là {0}"),
    (r"no day (.+) in (.+)", "{1} không có ngày {0}"),
    (r"no month (.+)", "không có tháng {0}"),
    (r"(day|month|year) read as (.+)", "{0} đọc thành {1}"),
    (r"(day|month|year) printed with a space", "{0} ghi có khoảng trống"),
    (r"day without a month", "có ngày mà không có tháng"),
    (r"year of two digits", "năm chỉ ghi hai chữ số"),
    (r"quarter read as (.+)", "quý đọc thành {0}"),
    (r"later than the date it leads to", "muộn hơn ngày kết thúc"),
    (r"also dated (.+)", "chỗ khác ghi ngày {0}"),
    (r"type taken from the symbol", "tên loại lấy theo ký hiệu"),
    (r"no name", "không có tên người ký"),
    (r"unusual name", "tên người ký khác thường"),
    (r"(\d+) signers; number (\d+) is in the record", "{0} người ký; bản ghi lấy người thứ {1}"),
    (r"title read as (.+), who does not sign for himself", "chức vụ đọc thành {0}, không thể ký thay chính mình"),
    (r"title read as (.+), its first word not readable", "chức vụ đọc thành {0}, không đọc được chữ đầu"),
    (r"power read as (.+), its first word not readable", "quyền hạn ký đọc thành {0}, không đọc được chữ đầu"),
    (r"name read as (.+), its beginning not readable", "họ tên đọc thành {0}, không đọc được phần đầu"),
    (r"name read as (.+); names of two syllables are few, the first may lie under a seal",
     "họ tên đọc thành {0}; ít người có tên hai tiếng, chữ đầu có thể nằm dưới dấu"),
    (r"a name without a readable position over it", "có tên nhưng không đọc được chức vụ ở trên"),
    (r"closing mark read as (.*)", "dấu sau số đọc thành {0}"),
    (r"parentheses read as (.+)", "dấu ngoặc đọc thành {0}"),
    (r"bullet read from an unusual sign", "dấu đầu dòng lạ"),
    (r"read as (.+), number (\d+) of (\d+)", "đọc thành {0}, là mục thứ {1} trong {2} mục"),
    (r"read as (.+), between (.+) and (.+)", "đọc thành {0}, đứng giữa {1} và {2}"),
    (r"read as (.+), after (.+)", "đọc thành {0}, đứng sau {1}"),
    (r"read as (.+), before (.+)", "đọc thành {0}, đứng trước {1}"),
    (r"read as (.+) too", "cũng đọc thành {0}"),
    (r"read as (.+)", "đọc thành {0}"),
)
# Scalars of the record by pointer, in the order of the paper: (Vietnamese, English).
FIELDS: dict[str, tuple[str, str]] = {
    "/issuer/name": ("Cơ quan ban hành", "Issuer"), "/issuer/level": ("Cấp", "Level"),
    "/issuer/parent": ("Cơ quan cấp trên", "Body above"), "/issuer/province": ("Tỉnh", "Province"),
    "/issuer/district": ("Huyện", "District"), "/issuer/commune": ("Xã", "Commune"),
    "/number/number": ("Số", "Number"), "/number/symbol": ("Ký hiệu", "Symbol"),
    "/issued/place": ("Địa danh", "Place"), "/issued/date": ("Ngày ban hành", "Date"),
    "/document_type/name": ("Tên loại", "Type"), "/document_type/code": ("Mã loại", "Type code"),
    "/title": ("Trích yếu", "Title"), "/year": ("Năm kế hoạch", "Year planned for"), "/theme": ("Chủ đề", "Theme"),
    "/archive": ("Lưu", "Archive copy"), "/signature/authority": ("Quyền hạn ký", "Signing authority"),
    "/signature/title": ("Chức vụ", "Position"), "/signature/name": ("Người ký", "Signer"),
}
_WORDS = {**_COMPONENTS, **{pointer: told for pointer, (told, _) in FIELDS.items()},
          "day": "ngày", "month": "tháng", "year": "năm"}

Rows = tuple[tuple[re.Pattern[str], str], ...]


def _compiled(rows: tuple[tuple[str, str], ...]) -> Rows:
    return tuple((re.compile(pattern, re.DOTALL), told) for pattern, told in rows)


_NOTE_ROWS, _DOUBT_ROWS = _compiled(_NOTES), _compiled(_DOUBTS)


def note(message: str, language: Language) -> str:
    """A note of the record in the language asked for; what has no wording there stands as it is.

    >>> note("section II is followed by IV", "vi")
    'sau mục II là mục IV'
    >>> note("number: number read as 1o; unknown body code BVQH", "vi")
    'số văn bản: số đọc thành 1o; không rõ cơ quan viết tắt là BVQH'
    """
    if language == "en":
        return message
    headed = notes.parted(message)
    if headed is None:
        return _worded(message, _NOTE_ROWS) or faults.vietnamese(message) or message  # why a page failed is an error's
    head, doubts = headed
    told = "; ".join(_worded(doubt, _DOUBT_ROWS) or doubt for doubt in doubts)
    return f"{_HEADS.get(head) or head.replace('label', 'mục', 1)}: {told}"


def _worded(told: str, rows: Rows) -> str | None:
    for pattern, words in rows:
        match = pattern.fullmatch(told)
        if match:
            return words.format(*(_WORDS.get(caught, caught) for caught in match.groups()))
    return None


def sentence(code: str, language: Language) -> str:
    """What a code means and what to do about it; the code itself where it is not one of the contract's."""
    vietnamese, english = CODES.get(code, (code, code))
    return english if language == "en" else vietnamese
