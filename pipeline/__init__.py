"""Sohoa (*số hóa*): scanned Vietnamese plans in; true text, searchable PDF/A and plan records out."""

__version__ = "0.1.0"
