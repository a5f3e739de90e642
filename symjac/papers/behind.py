"""Whether LaTeX has seen the paper as it stands: its requests may be those of an earlier text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from symjac.papers.answers import same
from symjac.papers.requests import Place, Requests
from symjac.papers.source import Source


def behind(requests: Path, asked: Requests, found: Requests, files: list[Source]) -> Iterator[tuple[Place, str]]:
    """What ``asked``, which LaTeX wrote, lacks of what is ``found`` in the sources.

    Requests that a macro of the author makes are not found there; so a difference in them counts only where a source
    is newer. Parts that ``\\includeonly`` left out are not missed.
    """
    for name, system in found.systems.items():
        seen = asked.systems.get(name)
        if seen is not None and not same(seen.text, system.text):
            yield system.place, f"the system {name} is not what LaTeX last saw"
    written = requests.stat().st_mtime_ns
    newer = [s for s in files if s.path.stat().st_mtime_ns > written]
    if not newer:
        return
    here, there = {r.key: r for r in found.requests}, {r.key: r for r in asked.requests}
    lacking = [r for key, r in here.items() if key not in there and "#" not in key and not asked.partial]
    gone = [r for key, r in there.items() if key not in here]
    if lacking:
        yield lacking[0].place, "LaTeX has not seen this request"
    elif gone:
        yield Place(newer[0].name, 1), "the source was edited after LaTeX last ran"
