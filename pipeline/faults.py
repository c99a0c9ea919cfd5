"""What errors say, in Vietnamese: a row for each class of `errors.py`, and one for each English sentence they carry.

Errors are raised with English sentences, where the fault is seen; here they get their other wording, also where only
the words are left of them (in the ledger, on a page that failed). Tests go through the code and find every sentence
that has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Literal

from pipeline import errors

Language = Literal["en", "vi"]

# What a program outside said may look like any number of sentences in one another or in a row; ours are few.
MOST_NESTED, MOST_JOINTS, LONGEST = 6, 12, 2_000
_JOINTS = re.compile(r"(?<=[.]) |; ")

# The classes of `errors.py`, in Vietnamese: what is wrong, and the cure.
CLASSES: dict[str, tuple[str, str]] = {
    "SohoaError": ("Có lỗi.", ""),
    "UsageError": ("Tham số không hợp lệ.", "Xem `sohoa --help`."),
    "InputError": ("Không đọc được tệp này.", ""),
    "UnreadableFile": ("Tệp bị hỏng, không sửa được.", "Chép lại từ nguồn hoặc quét lại giấy."),
    "EmptyFile": ("Tệp rỗng.", "Chép lại từ nguồn hoặc quét lại giấy."),
    "EncryptedFile": ("Tệp có mật khẩu.",
                      "Gỡ mật khẩu (ví dụ `qpdf --decrypt --password=... vao.pdf ra.pdf`) rồi chạy lại."),
    "WrongType": ("Nội dung không thuộc loại đọc được.",
                  "Cần tệp PDF, TIFF, PNG, JPEG, WebP, JPEG 2000, .txt hoặc .md."),
    "TooLarge": ("Tệp vượt giới hạn an toàn.", "Nếu tệp là thật, nâng giới hạn được nêu rồi chạy lại."),
    "DocumentError": ("Không hoàn thành được văn bản này.", "`sohoa retry DIR` sẽ thử lần nữa."),
    "TooManyFailedPages": ("Quá nhiều trang lỗi nên coi cả văn bản là lỗi.",
                           "Xem các trang lỗi; quét lại, hoặc nâng --max-failed-share rồi `sohoa retry DIR`."),
    "MissingReference": ("Không còn đọc được tệp tham chiếu đã nêu.",
                         "Đặt lại tệp đó hoặc chạy không có nó (--reference); các trang đã đọc vẫn được giữ."),
    "ReadingFailed": ("Không lập được văn bản và bản ghi từ các trang đã đọc.",
                      "`sohoa retry DIR` sẽ thử lần nữa; nếu vẫn lỗi, xin báo lại kèm tệp."),
    "ChangedInput": ("Tệp bị thay đổi trong khi đọc.", "Đợi chép xong rồi chạy lại."),
    "UnreadableCorrections": ("Tệp sửa đổi bị hỏng; chưa có gì bị thay đổi.",
                              "Khôi phục bản corrections.json tốt gần nhất; các tệp kết quả vẫn nguyên vẹn."),
    "PageError": ("Không đọc được trang này.",
                  "Xem lại trang, quét lại nếu mờ; `sohoa retry DIR` sẽ thử lần nữa."),
    "PageTimeout": ("Trang vượt thời gian cho phép nên bị dừng.",
                    "Tăng --page-timeout hoặc quét lại trang; `sohoa retry DIR` sẽ thử lần nữa."),
    "PageCrash": ("Tiến trình đọc trang bị chết.",
                  "Xem lại trang, quét lại nếu mờ; `sohoa retry DIR` sẽ thử lần nữa."),
    "RecognitionFailed": ("Bộ nhận dạng không trả lời cho trang này.",
                          "Xem lại trang, quét lại nếu mờ; `sohoa retry DIR` sẽ thử lần nữa."),
    "NoInput": ("Không có tệp nào để đọc.", "Nêu tệp hoặc thư mục có PDF, ảnh hoặc văn bản."),
    "MissingPart": ("Thiếu một thành phần bên ngoài.", "Chạy `sohoa doctor`."),
    "OutputError": ("Không dùng được thư mục kết quả.", ""),
    "Locked": ("Một lần chạy khác đang dùng thư mục kết quả này.", "Đợi nó xong hoặc chọn --out khác."),
    "DiskFull": ("Đĩa đầy.", "Giải phóng dung lượng rồi chạy lại cùng lệnh; phần đã xong được giữ."),
    "OutputNotWritable": ("Không ghi được vào thư mục kết quả.", "Kiểm tra quyền hoặc chọn --out khác."),
}

# English, with {} for what varies; Vietnamese, with {0}, {1} for the same.
FAULTS: tuple[tuple[str, str], ...] = (
    # inputs: what is wrong
    ("A dry run looks at folders of this machine; this store would be fetched first.",
     "Chạy thử chỉ xem thư mục trên máy này; kho này sẽ phải tải về trước."),
    ("Run it without --dry-run: only what is new or changed is fetched.",
     "Chạy không có --dry-run: chỉ tải về những gì mới hoặc đã thay đổi."),
    ("is not there.", "không có ở đây."),
    ("is not there any more.", "không còn ở đây."),
    ("may not be read.", "không có quyền đọc."),
    ("Allow the user who runs sohoa to read it, then run again.",
     "Cho người dùng chạy sohoa quyền đọc tệp rồi chạy lại."),
    ("Check that the disk or share is there, then run again.", "Kiểm tra đĩa hoặc ổ mạng rồi chạy lại."),
    ("is a folder, not a file.", "là thư mục, không phải tệp."),
    ("Name a file.", "Nêu một tệp."),
    ("is a link to nothing.", "là liên kết không dẫn tới đâu."),
    ("is a named pipe, not a file.", "là đường ống có tên, không phải tệp."),
    ("is a socket, not a file.", "là socket, không phải tệp."),
    ("is a device, not a file.", "là thiết bị, không phải tệp."),
    ("is a special file, not a file.", "là tệp đặc biệt, không phải tệp thường."),
    ("leads back to a folder above it (a loop of folders).", "dẫn ngược về thư mục chứa nó (vòng lặp thư mục)."),
    ("cannot be read ({}).", "không đọc được ({0})."),
    ("could not be opened: it {}", "không mở được: {0}"),
    ("could not be opened: the reader {}", "không mở được: bộ đọc {0}"),
    ("needs more memory to open than it may have.", "cần nhiều bộ nhớ hơn mức cho phép để mở."),
    ("This is not a regular file.", "Đây không phải tệp thường."),
    ("The file has vanished or may not be read.", "Tệp đã mất hoặc không được phép đọc."),
    ("The file begins with zeros only; it was not written completely.",
     "Đầu tệp toàn byte 0: tệp chưa được ghi xong."),
    ("The file holds no text.", "Tệp không có chữ nào."),
    ("The image is damaged (its head cannot be understood).", "Ảnh bị hỏng (không hiểu được phần đầu tệp)."),
    ("The image is damaged ({}).", "Ảnh bị hỏng ({0})."),
    ("The image has {} x {} pixels.", "Ảnh chỉ có {0} x {1} điểm ảnh."),
    ("The image has {} x {} pixels, over max_page_pixels = {}.",
     "Ảnh có {0} x {1} điểm ảnh, vượt max_page_pixels = {2}."),
    ("The image says of itself that it has more than {} million pixels.", "Ảnh tự khai có hơn {0} triệu điểm ảnh."),
    ("The name says text but the content is not.", "Tên tệp là văn bản nhưng nội dung không phải."),
    ("The name says {} but the content is a web page.", "Tên tệp là {0} nhưng nội dung là trang web."),
    ("The name says {} but the content is plain text.", "Tên tệp là {0} nhưng nội dung là văn bản thuần."),
    ("The name says {} but the content is no such file.", "Tên tệp là {0} nhưng nội dung không phải loại đó."),
    ("The PDF holds no page, or lost them when it was cut off.",
     "PDF không có trang nào, hoặc mất hết khi bị cắt cụt."),
    ("The PDF is damaged and could not be repaired ({}).", "PDF bị hỏng, không sửa được ({0})."),
    ("This is a ZIP, Word, Excel or OpenDocument file.", "Đây là tệp ZIP, Word, Excel hoặc OpenDocument."),
    ("This is an old Word or Excel file.", "Đây là tệp Word hoặc Excel kiểu cũ."),
    ("This is an RTF file.", "Đây là tệp RTF."),
    ("This is a RAR archive.", "Đây là tệp nén RAR."),
    ("This is a 7z archive.", "Đây là tệp nén 7z."),
    ("This is a PostScript file.", "Đây là tệp PostScript."),
    ("This is a DjVu file.", "Đây là tệp DjVu."),
    ("Give a text file; scans are read by `sohoa run`.", "Nêu tệp văn bản; bản quét thì đọc bằng `sohoa run`."),
    ("too many control codes for a text", "quá nhiều mã điều khiển"),
    ("holds no index.json of gold.", "không có index.json của bản chuẩn."),
    ("Name a folder of gold, such as samples/gold.", "Nêu thư mục bản chuẩn, ví dụ samples/gold."),
    ("is no gold ({}: {}).", "không đúng dạng bản chuẩn ({0}: {1})."),
    ("Its form stands in samples/README.md.", "Dạng của bản chuẩn: xem samples/README.md."),
    ("The file of corrections cannot be read ({}).", "Không đọc được tệp sửa đổi ({0})."),
    ("The file of corrections has another form than it should.", "Tệp sửa đổi không đúng dạng."),
    ("this reference cannot be read ({}).", "không đọc được văn bản tham chiếu này ({0})."),
    ("The image has more pixels than can be opened safely.", "Ảnh có nhiều điểm ảnh hơn mức mở được an toàn."),
    ("the folder of tables is missing.", "thiếu thư mục bảng từ điển."),
    ("this table is missing from dictionaries/.", "thiếu bảng này trong dictionaries/."),
    ("the restoration model is missing.", "thiếu mô hình khôi phục."),
    ("Install the package again.", "Cài lại gói chương trình."),
    ("this is no text ({}).", "đây không phải văn bản ({0})."),
    ("{} bytes, over max_file_bytes = {}.", "{0} byte, vượt max_file_bytes = {1}."),
    ("{} pages, over max_pages = {}.", "{0} trang, vượt max_pages = {1}."),
    ("{} characters, over max_text_chars = {}.", "{0} ký tự, vượt max_text_chars = {1}."),
    ("more than {} characters.", "hơn {0} ký tự."),
    # pages
    ("page {}: {}", "trang {0}: {1}"),
    ("and {} more", "và {0} trang nữa"),
    ("page {} of {} could not be read: {}", "không đọc được trang {0} trên {1} trang: {2}"),
    ("pages {} of {} could not be read: {}", "không đọc được các trang {0} trên {1} trang: {2}"),
    ("failed pages: {} of {}, more than may ({}).", "{0} trên {1} trang lỗi, quá mức cho phép ({2})."),
    ("A page of {} x {} points is beyond the limit of max_page_pixels = {}.",
     "Trang {0} x {1} point vượt giới hạn max_page_pixels = {2}."),
    ("The page cannot be drawn ({}).", "Không vẽ được trang ({0})."),
    ("The page does not fit into memory.", "Trang không vừa bộ nhớ."),
    ("The page is damaged ({}).", "Trang bị hỏng ({0})."),
    ("The text of the page is damaged ({}).", "Phần chữ của trang bị hỏng ({0})."),
    ("The decoded text layer does not have the words of the original.", "Lớp chữ giải mã ra không khớp bản gốc."),
    ("Its content is missing from the damaged file.", "Nội dung trang không còn trong tệp hỏng."),
    ("A picture on it is cut off in the damaged file.", "Một hình trên trang bị cắt cụt trong tệp hỏng."),
    ("A picture on it is missing from the damaged file.", "Một hình trên trang không còn trong tệp hỏng."),
    ("It cannot be followed through the damaged file ({}).", "Không lần theo được trang trong tệp hỏng ({0})."),
    ("Tesseract gave up ({}).", "Tesseract bỏ cuộc ({0})."),
    ("Tesseract gave up with code {} ({}).", "Tesseract bỏ cuộc với mã {0} ({1})."),
    ("Tesseract took longer than {} seconds.", "Tesseract chạy quá {0} giây."),
    ("Tesseract's answer is not a table.", "Câu trả lời của Tesseract không phải là bảng."),
    ("This page has no recording.", "Trang này chưa có bản ghi nhận dạng."),
    ("an unforeseen error ({}).", "lỗi không lường trước ({0})."),
    ("an unforeseen error while its text was read ({}).", "lỗi không lường trước khi đọc văn bản ({0})."),
    # workers
    ("the worker {}", "tiến trình đọc {0}"),
    ("ended without an answer ({}).", "chết mà không trả lời ({0})."),
    ("gave an unreadable answer ({}).", "trả lời không hiểu được ({0})."),
    ("needed more memory than it may have.", "cần nhiều bộ nhớ hơn mức cho phép."),
    ("needed more than its limit of {} MB of memory and was stopped.",
     "cần hơn giới hạn {0} MB bộ nhớ nên bị dừng."),
    ("took longer than its limit of {} s and was stopped.", "chạy quá giới hạn {0} giây nên bị dừng."),
    ("was lost with its connection to the cluster.", "mất cùng kết nối tới cụm máy."),
    ("was lost with its workers ({}).", "mất cùng các tiến trình của nó ({0})."),
    ("failed on the cluster ({}).", "lỗi trên cụm máy ({0})."),
    # runs, folders, outside parts
    ("no file or folder was named.", "chưa nêu tệp hay thư mục nào."),
    ("holds no file that can be read.", "không có tệp nào đọc được."),
    ("holds no results of a run.", "không có kết quả của lần chạy nào."),
    ("has nothing to try again.", "không còn gì để thử lại."),
    ("is a file, not a folder.", "là tệp, không phải thư mục."),
    ("is not a folder.", "không phải thư mục."),
    ("is the folder of the inputs.", "chính là thư mục các tệp vào."),
    ("is the folder of the results.", "chính là thư mục kết quả."),
    ("is not the address of a scheduler.", "không phải địa chỉ của bộ điều phối."),
    ("another run is working in this folder.", "một lần chạy khác đang dùng thư mục này."),
    ("another run is working in this folder (process {}).",
     "một lần chạy khác đang dùng thư mục này (tiến trình {0})."),
    ("cannot be locked ({}).", "không khóa được ({0})."),
    ("cannot be written ({}).", "không ghi được ({0})."),
    ("is damaged.", "bị hỏng."),
    ("was made by another version (ledger format {}).", "do phiên bản khác tạo (sổ theo dõi dạng {0})."),
    ("there is no room left to write.", "không còn chỗ để ghi."),
    ("there is no room left to write the ledger.", "không còn chỗ để ghi sổ theo dõi."),
    ("there is no room left for temporary files.", "không còn chỗ cho tệp tạm."),
    ("is not installed.", "chưa được cài."),
    ("Tesseract is not installed.", "Chưa cài Tesseract."),
    ("The language data are not installed.", "Chưa cài dữ liệu ngôn ngữ."),
    ("Tesseract does not start ({}).", "Tesseract không khởi động được ({0})."),
    ("The Python package tesserocr is not installed.", "Chưa cài gói Python tesserocr."),
    ("The engine does not start ({}).", "Bộ nhận dạng không khởi động được ({0})."),
    ("There is no engine {}.", "Không có bộ nhận dạng {0}."),
    ("no scheduler answers there ({}).", "không có bộ điều phối nào trả lời ở đó ({0})."),
    ("the scheduler is gone.", "bộ điều phối không còn."),
    ("the driver for this address is not installed ({}).", "chưa cài trình điều khiển cho địa chỉ này ({0})."),
    ("the store does not do as asked ({}).", "kho lưu trữ không làm theo yêu cầu ({0})."),
    # settings and arguments
    ("cannot be read as TOML ({}).", "không đọc được dưới dạng TOML ({0})."),
    ("has no setting called {}.", "không có thiết lập tên {0}."),
    ("{} wants a value like {}, not {}.", "{0} cần giá trị như {1}, không phải {2}."),
    ("{} wants {} or more, not {}.", "{0} cần từ {1} trở lên, không phải {2}."),
    ("{} wants {} to {}, not {}.", "{0} cần từ {1} đến {2}, không phải {3}."),
    ("{} wants one of {}, not {}.", "{0} cần một trong: {1}, không phải {2}."),
    ("languages wants one or more, not none.", "languages cần ít nhất một ngôn ngữ."),
    ("unknown: {}.", "không rõ: {0}."),
    ("this reference is not a file.", "văn bản tham chiếu này không phải là tệp."),
    ("{} cells where the head names {}", "{0} ô trong khi dòng đầu có {1} cột"),
    ("the head line '# columns:' is missing", "thiếu dòng đầu '# columns:'"),
    # what argparse complains of (CPython 3.11 to 3.13)
    ("the following arguments are required: {}.", "thiếu tham số: {0}."),
    ("unrecognized arguments: {}.", "tham số không rõ: {0}."),
    ("ambiguous option: {} could match {}.", "tùy chọn chưa rõ: {0} có thể là {1}."),
    ("argument {}: invalid choice: {} (choose from {}).", "{0}: không có giá trị {1} (chọn một trong: {2})."),
    ("argument {}: invalid int value: {}.", "{0}: cần số nguyên, không phải {1}."),
    ("argument {}: invalid float value: {}.", "{0}: cần một số, không phải {1}."),
    ("argument {}: expected one argument.", "{0}: cần một giá trị."),
    ("argument {}: expected at least one argument.", "{0}: cần ít nhất một giá trị."),
    ("argument {}: ignored explicit argument {}.", "{0}: không nhận giá trị {1}."),
    ("See `{} --help`.", "Xem `{0} --help`."),
    # what to do about it
    ("Check its permissions and that the disk or share is there.",
     "Kiểm tra quyền và xem đĩa hoặc thư mục chia sẻ có đó không."),
    ("Check the address, the credentials and the network, then run the same command again.",
     "Kiểm tra địa chỉ, thông tin đăng nhập và mạng rồi chạy lại cùng lệnh."),
    ("Check the path.", "Kiểm tra đường dẫn."),
    ("Check its permissions, or choose another --quarantine.", "Kiểm tra quyền, hoặc chọn --quarantine khác."),
    ("Choose another folder for --quarantine.", "Chọn thư mục khác cho --quarantine."),
    ("Choose another folder for --out.", "Chọn thư mục khác cho --out."),
    ("Choose from: {}, default, all.", "Chọn trong: {0}, default, all."),
    ("Convert it to PDF.", "Chuyển sang PDF."),
    ("Convert it to PDF or TIFF.", "Chuyển sang PDF hoặc TIFF."),
    ("Copy the file again from its source, or scan the page again.", "Chép lại tệp từ nguồn hoặc quét lại trang."),
    ("Everything in it is done.", "Mọi thứ trong đó đã xong."),
    ("Export it to PDF.", "Xuất ra PDF."),
    ("Export it to PDF, or unpack it.", "Xuất ra PDF hoặc giải nén."),
    ("Unpack it.", "Giải nén."),
    ("Give one like tcp://host:8786.", "Nêu địa chỉ dạng tcp://máy:8786."),
    ("If it is genuine, raise --memory.", "Nếu tệp là thật, tăng --memory."),
    ("If that is true, cut it into several images.", "Nếu đúng vậy, cắt thành nhiều ảnh."),
    ("Install it: {}", "Cài đặt: {0}"),
    ("Install it (pip install 'sohoa[tesserocr]') or choose the engine `tesseract`.",
     "Cài đặt (pip install 'sohoa[tesserocr]') hoặc chọn bộ nhận dạng `tesseract`."),
    ("Mend it.", "Sửa lại."),
    ("Mend or remove it.", "Sửa hoặc bỏ tệp đó."),
    ("Move it away and run again: everything is then read anew; corrections are kept.",
     "Chuyển nó đi rồi chạy lại: mọi tệp sẽ được đọc lại, các sửa đổi được giữ."),
    ("Name a folder with --out.", "Nêu một thư mục với --out."),
    ("Name the --out folder of an earlier run.", "Nêu thư mục --out của một lần chạy trước."),
    ("Check the path, or run without it.", "Kiểm tra đường dẫn hoặc chạy không có nó."),
    ("Put it back, then run again.", "Đặt tệp lại chỗ cũ rồi chạy lại."),
    ("Record it anew.", "Ghi nhận dạng lại."),
    ("Remove the link, or put back what it leads to.", "Bỏ liên kết, hoặc đặt lại tệp mà nó dẫn tới."),
    ("Remove the link, or give the folder it leads to by itself.", "Bỏ liên kết, hoặc nêu riêng thư mục nó dẫn tới."),
    ("Scan the page again at a lower resolution, or raise --memory.",
     "Quét lại trang ở độ phân giải thấp hơn hoặc tăng --memory."),
    ("Start it again and run the same command.", "Khởi động lại rồi chạy cùng lệnh."),
    ("Start it with `dask scheduler`, and see that its port can be reached.",
     "Khởi động bằng `dask scheduler` và kiểm tra cổng có thông không."),
    ("Use the version of sohoa that made it, or another --out.", "Dùng phiên bản sohoa đã tạo nó, hoặc --out khác."),
    # what keeps the metadata of Thông tư 05/2025 from being complete
    ("{}: blank, a person must fill it in.", "{0}: để trống, cần người điền."),
    ("{}: {} characters, {} allowed.", "{0}: {1} ký tự, cho phép {2}."),
    ("{}: {} is not in the code list ({}).", "{0}: {1} không có trong danh mục mã ({2})."),
    ("the date is not complete on the paper: {}.", "ngày trên giấy không đủ: {0}."),
    # what is passed over, and why
    ("hidden", "tệp ẩn"),
    ("a copy under way", "tệp đang chép"),
    ("not a type that is read", "không thuộc loại đọc được"),
    ("this folder was already read under another name", "thư mục đã đọc dưới tên khác"),
    ("an output folder", "thư mục kết quả"),
    ("an output folder of another run", "thư mục kết quả của lần chạy khác"),
    ("a quarantine", "thư mục để riêng tệp lỗi"),
    ("a named pipe", "đường ống có tên"),
    ("a socket", "socket"),
    ("a device", "thiết bị"),
    ("a special file", "tệp đặc biệt"),
    # what the system says of files and folders
    ("Permission denied", "không có quyền"),
    ("Operation not permitted", "không được phép"),
    ("No such file or directory", "không có tệp hoặc thư mục này"),
    ("Not a directory", "không phải thư mục"),
    ("Is a directory", "là thư mục"),
    ("Read-only file system", "hệ thống tệp chỉ cho đọc"),
    ("No space left on device", "hết chỗ trên đĩa"),
    ("Input/output error", "lỗi đọc ghi"),
    ("File name too long", "tên tệp quá dài"),
    ("Too many open files", "mở quá nhiều tệp"),
    ("Too many levels of symbolic links", "quá nhiều lớp liên kết"),
    ("Stale file handle", "ổ mạng đã ngắt hoặc gắn lại"),
    ("Transport endpoint is not connected", "ổ mạng mất kết nối"),
)


def _class_rows() -> Iterable[tuple[str, str]]:
    """What a class says of itself, where an error was raised without words of its own."""
    for name, (told, remedy) in CLASSES.items():
        kind: type[errors.SohoaError] = getattr(errors, name)
        yield usual(kind), told
        if kind.cure:
            yield kind.cure, remedy


def usual(kind: type[errors.SohoaError]) -> str:
    """What an error of this class says when it was raised without words."""
    return (kind.__doc__ or "").strip().split("\n")[0]


class Phrasebook:
    """Sentences with places for what varies ("{}"), and the Vietnamese of each ("{0}", "{1}")."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        self._rows = tuple(rows)
        self._whole = {english: told for english, told in self._rows if "{}" not in english}

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        """On first use: a command that goes well needs none. The row that says most comes first."""
        rows = sorted((row for row in self._rows if "{}" in row[0]), key=lambda row: -len(row[0].replace("{}", "")))
        return tuple((re.compile(re.escape(english).replace(r"\{\}", "(.*?)"), re.DOTALL), told)
                     for english, told in rows)

    def look_up(self, told: str) -> str | None:
        """The Vietnamese of a sentence, or of several in a row; None where one of them has no row.

        Within another sentence the stop at its end is left out.
        """
        return self._told(told, MOST_NESTED) if len(told) <= LONGEST else None

    def _told(self, text: str, depth: int) -> str | None:
        return self._ended(
            text, lambda one: self._whole.get(one) or self._parts(one, depth) or self._filled(one, depth))

    def _parts(self, told: str, depth: int) -> str | None:
        """What is wrong and the cure behind it, or a list parted by semicolons."""
        joints = [*_JOINTS.finditer(told)][:-MOST_JOINTS - 1:-1] if depth else ()
        joint = next((one for one in joints if told.count("(", 0, one.start()) == told.count(")", 0, one.start())
                      and self._one(told[one.end():], depth)), None)
        if joint is None:
            return None
        first, last = self._told(told[:joint.start()], depth - 1), self._one(told[joint.end():], depth)
        return None if first is None or last is None else first + joint[0] + last

    def _one(self, text: str, depth: int) -> str | None:
        return self._ended(text, lambda one: self._whole.get(one) or self._filled(one, depth))

    def _filled(self, sentence: str, depth: int) -> str | None:
        for pattern, told in self._patterns if depth else ():
            match = pattern.fullmatch(sentence)
            if match:
                # A sentence may hold another one: "page 3: ended without an answer (SIGKILL)".
                return told.format(*(self._told(part, depth - 1) or part for part in match.groups()))
        return None

    @staticmethod
    def _ended(part: str, look_up: Callable[[str], str | None]) -> str | None:
        if part.endswith("."):
            return look_up(part)
        told = look_up(part) or look_up(f"{part}.")
        return None if told is None else told.rstrip(".")


ROWS: tuple[tuple[str, str], ...] = (*FAULTS, *_class_rows())
_BOOK = Phrasebook(ROWS)


def vietnamese(told: str) -> str | None:
    """The Vietnamese of what reading and batches say; None where a sentence has no row.

    >>> vietnamese("page 3: The page does not fit into memory.")
    'trang 3: Trang không vừa bộ nhớ.'
    """
    return _BOOK.look_up(told)


def in_words(
    code: str, what: str, cure: str, language: Language, look_up: Callable[[str], str | None] = vietnamese
) -> tuple[str, str]:
    """What is wrong and the cure of an error that is kept as words, by its code (`SohoaError.code`).

    In Vietnamese, words without a row stand in parentheses behind what the class says.
    """
    # Of a partial document the ledger keeps the contract's word for its pages, which is no class.
    name = "PageError" if code == "ocr_page_failed" else "".join(part.title() for part in code.split("_"))
    kind: type[errors.SohoaError] = getattr(errors, name, errors.SohoaError)
    if language == "en":
        return what or (usual(kind) if code else ""), cure
    told, remedy = CLASSES.get(name, CLASSES["SohoaError"])
    if what not in ("", usual(kind)):
        told = look_up(what) or f"{told.rstrip('.')} ({what.rstrip('.')})."
    if cure not in ("", kind.cure):
        remedy = look_up(cure) or remedy
    return told, remedy
