"""Writers: a told page as LaTeX, Typst, Markdown, plain text or HTML.

:data:`symjac.formats.FORMATS` says which writer makes which format.
"""
