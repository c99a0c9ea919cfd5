"""What the desk's errors say, in Vietnamese: a row for each English sentence, as `faults.py` has them for reading.

A test goes through the desk's code and finds every sentence that has none.
"""

from __future__ import annotations

from pipeline import faults

# English, with {} for what varies; Vietnamese, with {0}, {1} for the same.
_SENTENCES: tuple[tuple[str, str], ...] = (
    # what is wrong
    ("A package is made of one hồ sơ.", "Mỗi gói tin là của một hồ sơ."),
    ("Name it: --folder NUMBER.", "Nêu hồ sơ đó: --folder SỐ."),
    ("A release needs its reason.", "Giải tỏa cần có lý do."),
    ("An output of this document cannot be read ({}).", "Không đọc được một tệp kết quả của văn bản này ({0})."),
    ("Every change needs a name.", "Mỗi sửa đổi cần tên người sửa."),
    ("It holds nothing by now.", "Hiện nay chỗ này để trống: đã có người khác hoặc lần chạy khác sửa."),
    ("It holds {} by now.", "Giá trị hiện nay là {0}: đã có người khác hoặc lần chạy khác sửa."),
    ("It is needed for DOCX.", "Cần thành phần này để tạo DOCX."),
    ("It is needed for Parquet.", "Cần thành phần này để tạo Parquet."),
    ("It is needed for spreadsheets.", "Cần thành phần này để đọc bảng tính."),
    ("It is needed for the desk.", "Cần thành phần này để mở bàn lưu trữ."),
    ("It was built without full-text search (FTS5).", "Bản SQLite này không có tìm kiếm toàn văn (FTS5)."),
    ("No document matches these filters.", "Không có văn bản nào khớp bộ lọc."),
    ("Not a text of the archive: {}.", "Không phải thông tin của cơ quan lưu trữ: {0}."),
    ("Pages are not drawn in this size.", "Không vẽ trang ở cỡ này."),
    ("The CSV has columns that are not known: {}.", "CSV có cột không rõ: {0}."),
    ("The CSV has no column that names the file.", "CSV không có cột tên tệp."),
    ("The database cannot be used ({}).", "Không dùng được cơ sở dữ liệu ({0})."),
    ("The document has no such word.", "Văn bản không có từ này."),
    ("The folder cannot be written ({}).", "Không ghi được vào thư mục ({0})."),
    ("The query only leaves out.", "Câu tìm chỉ có từ loại trừ."),
    ("The record cannot hold this value.", "Bản ghi không nhận giá trị này."),
    ("The record has no such field.", "Bản ghi không có trường này."),
    ("The record of this document cannot be read ({}).", "Không đọc được bản ghi của văn bản này ({0})."),
    ("The sheet {} has lost its first row.", "Trang tính {0} mất dòng đầu."),
    ("The workbook is too large.", "Bảng tính quá lớn."),
    ("The workbook unpacks to too much.", "Bảng tính giải nén ra quá lớn."),
    ("There is no PDF of this document.", "Văn bản này không có PDF."),
    ("There is no image of this page.", "Không có ảnh của trang này."),
    ("There is no such document.", "Không có văn bản này."),
    ("There is no such document among the results.", "Không có văn bản này trong các kết quả."),
    ("`sohoa search DIR` lists those that are there, `sohoa status DIR` what failed.",
     "`sohoa search DIR` liệt kê văn bản hiện có, `sohoa status DIR` nêu tệp lỗi."),
    ("There is no such file.", "Không có tệp này."),
    ("There is no such form.", "Không có dạng giao nộp này."),
    ("There is no such hồ sơ.", "Không có hồ sơ này."),
    ("There is no such page.", "Không có trang này."),
    ("There is no such state.", "Không có tình trạng này."),
    ("There is nothing to change.", "Không có gì để sửa."),
    ("There is nothing to hand over.", "Không có gì để giao nộp."),
    ("There is nothing to take back.", "Không có gì để hoàn tác."),
    ("This CSV cannot be read.", "Không đọc được CSV này."),
    ("This cannot be changed here.", "Không sửa được ở đây."),
    ("This document is held.", "Văn bản đang được giữ lại."),
    ("This form is a {} file.", "Dạng này là tệp {0}."),
    ("This input could not be read.", "Không đọc được tệp này."),
    ("This is no date.", "Đây không phải ngày tháng."),
    ("This is no number.", "Đây không phải số."),
    ("This is no year.", "Đây không phải năm."),
    ("This number can be read in two ways.", "Số này có thể hiểu theo hai cách."),
    ("Enter it as 04/01/2021, 01/2021 or 2021.", "Ghi 04/01/2021, 01/2021 hoặc 2021."),
    ("Enter it in digits, such as 34,4.", "Ghi bằng chữ số, ví dụ 34,4."),
    ("Enter four digits, such as 2024.", "Ghi bốn chữ số, ví dụ 2024."),
    ("Enter 1200 or 1,2 without other marks.", "Ghi 1200 hoặc 1,2, không thêm dấu khác."),
    ("This is no change.", "Đây không phải là một sửa đổi."),
    ("This is no place on a page.", "Đây không phải là vị trí trên trang."),
    ("This is no workbook that `sohoa export` made.", "Đây không phải bảng tính do `sohoa export` tạo."),
    ("This name leads out of the output folder.", "Tên này dẫn ra ngoài thư mục kết quả."),
    ("This page cannot be drawn.", "Không vẽ được trang này."),
    ("This port cannot be used.", "Không dùng được cổng này."),
    ("This row names no file, or one named before.", "Dòng này không nêu tệp, hoặc nêu tệp đã có."),
    ("What was to be changed is not any more what the person saw.", "Giá trị đã khác với lúc mở trang."),
    ("Missing or wrong in the metadata ({}): {}.", "Còn {0} trường thiếu hoặc sai nên chưa đóng gói được: {1}."),
    ("{} rows are more than a sheet can hold ({}).", "{0} dòng, vượt quá sức chứa của một trang tính ({1})."),
    # what to do about it
    ("Add a word to look for.", "Thêm một từ cần tìm."),
    ("Check its permissions, or choose another --to.", "Kiểm tra quyền, hoặc chọn --to khác."),
    ("Choose another --port.", "Chọn --port khác."),
    ("Close other programs that use it; if it is damaged, remove {}: it is made anew.",
     "Đóng chương trình khác đang dùng nó; nếu hỏng, xóa {0}: nó sẽ được lập lại."),
    ("Correct it and save again.", "Sửa lại rồi ghi."),
    ("Enter by whose order it is released.", "Ghi rõ căn cứ giải tỏa."),
    ("Enter your name at the top of the page.", "Ghi tên của bạn ở đầu trang."),
    ("Export it anew and correct that.", "Xuất lại rồi sửa trên bản đó."),
    ("Fill them in at the desk or in the CSV (see `sohoa export tt05`).",
     "Điền ở bàn lưu trữ hoặc trong CSV (xem `sohoa export tt05`)."),
    ("Give --who NAME.", "Thêm --who TÊN."),
    ("Give box and folder in a CSV (see --shelf).", "Nêu hộp và hồ sơ trong CSV (xem --shelf)."),
    ("Give it the column `file`.", "Thêm cột `file` (Tệp)."),
    ("Go back to the queue.", "Trở lại hàng chờ."),
    ("Hand over fewer documents at a time (a year, an issuer), or as CSV.",
     "Giao nộp ít văn bản hơn mỗi lần (theo năm, theo cơ quan), hoặc dùng CSV."),
    ("Import fewer documents at a time.", "Nhập ít văn bản hơn mỗi lần."),
    ("Import fewer documents.", "Nhập ít văn bản hơn."),
    ("Known: {}.", "Gồm có: {0}."),
    ("Leave one out.", "Bỏ bớt một điều kiện lọc."),
    ("Load the document again.", "Mở lại văn bản."),
    ("Load the page again.", "Tải lại trang."),
    ("Look at it again: the page shows what is there now.", "Hãy xem lại: trang đang hiện giá trị hiện nay."),
    ("Mend or remove it.", "Sửa hoặc bỏ tệp đó."),
    ("Mend the row.", "Sửa dòng đó."),
    ("Name a folder, or a file that ends in {}.", "Nêu một thư mục, hoặc tệp có đuôi {0}."),
    ("Name a document inside it.", "Nêu một văn bản trong thư mục."),
    ("Put it back.", "Khôi phục dòng đó."),
    ("Release it first.", "Giải tỏa trước đã."),
    ("Run `sohoa run --formats default,pdf`.", "Chạy `sohoa run --formats default,pdf`."),
    ("Run `sohoa run` with --redo for it.", "Chạy `sohoa run` với --redo cho tệp này."),
    ("Save it as UTF-8 CSV.", "Lưu lại dưới dạng CSV UTF-8."),
    ("Say by whose order it is released.", "Nêu căn cứ giải tỏa."),
    ("The input was a text, or was moved away; see `sohoa status`.",
     "Tệp vào là văn bản thuần, hoặc đã bị chuyển đi; xem `sohoa status`."),
    ("pip install 'sohoa[office]'", "pip install 'sohoa[office]'"),
    ("pip install 'sohoa[parquet]'", "pip install 'sohoa[parquet]'"),
    ("pip install 'sohoa[review]'", "pip install 'sohoa[review]'"),
)


_BOOK = faults.Phrasebook((*_SENTENCES, *faults.ROWS))


def vietnamese(sentence: str) -> str | None:
    """The Vietnamese of what an error says; None for a sentence that has no row.

    >>> vietnamese("The sheet targets has lost its first row.")
    'Trang tính targets mất dòng đầu.'
    """
    return _BOOK.look_up(sentence)
