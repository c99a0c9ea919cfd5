"""What the command line is made of: options, messages in two languages, progress, overviews, and the commands.

`options` tells which module carries out which command; `pipeline.cli` loads it when the command is given. Only
`pipeline.cli` and these modules speak to a person; nothing below them prints.
"""
