"""Papers that ask for derivatives through ``symjac.sty``: what they ask, the answers, the file the answers are in.

LaTeX writes the requests of ``paper.tex`` to ``paper.symjac`` (:mod:`requests`), or they are read from the source
(:mod:`scan`); :mod:`answering` derives, :mod:`render` prints, :mod:`answers` keeps ``paper.sjtex``.
"""

from symjac.papers.paper import Paper, Report, fill

__all__ = ["Paper", "Report", "fill"]
