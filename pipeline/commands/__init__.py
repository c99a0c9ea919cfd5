"""What the command line is made of: messages in two languages, progress, overviews, the commands of the desk.

Only `pipeline.cli` and these modules speak to a person; nothing below them prints.
"""
