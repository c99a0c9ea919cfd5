"""What the forms of hand-over are called: in commands and addresses, and by people in Vietnamese and English.

Apart from `forms.py`, which makes them: help must not wait for what a form is made with.
"""

from __future__ import annotations

# name: (Vietnamese, English), in the order in which they are shown
FORM_NAMES: dict[str, tuple[str, str]] = {
    "xlsx": ("Bảng tính (sửa và nhập lại được)", "Workbook (can be corrected and brought back)"),
    "csv": ("CSV (mọi bảng, ZIP)", "CSV (all tables, ZIP)"),
    "parquet": ("Parquet (mọi bảng, ZIP)", "Parquet (all tables, ZIP)"),
    "aids-xlsx": ("Mục lục hồ sơ và mục lục văn bản (XLSX)", "Finding aids of NĐ 30 (XLSX)"),
    "aids-docx": ("Mục lục hồ sơ và mục lục văn bản (để in)", "Finding aids of NĐ 30 (to print)"),
    "tt05": ("Dữ liệu Thông tư 05/2025 (XLSX, có kiểm tra)", "TT 05/2025 metadata (XLSX, checked)"),
    "tt05-csv": ("Dữ liệu Thông tư 05/2025 (CSV, XML)", "TT 05/2025 metadata (CSV, XML)"),
    "sip": ("Gói tin Thông tư 05/2025 của một hồ sơ", "TT 05/2025 package of one hồ sơ"),
    "annex-vi": ("Phụ lục VI Nghị định 30 (XML)", "NĐ 30 annex VI (XML)"),
    "atom": ("AtoM (CSV)", "AtoM (CSV)"),
    "dc": ("Dublin Core (XML)", "Dublin Core (XML)"),
    "ead": ("EAD3 (XML)", "EAD3 finding aid (XML)"),
    "mets": ("METS trên PDF, ALTO, văn bản (ZIP)", "METS over PDF, ALTO and text (ZIP)"),
    "docx": ("Văn bản Word theo thể thức Nghị định 30 (ZIP)", "Word documents by NĐ 30 (ZIP)"),
}
