"""What symjac says when it cannot go on: one class for each kind, data kept as attributes."""

from __future__ import annotations

# Of a longer line only this much around the place is shown.
SHOWN = 160
LONGEST = 500  # characters of a message, which may quote a formula


def abridged(message: str) -> str:
    """A message without the middle of what it quotes, where that is long."""
    half = LONGEST // 2
    return message if len(message) <= LONGEST else f"{message[:half]} ... {message[-half:]}"


def _cut(line: str, place: int, width: int) -> tuple[str, int, int]:
    """A line with what is far from the place left out, where the place is then, and how wide it is."""
    if len(line) <= SHOWN:
        return line, place, width
    start = max(0, min(place - SHOWN // 4, len(line) - SHOWN))
    shown = line[start : start + SHOWN]
    before, after = "... " if start else "", " ..." if start + SHOWN < len(line) else ""
    return before + shown + after, place - start + len(before), max(1, min(width, len(shown) - (place - start)))


class SymjacError(Exception):
    """The base of every error that symjac raises on purpose.

    ``kind`` is a stable short word for programs, ``message`` one sentence for people and ``where``
    the place in the input (``{"text", "start", "end"}``) where there is one. ``hint`` quotes what helps: a declaration
    ``"x: vector n"``, what to ``write "..."`` in that place, a formula ``as in "..."``; tests follow every one.
    """

    kind = "error"

    def __init__(
        self, message: str, *, text: str | None = None, span: tuple[int, int] | None = None, hint: str | None = None
    ) -> None:
        self.message = abridged(message)
        super().__init__(self.message)
        self.text = text
        self.span = span
        self.hint = hint

    @property
    def where(self) -> dict[str, object] | None:
        """The place the message is about, as plain data; ``None`` where it is about no one place."""
        if self.text is None or self.span is None:
            return None
        return {"text": self.text, "start": self.span[0], "end": self.span[1]}

    def __str__(self) -> str:
        """The message, then the line of input with a caret under the place, then the hint."""
        lines = [self.message]
        if self.text is not None and self.span is not None:
            start, end = self.span
            begin = self.text.rfind("\n", 0, start) + 1
            stop = self.text.find("\n", start)
            line = self.text[begin : stop if stop >= 0 else len(self.text)]
            width = max(1, min(end, begin + len(line)) - start)
            line, place, width = _cut(line, start - begin, width)
            lines += [f"  {line}", "  " + " " * place + "^" * width]
        if self.hint is not None and len(self.hint) <= 2 * LONGEST:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


def propose(name: str, *words: str) -> str:
    """The hint that a declaration helps, any one of these.

    >>> propose("x", "scalar", "vector n")
    'declare it, as in "x: scalar" or "x: vector n"'
    """
    return "declare it, as in " + " or ".join(f'"{name}: {w}"' for w in words)


class ReadError(SymjacError):
    """The text cannot be read: a bracket, a command, a role or a shape is in doubt."""

    kind = "read"


class ShapeError(SymjacError):
    """Two expressions do not fit together."""

    kind = "shape"


class DefinitionError(SymjacError):
    """The equations do not make a system: a cycle, a duplicate, an undefined symbol, a bad declaration."""

    kind = "definition"


class TargetError(SymjacError):
    """What is to be differentiated, or by what, is not a symbol of the system."""

    kind = "target"


class NotConfirmedError(SymjacError):
    """No road besides the one that found it speaks for a statement, so that it does not leave."""

    kind = "not-confirmed"


class NotYetError(SymjacError):
    """The question has an answer but symjac does not know how to find it yet."""

    kind = "not-yet"


class RecordError(SymjacError):
    """A record of a batch is no problem and no claim."""

    kind = "usage"


class OutOfMemoryError(SymjacError):
    """The machine has less memory than the question takes."""

    kind = "memory"


class MissingToolError(SymjacError):
    """A program or an optional package is needed and is not installed."""

    kind = "missing-tool"


class Defect(Exception):  # noqa: N818  # it is no error of the user's, and is to read like none
    """symjac is at fault: two of its own roads to one answer disagree, or a part of it broke.

    It is no :class:`SymjacError`: it says nothing about the input, so what answers for an input that cannot be used, or
    for a question that cannot be settled, does not answer for it. ``roads`` names the roads that disagree, or the part
    that broke.

    >>> Defect("the rules and the entries disagree", roads=("rules", "entries")).roads
    ('rules', 'entries')
    """

    kind = "defect"

    def __init__(self, message: str, *, roads: tuple[str, ...]) -> None:
        super().__init__(message)
        self.message = message
        self.roads = roads


def unprinted(message: str, *roads: str) -> Defect:
    """What is said where two roads to one answer disagree."""
    return Defect(f"{message}; this is a defect of symjac, and nothing is printed", roads=roads)


class RuleError(Defect):
    """A rule was applied where its side conditions do not hold, which only symjac itself does."""

    def __init__(self, message: str) -> None:
        super().__init__(message, roads=("rules",))
