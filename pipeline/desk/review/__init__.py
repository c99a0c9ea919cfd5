"""The desk as a web application on this machine: queue, document, search, compare, hand-over.

`app.create_app` makes it of its handlers: `lists`, `documents`, `changes` and `exchange`, with `serving` for what they
share. `guard` keeps strangers out, `scans` draws page images, `views` makes what the pages
show, `texts` holds their words in Vietnamese and English. The script and style in `static/` are our own and
small; nothing is loaded from the network.
"""
