"""What is known of Vietnamese and of official documents, apart from any one document.

Letters and syllables, dates, numbers, symbols, bodies, places, wording: each module takes a piece of text and
says what stands in it. Nothing here knows of pages, images or files but the tables of `dictionaries/`.
"""
