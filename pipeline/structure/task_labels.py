"""Labels of lines under a task that say who sees to it and when, not what: "Đơn vị chủ trì:", "Thời gian thực hiện:".

Keys are `fuzzy.aligned` text. Each reader has its own breadth: what opens a paragraph is told by the surest labels
alone, since a wrong break costs a sentence; what is no task is told by all of them.
"""

from __future__ import annotations

import re

_WHO = "co quan|don vi"
_WHEN = "thoi (?:gian|han)"
_PACE = "tien do"
_MEANS = "kinh phi|dia diem|san pham"

# "Đơn vị chủ trì: ...", "Thời gian thực hiện: ...": a paragraph of its own wherever the line before ends
OPENS_LINE = re.compile(
    rf"(?:(?:{_WHO}) (?:chu tri|phoi hop|thuc hien|tham muu)|{_WHEN} (?:thuc hien|hoan thanh))[^:]{{0,25}}:"
)
# "- Tiến độ: ...": the term of what stands above it
TERM_LINE = re.compile(rf"(?:{_WHEN}|{_PACE})\b[^:]{{0,40}}:")
# "- Thời gian: 01 ngày, dự kiến ngày 12/5/2017.", "- Thời gian, địa điểm: Khai mạc 7h30’ ngày 20/5/2017 tại ..."
HELD_LINE = re.compile(r"(?P<term>thoi (?:gian|diem))(?:(?:,| va) dia diem)?(?: (?:to chuc|thuc hien|du kien))*\s*:")
# "- Cơ quan chủ trì: ...", "Thời điểm: ...", "Nguồn vốn: ...": no line that says what is due
LABEL = re.compile(rf"(?:{_WHO}|thoi|{_PACE}|nguon|noi dung|{_MEANS})\b[^:]{{0,40}}:")
# "- Thời gian thực hiện: Tháng 6/2023." says when, its heading says what
TERM_ALONE = re.compile(
    rf"(?:(?:{_WHEN}|thoi diem|{_PACE}|han|ngay)"
    r"(?: (?:thuc hien|hoan thanh|trien khai|to chuc|ban hanh|trinh))?"
    r"(?:\W+(?:du kien |khoang )?\d{1,3}(?:/\d)? (?:ngay|buoi|tuan|tiet))?)?"  # "Thời gian: 01 ngày, trong ..."
)
# "- Bộ phận chịu trách nhiệm thực hiện: Sở Y tế", "Kết quả đạt được: ...": what it says of the task above is no task;
# "Bộ phận Tổ chức: lập danh sách ..." names an office and its task
LABELLED = re.compile(
    rf"(?:{_WHO}|bo phan(?! to chuc\s*:)|{_WHEN}|{_PACE}|nguon kinh phi|{_MEANS}|ket qua)"
    r"(?: (?:chu tri|phoi hop|thuc hien|chiu trach nhiem|tham muu|hoan thanh|to chuc|dau ra|trien khai|dat duoc)){0,3}"
    r"\s*:"
)
LABEL_END = 60  # signs in which such a label ends
