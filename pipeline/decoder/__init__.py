"""Restoration: from damaged text to the most probable Vietnamese, with a probability for every word.

`restoration` is the stage; the other modules are its parts, from cutting words to settling figures. The model
is `data/restore.npz`, made by `pipeline.training`.
"""
