"""What the warnings of a record say, in the language of the person who reads them.

The record's own messages are short English notes, made where the doubt arose. Here each kind of note has its
Vietnamese wording; what was read stays as it is. A note that no row knows is shown as it stands, after the sentence
of its code, so that nothing is hidden because nobody translated it.
"""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["vi", "en"]

# code of the contract: (Vietnamese, English), what it is and what to do about it
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
    (r"label (.+): closing mark read as (.*)", "mục {0}: dấu sau số đọc thành {1}"),
    (r"label (.+): read as (.+), between (.+) and (.+)", "mục {0}: đọc thành {1}, đứng giữa {2} và {3}"),
    (r"label (.+): read as (.+)", "mục {0}: đọc thành {1}"),
    (r"symbol read as (.+), taken for (.+)", "ký hiệu đọc thành {0}, hiểu là {1}"),
    (r"the file is damaged and was repaired; pages at its end may be missing",
     "tệp bị hỏng và đã được sửa; có thể thiếu trang cuối"),
    (r"there is next to no text to read", "hầu như không có chữ để đọc"),
    (r"signature: no name", "chữ ký: không có tên người ký"),
    (r"signature: (\d+) signers; the first is in the record", "chữ ký: {0} người ký; bản ghi lấy người thứ nhất"),
    (r"signature: title read as (.+), who does not sign for himself",
     "chữ ký: chức vụ đọc thành {0}, không thể ký thay chính mình"),
    (r"signature: title read as (.+), its first word not readable",
     "chữ ký: chức vụ đọc thành {0}, không đọc được chữ đầu"),
    (r"signature: name read as (.+), its beginning not readable",
     "chữ ký: họ tên đọc thành {0}, không đọc được phần đầu"),
    (r"signature: name read as (.+); names of two syllables are few, the first may lie under a seal",
     "chữ ký: họ tên đọc thành {0}; ít người có tên hai tiếng, chữ đầu có thể nằm dưới dấu"),
    (r"signature: a name without a readable position over it", "chữ ký: có tên nhưng không đọc được chức vụ ở trên"),
    (r"number: no stroke before the symbol", "số văn bản: không thấy dấu gạch trước ký hiệu"),
    (r"planned for (.+) but dated (.+)", "kế hoạch năm {0} nhưng ngày ban hành {1}"),
    (r"number (.+) and date (.+) are of different years", "số {0} và ngày {1} khác năm"),
    (r"/(\S+) is unsure: (.*)", "trường {0} không chắc chắn: {1}"),
    (r"number: number read as (.+)", "số văn bản đọc thành {0}"),
    (r"date: no day (.+) in (.+)", "ngày tháng: {1} không có ngày {0}"),
    (r"date: day read as (.+); month read as (.+)", "ngày tháng: ngày đọc thành {0}; tháng đọc thành {1}"),
    (r"date: day read as (.+)", "ngày tháng: ngày đọc thành {0}"),
    (r"date: month read as (.+)", "ngày tháng: tháng đọc thành {0}"),
    (r"The text stored in the file is not believable \((\d+)% of its words are Vietnamese syllables\); "
     r"the page image was read instead\.",
     "chữ lưu trong tệp không đáng tin ({0}% là âm tiết tiếng Việt); đã đọc lại từ ảnh của trang"),
)
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), told) for pattern, told in _NOTES)


def note(message: str, language: Language) -> str:
    """A note of the record in the language asked for; the note itself where it has no wording there.

    >>> note("section II is followed by IV", "vi")
    'sau mục II là mục IV'
    """
    if language == "en":
        return message
    for pattern, told in _PATTERNS:
        match = pattern.fullmatch(message)
        if match:
            return told.format(*(_COMPONENTS.get(caught, caught) for caught in match.groups()))
    return message


def sentence(code: str, language: Language) -> str:
    """What a code means and what to do about it; the code itself where it is not one of the contract's."""
    vietnamese, english = CODES.get(code, (code, code))
    return english if language == "en" else vietnamese
