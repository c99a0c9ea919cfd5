"""The words of the desk, Vietnamese and English side by side, so that a missing one is seen here.

What stands behind a count has two forms where the language has them: "page|pages" (`counted`).
"""

from __future__ import annotations

from pipeline.desk.form_names import FORM_NAMES
from pipeline.faults import Language
from pipeline.plan import printed_date
from pipeline.writers import advice

# key: (Vietnamese, English)
TEXTS: dict[str, tuple[str, str]] = {
    "app": ("Sohoa – bàn lưu trữ", "Sohoa – the archivist's desk"),
    "queue": ("Hàng chờ", "Queue"),
    "search": ("Tìm kiếm", "Search"),
    "compare": ("So sánh", "Compare"),
    "handover": ("Giao nộp", "Hand over"),
    "help": ("Phím tắt", "Keys"),
    "who": ("Người kiểm tra", "Your name"),
    "who_hint": ("Tên của bạn được ghi cùng mỗi sửa đổi.", "Your name is kept with every change."),
    "all": ("Tất cả", "All"),
    "open": ("Chờ kiểm tra", "To check"),
    "verified": ("Đã kiểm tra", "Verified"),
    "held": ("Giữ lại (mật)", "Held (secret)"),
    "failed": ("Không đọc được", "Failed"),
    "state": ("Tình trạng", "State"),
    "issuer": ("Cơ quan ban hành", "Issuer"),
    "level": ("Cấp", "Level"),
    "year": ("Năm", "Year"),
    "type": ("Loại", "Type"),
    "indicator": ("Chỉ tiêu", "Indicator"),
    "warning": ("Cảnh báo", "Warning"),
    "order": ("Sắp xếp", "Order"),
    "order_attention": ("cần xem trước", "needs attention"),
    "order_name": ("tên tệp", "file name"),
    "order_year": ("năm", "year"),
    "order_issuer": ("cơ quan", "issuer"),
    "filter": ("Lọc", "Filter"),
    "clear": ("Bỏ lọc", "Clear"),
    "document": ("Văn bản", "Document"),
    "documents": ("văn bản", "document|documents"),
    "pages": ("trang", "page|pages"),
    "failed_pages": ("trang hỏng", "failed page|failed pages"),
    "doubtful_fields": ("trường nghi ngờ", "doubtful field|doubtful fields"),
    "doubtful_words": ("từ nghi ngờ", "doubtful word|doubtful words"),
    "nothing": ("Không có văn bản nào.", "No documents."),
    "next": ("Sau", "Next"),
    "previous": ("Trước", "Previous"),
    "record": ("Bản ghi", "Record"),
    "text": ("Văn bản", "Text"),
    "history": ("Lịch sử", "History"),
    "shelf": ("Kho, hồ sơ", "Shelf"),
    "doubts": ("Nghi ngờ", "Doubts"),
    "doubts_left": ("còn {} chỗ nghi ngờ", "Doubts left: {}"),
    "no_doubts": ("Không còn chỗ nghi ngờ.", "No doubts left."),
    "accept": ("Đúng (Enter)", "Accept (Enter)"),
    "save": ("Ghi", "Save"),
    "undo": ("Hoàn tác (u)", "Undo (u)"),
    "next_doubt": ("Chỗ sau (n)", "Next doubt (n)"),
    "previous_doubt": ("Chỗ trước (p)", "Previous doubt (p)"),
    "raw": ("máy đọc", "as recognised"),
    "seen": ("đọc là", "read as"),
    "confidence": ("độ tin cậy", "confidence"),
    "alternatives": ("Khả năng khác", "Alternatives"),
    "value": ("Giá trị", "Value"),
    "empty": ("(trống)", "(blank)"),
    "add_row": ("Thêm dòng", "Add a row"),
    "remove_row": ("Bỏ dòng", "Take out"),
    "verify": ("Đã kiểm tra (v)", "Mark as verified (v)"),
    "unverify": ("Mở lại để kiểm tra", "Open again"),
    "verified_by": ("{} kiểm tra lúc {}", "Verified by {} at {}"),
    "hold": ("Giữ lại (mật)", "Hold as secret"),
    "release": ("Giải tỏa", "Release"),
    "release_note": ("Lý do, căn cứ giải tỏa", "Reason for the release"),
    "held_title": ("Văn bản được giữ lại: {}", "This document is held: {}"),
    "held_text": (
        "Trên trang {} có dấu chỉ độ mật. Nội dung không được tìm, không được xuất, đến khi có người giải tỏa.",
        "Page {} carries a mark of secrecy. Its text is not searched or exported until a person releases it."),
    "zoom_in": ("Phóng to (+)", "Zoom in (+)"),
    "zoom_out": ("Thu nhỏ (-)", "Zoom out (-)"),
    "fit": ("Vừa khung (0)", "Fit (0)"),
    "rotate": ("Xoay (r)", "Turn (r)"),
    "page": ("Trang", "Page"),
    "released": ("Giải tỏa", "Released"),
    "act_add": ("thêm", "added"),
    "act_remove": ("bỏ", "taken out"),
    "act_undo": ("hoàn tác", "undone"),
    "page_failed": ("Trang này không đọc được.", "This page could not be read."),
    "no_scan": ("Không có ảnh của trang này.", "There is no image of this page."),
    "as_read": ("Chữ của tệp, như trước khi khôi phục:", "The text of the file, as it was before it was restored:"),
    # kinds of sections
    "kind_purpose": ("mục đích", "purpose"), "kind_requirements": ("yêu cầu", "requirements"),
    "kind_purpose_requirements": ("mục đích, yêu cầu", "purpose and requirements"),
    "kind_situation": ("tình hình", "situation"), "kind_content": ("nội dung", "content"),
    "kind_targets": ("chỉ tiêu", "targets"), "kind_tasks": ("nhiệm vụ, giải pháp", "tasks"),
    "kind_organisation": ("tổ chức thực hiện", "organisation"), "kind_funding": ("kinh phí", "funding"),
    "kind_timeline": ("thời gian, tiến độ", "timeline"), "kind_rewards": ("khen thưởng", "rewards"),
    "kind_appendix": ("phụ lục", "appendix"),
    "saved": ("Đã ghi.", "Saved."),
    "record_follows": ("Đã ghi. Bản ghi đang được lập lại…", "Saved. The record is being made anew…"),
    "record_made": ("Bản ghi đã được lập lại.", "The record has been made anew."),
    "refused": ("Không ghi được: ", "Not saved: "),
    "need_name": ("Hãy ghi tên của bạn trước.", "Enter your name first."),
    "query": ("Từ cần tìm, có dấu hoặc không dấu", "Words, with or without marks"),
    "found_many": ("hơn {} trang", "more than {} pages"),
    "loose": ("Không có đúng dấu như vậy; đây là kết quả không kể dấu.",
              "Nothing with exactly these marks; marks are disregarded here."),
    "compare_hint": ("Chọn cơ quan, cấp, năm hoặc chỉ tiêu để đặt các kế hoạch cạnh nhau.",
                     "Choose an issuer, level, years or an indicator to set plans side by side."),
    "from_year": ("Từ năm", "From"),
    "to_year": ("đến năm", "to"),
    "unit": ("Đơn vị", "Unit"),
    "export": ("Xuất", "Export"),
    "export_hint": ("Văn bản đang giữ lại vì độ mật không có trong các tệp này.",
                    "Documents held for secrecy are not in these files."),
    "import": ("Nhập bảng tính đã sửa", "Bring back a corrected workbook"),
    "import_check": ("Xem khác biệt", "Show differences"),
    "import_apply": ("Ghi các sửa đổi", "Take the changes over"),
    "differences": ("{} chỗ khác", "Differences: {}"),
    "changed": ("sửa", "changed"),
    "refused_value": ("từ chối", "refused"),
    "conflict": ("xung đột", "conflict"),
    "already": ("đã có", "already so"),
    "unknown": ("không rõ", "unknown"),
    "missing": ("thiếu dòng", "row missing"),
    "added": ("thêm", "added"),
    "exported": ("Khi xuất", "Exported"),
    "now": ("Hiện nay", "Now"),
    "edited": ("Trong bảng tính", "In the workbook"),
    "kind": ("Kết quả", "Outcome"),
    "file": ("Tệp", "File"),
    "field": ("Trường", "Field"),
    "files": ("Tệp của văn bản", "Files of this document"),
    "trouble": ("Sự cố", "Trouble"),
    "lang": ("English", "Tiếng Việt"),
    # key or keys = what they do, one a line
    "keys": (
        "j k = văn bản sau, trước (trong danh sách đang mở)\nEnter = mở văn bản; trong văn bản: đúng như vậy\n"
        "n p = chỗ nghi ngờ sau, trước\n1 … 9 = chọn khả năng khác\ne = sửa\nu = hoàn tác\n"
        "v = đã kiểm tra (rồi Enter: văn bản sau)\n+ - 0 = phóng to, thu nhỏ, vừa khung\nr = xoay trang\n"
        "[ ] = trang trước, sau\n/ = tìm kiếm\nEsc = thoát ô nhập; về danh sách\n? = bảng phím này",
        "j k = next, previous document (of the list it was opened from)\nEnter = open; in a document: it is right\n"
        "n p = next, previous doubt\n1 … 9 = take another reading\ne = edit\nu = undo\n"
        "v = verified (then Enter: next document)\n+ - 0 = zoom in, out, fit\nr = turn the page\n"
        "[ ] = previous, next page\n/ = search\nEsc = leave the field; back to the list\n? = this table"),
    "help_hint": ("Phím ?: mọi phím tắt", "Key ?: all shortcuts"),
    "close": ("Đóng", "Close"),
    "nothing_yet": ("Chưa có văn bản nào. Chạy `sohoa run THƯ_MỤC_QUÉT --out DIR` trước.",
                    "No documents yet. Run `sohoa run SCANS --out DIR` first."),
    "run_working": ("Một lần chạy đang làm việc trong thư mục này: danh sách được cập nhật mỗi 15 giây.",
                    "A run is working in this folder: the list is brought up to date every 15 seconds."),
    "next_document": ("Văn bản sau (j)", "Next document (j)"),
    "previous_document": ("Văn bản trước (k)", "Previous document (k)"),
    "accept_all": ("✓ đúng cả {} chỗ", "✓ accept all {}"),
    "accept_all_words": ("✓ đúng cả {} từ nghi ngờ của trang", "✓ accept all {} doubtful words of the page"),
    "verified_next": ("Đã kiểm tra. Enter: văn bản sau.", "Verified. Enter: next document."),
    "refreshed": ("Văn bản vừa được người khác hoặc một lần chạy sửa; đây là nội dung hiện nay.",
                  "Somebody else, or a run, has changed the document; this is what it holds now."),
    "reread": ("Máy nay đọc khác, giá trị của người sửa được giữ", "Read otherwise now; the person's value stands"),
    "reads_now": ("nay đọc", "reads now"),
    "homeless": ("Sửa đổi không còn chỗ trên bản đọc mới", "Corrections whose place is not found any more"),
    "indexing": ("Đang cập nhật danh mục…", "Bringing the list up to date…"),
    "column_text": ("Nguyên văn", "As printed"),
    # why a request is not answered (`guard.py`)
    "not_this_machine": ("Bàn lưu trữ chỉ trả lời trên máy này.", "This desk answers on this machine only."),
    "not_done_here": ("Việc này không làm ở đây.", "This is not done here."),
    "no_length": ("Yêu cầu không ghi độ dài.", "The request has no length."),
    "another_site": ("Yêu cầu đến từ trang khác.", "The request comes from another site."),
    "token_wanted": ("Cần địa chỉ có từ khóa mà `sohoa review` đã in ra.",
                     "The address needs the token that `sohoa review` printed."),
    "earlier_start": ("Bàn lưu trữ đã được mở lại từ khi tải trang này. Hãy tải lại trang.",
                      "The page is from an earlier start of the desk. Load it again."),
    "too_much": ("Yêu cầu quá lớn.", "The request is too large."),
    **advice.NAMES,
    # levels and lists
    "central": ("trung ương", "central"), "province": ("tỉnh", "province"), "district": ("huyện", "district"),
    "commune": ("xã", "commune"), "other": ("khác", "other"),
    "targets": ("Chỉ tiêu", "Targets"), "periods": ("Giai đoạn", "Periods"), "deadlines": ("Thời hạn", "Deadlines"),
    "assignments": ("Phân công", "Assignments"), "recipients": ("Nơi nhận", "Recipients"),
    "legal_basis": ("Căn cứ", "Legal basis"), "sections": ("Đề mục", "Sections"),
    # fields
    **advice.FIELDS,
    "label": ("Số", "Label"), "comparator": ("So sánh", "Comparator"), "value_to": ("đến", "to"),
    "name": ("Tên", "Name"), "start": ("Từ", "From"), "end": ("Đến", "To"), "date": ("Ngày", "Date"),
    "action": ("Việc", "Action"), "actor": ("Đơn vị", "Actor"), "task": ("Nhiệm vụ", "Task"),
    "section": ("Mục", "Section"), "note": ("Ghi chú", "Note"), "number": ("Số, ký hiệu", "Number"),
    "subject": ("Về việc", "Subject"), "heading": ("Đề mục", "Heading"),
    # shelf
    "box": ("Hộp số", "Box"), "folder": ("Hồ sơ số", "Folder"), "folder_title": ("Tiêu đề hồ sơ", "Folder title"),
    "sheet_from": ("Từ tờ", "From sheet"), "sheet_to": ("đến tờ", "to sheet"),
    "folder_sheets": ("Số tờ của hồ sơ", "Sheets of the folder"),
    "maintenance": ("Thời hạn lưu trữ (01-07)", "Retention (01-07)"),
    "mode": ("Chế độ sử dụng (01-03)", "Access (01-03)"), "format": ("Tình trạng vật lý (01-03)", "Condition (01-03)"),
    "infor_sign": ("Ký hiệu thông tin", "Information sign"), "keyword": ("Từ khóa", "Keywords"),
    "autograph": ("Bút tích", "Autographs"), "doc_id": ("Mã định danh tài liệu", "Document identifier"),
    "<=": ("≤", "≤"), ">=": ("≥", "≥"), "range": ("từ … đến", "from … to"),
    **FORM_NAMES,
}


def texts(language: Language) -> dict[str, str]:
    """All words in one language; what a warning means stands under "warning_" and its code."""
    place = 0 if language == "vi" else 1
    meant = {f"warning_{code}": pair[place] for code, pair in advice.CODES.items()}
    return {**{key: pair[place] for key, pair in TEXTS.items()}, **meant}


def counted(count: int, noun: str) -> str:
    """A count with its noun.

    >>> counted(1, "page|pages"), counted(3, "page|pages"), counted(3, "trang")
    ('1 page', '3 pages', '3 trang')
    """
    one, _, several = noun.partition("|")
    return f"{count} {one if count == 1 else several or one}"


def day(date: str | None, language: Language) -> str:
    """A date of the record (EDTF) as people write it where the page is Vietnamese: 23/01/2024."""
    return printed_date(date) if language == "vi" else date or ""


def figure(value: str | None, language: Language) -> str:
    """A decimal string of the record, with the comma of Vietnamese: 34,4."""
    return (value or "").replace(".", ",") if language == "vi" else value or ""


def field_name(pointer: str, language: Language) -> str:
    """A place of the record as people call it: which row of which list, and which member of it.

    >>> field_name("/targets/2/value", "vi"), field_name("/title", "en"), field_name("/targets/-", "vi")
    ('Chỉ tiêu 3 · Giá trị', 'Title', 'Chỉ tiêu')
    """
    words = texts(language)
    if pointer in words:
        return words[pointer]
    _, name, *rest = f"{pointer}/".split("/")
    rows_ = [int(step) + 1 for step in rest if step.isdecimal()]
    head = " ".join([words.get(name, name), ".".join(map(str, rows_))]).strip()
    member = next((step for step in reversed(rest) if step and step != "-" and not step.isdecimal()), "")
    return f"{head} · {words.get(member, member)}" if member else head


def rows(text: str) -> list[tuple[str, str]]:
    """The keys and what they do, of the text "keys"."""
    pairs = (line.partition(" = ") for line in text.split("\n"))
    return [(key, told) for key, _, told in pairs]
