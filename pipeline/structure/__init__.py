"""The quick half: a restored document becomes a plan record, every value with its place on the page.

Areas before fields: `areas` says what part of the document each line is, `header`, `outline` and `foot` read the
parts, `targets`, `times` and `duties` the leaves, and `record` puts the record together with its evidence.
"""
