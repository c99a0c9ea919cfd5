"""The slow half: a file becomes pages of words with boxes.

`pages` is the order of one page (ingest, clean, recognise, look again, lay out); the readers of a page image
stand side by side in `recognisers/`.
"""
