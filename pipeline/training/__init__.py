"""Train the restoration model: `python -m pipeline.training pages|counts|channel|calibrate`.

Everything is made from folders of plain text, a paragraph a line: counts of syllables, and synthetic pages that
are rendered, degraded and read by Tesseract, from which the confusions of recognisers are learned. Nothing here
is needed to run the pipeline, and nothing outside this package imports it.
"""
