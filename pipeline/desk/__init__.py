"""The archivist's desk: an output folder as a person sees it, corrects it, searches it and hands it over.

`desk` reads and changes the folder, `index` and `search` find, `handover` and the forms after it export, and
`review/` shows it all in a browser.
"""
