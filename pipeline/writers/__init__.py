"""What is written of a document: plain outputs, ALTO, hOCR and PAGE XML, HTML, the searchable PDF/A.

A writer takes a document and gives text or bytes; putting them on disk is the run's business.
"""
