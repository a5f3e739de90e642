"""LaTeX commands: style, accents, frames, environments, and signs by name."""

from __future__ import annotations

import difflib
import re
import unicodedata
from abc import ABC, abstractmethod

from symjac import functions
from symjac.errors import ReadError
from symjac.reading import vocabulary as v
from symjac.reading.tokens import MAX_DEPTH, MAX_TOKENS, Token
from symjac.reading.usual import is_loss_word

_COMMAND = re.compile(r"\\([a-zA-Z]+\*?|.)", re.S)
_ROW_GAP = re.compile(r"\*?\s*\[\s*-?[\d.]+\s*(pt|em|ex|mm|cm|in)\s*\]|\*")
WORD = re.compile(r"[A-Za-z]+")
_PHRASE = re.compile(r"[A-Za-z]+([ -]+[A-Za-z]+)+")
_OPENS = re.compile(r"\s*(\\left\s*)?\(")
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")
_ARGUMENT = re.compile(r"\\[a-zA-Z]+|\\.|.", re.S)
_ACCENTED = re.compile(r"""\\[`'^"~=.]\{?([A-Za-z])\}?""")  # of words: v\`a, f\"ur
DOT_STAR = re.compile(r"\.\s*\*")


def _is_prose(text: str) -> bool:
    """Whether a text is words: it has a space, is in brackets, or has letters of a script that no formula uses."""
    bracketed = len(text) > 2 and text[0] + text[-1] in ("()", "[]")
    return bracketed or " " in text or any(c.isalpha() and unicodedata.name(c, "").startswith(_SCRIPTS) for c in text)


_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "CYRILLIC", "ARABIC", "HEBREW", "DEVANAGARI", "THAI", "KHMER")


# Blanks around a word, also those that TeX keeps: \mathrm{~for~}, \mathrm{\ if\ }.
_BLANK_ENDS = re.compile(rf"^(?:[{v.BLANKS}]|\\[ ,;:!])+|(?:[{v.BLANKS}]|\\[ ,;:!])+$")


def is_word(text: str) -> bool:
    """Whether a run of letters is a function or an operator with a name of its own."""
    return text in v.OPERATORS or (text not in v.NORMALISATIONS and functions.by_spelling(text) is not None)


class Commands(ABC):
    """The half of the lexer that knows commands."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[Token] = []
        self.styles = [""]
        self.displays: list[tuple[str, int, int]] = []  # environments that are open
        self.braces: list[bool] = []  # whether the braces that are open hold a script

    def error(self, message: str, start: int, end: int | None = None, hint: str | None = None) -> ReadError:
        return ReadError(message, text=self.source, span=(start, start + 1 if end is None else end), hint=hint)

    def add(self, kind: str, text: str, start: int, end: int, style: str = "") -> int:
        """Takes a token in; where the text goes on."""
        if len(self.tokens) >= MAX_TOKENS:
            raise self.error(f"more than {MAX_TOKENS} signs in one text", start)
        self.tokens.append(Token(kind, text, start, end, style))
        return end

    def gap(self, i: int) -> None:
        """A line's end or a wide space: where equations may part."""
        if self.tokens and self.tokens[-1].kind in ("name", "number", "word", ")", "]", "}", "end", "top", "'"):
            self.add("gap", "", i, i + 1)

    def inside(self, start: int, stop: int, style: str | None) -> None:
        """Tokenises an argument in a style of its own."""
        if len(self.styles) > MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} deep", start)
        self.styles.append(self.styles[-1] if style is None else style)
        self.run(start, stop)
        self.styles.pop()

    def skip_blanks(self, i: int) -> int:
        while i < len(self.source) and self.source[i] in v.BLANKS:
            i += 1
        return i

    def argument(self, i: int, command: str) -> tuple[int, int, int]:
        """Start and stop of a mandatory argument at ``i``, and where the text goes on."""
        source = self.source
        i = self.skip_blanks(i)
        if i >= len(source) or source[i] in "}&^_":
            raise self.error(rf"\{command} needs an argument", max(0, min(i, len(source) - 1)))
        if source[i] != "{":
            match = _ARGUMENT.match(source, i)
            assert match
            end = match.end()
            if match.group()[1:] in v.STYLE_OF or match.group()[1:] in v.ACCENTS:  # \bar\mathbf{v}
                end = self.argument(end, match.group()[1:])[2]
            return i, end, end
        depth, k = 0, i
        while k < len(source):
            if source[k] == "\\":
                k += 2
                continue
            depth += {"{": 1, "}": -1}.get(source[k], 0)
            k += 1
            if depth == 0:
                return i + 1, k - 1, k
        raise self.error("this { is never closed", i)

    def command(self, i: int, stop: int) -> int:
        match = _COMMAND.match(self.source, i)
        if not match:
            raise self.error("the text ends in a lone backslash", i)
        name, j = match.group(1), match.end()
        if name.endswith("*") and name not in v.DROPPED_COMMANDS:
            name = name[:-1]
            j -= 0 if name == "operatorname" else 1
        if name == "\\":
            gap = _ROW_GAP.match(self.source, j)
            return self.add("\\\\", "\\\\", i, gap.end() if gap else j)
        if name in ",;:! >/()[]" or name in "\n-":
            return j
        if name in "_'":  # escaped for Markdown or for a string
            return self.add(name, name, i, j)
        if name in ("quad", "qquad", "eqno", "leqno"):
            self.gap(i)
            return j
        if name in v.BLANK_COMMANDS:
            k = self.skip_blanks(j)
            return k + 1 if name in ("left", "right", "middle") and self.source[k : k + 1] == "." else j
        if name in ("begin", "end"):
            return self.environment(i, j, name)
        if name in v.DROPPED_COMMANDS:
            return self.dropped(j, name)
        if name in v.FRAMES:
            return self.framed(i, j, name)
        if name in v.SWITCHES:
            self.styles[-1] = v.SWITCHES[name]
            return j
        if name in v.STYLE_OF:
            return self.styled(i, j, name)
        if name in v.ACCENTS:
            return self.accented(i, j, name)
        if name in v.GREEK:
            self.add("name", "\\" + name, i, j, self.styles[-1] if self.styles[-1] in ("bf", "bs") else "")
        elif name in v.COMMANDS:
            self.add(v.COMMANDS[name], name, i, j)
        elif is_word(name):
            self.add("word", name, i, j)
        elif (meant := v.macro(name)) is not None:
            self.add("name", meant, i, j, "bf" if len(meant) == 1 else "")
        else:
            self.unknown(name, i, j)
        return j

    def unknown(self, name: str, i: int, j: int) -> None:
        known = [*functions.ACTIVATIONS, *v.GREEK, *v.COMMANDS, *v.STYLE_OF, *v.OPERATORS, *v.ACCENTS, "operatorname"]
        turned = [word for word in known if sorted(word) == sorted(name)]  # \tahn
        near = turned or (difflib.get_close_matches(name, known, 1, 0.75) if len(name) > 2 else [])
        macro = r'write what the macro of the paper stands for, as in "\mathbf{x}"'
        hint = rf'write "\{near[0]}", if that is meant' if near else macro
        raise self.error(rf"I do not know the command \{name}", i, j, hint)

    def environment(self, i: int, j: int, which: str) -> int:
        start, stop, j = self.argument(j, which)
        name = self.source[start:stop].strip().rstrip("*")
        if name in v.DISPLAYS:
            self.display(self.source[start:stop].strip(), which, i, j)
            if name == "aligned" and self.source[j : j + 1] == "[":
                j = self.source.find("]", j) + 1 or j
            if name.startswith("alignat") and which == "begin":
                j = self.argument(j, name)[2]
            return j
        if name in v.MATRICES:
            if name == "array" and which == "begin":
                j = self.argument(j, name)[2]
            return self.add(which, name, i, j)
        raise self.error(f"the environment {name!r} is no formula that is read here", i, j)

    def display(self, name: str, which: str, i: int, j: int) -> None:
        """Environments that frame equations print nothing, but they open and close in pairs."""
        if which == "begin":
            self.displays.append((name, i, j))
            return
        if not self.displays:
            raise self.error(rf"this \end{{{name}}} closes nothing", i, j)
        opened, *_ = self.displays.pop()
        if opened != name:
            raise self.error(rf"this \end{{{name}}} does not match \begin{{{opened}}}", i, j)

    def closed(self) -> None:
        """Raises where a display is still open at the end."""
        if self.displays:
            name, i, j = self.displays[-1]
            raise self.error(rf"this \begin{{{name}}} is never closed: an \end{{{name}}} is missing", i, j)

    def dropped(self, j: int, name: str) -> int:
        # A tag that was cut off, as in "\tag{15", holds nothing that could be missed.
        k = self.skip_blanks(j)
        if name.startswith("tag") and "}" not in self.source[k:]:
            return len(self.source)
        return self.argument(j, name)[2]

    def framed(self, i: int, j: int, name: str) -> int:
        start, stop, j = self.argument(j, name)
        self.add("{", "{", i, start)
        self.inside(start, stop, None)
        self.add("}", "}", stop, j)
        if name in ("underbrace", "overbrace"):
            k = self.skip_blanks(j)
            if self.source[k : k + 1] in ("_", "^"):
                j = self.argument(k + 1, name)[2]
        return j

    def styled(self, i: int, j: int, name: str) -> int:
        start, stop, j = self.argument(j, name)
        style, word = v.STYLE_OF[name], _BLANK_ENDS.sub("", self.source[start:stop])
        word = _ACCENTED.sub(r"\1", word) if name in v.TEXTS else word
        if not word and (style != "rm" or name == "operatorname"):
            raise self.error(
                rf"\{name} with nothing in its braces",
                i,
                j,
                rf'write the letters into the braces, as in "\{name}{{x}}"',
            )
        if name == "operatorname" and self.source[stop : stop + 1] != "}":
            run = WORD.match(self.source, start)
            hint = rf'write "\operatorname{{{run.group()}}}"' if run else None
            raise self.error(r"\operatorname without braces", i, run.end() if run else j, hint)
        joined = "".join(WORD.findall(word))
        if style == "rm" and _PHRASE.fullmatch(word) and is_loss_word(joined) and _OPENS.match(self.source, j):
            return self.add("name", joined, i, j, "rm")  # \\text{cross entropy}(y, d)
        apart = self.source[start:stop] != word and name in v.TEXTS and not is_word(word)
        below = [t.kind for t in self.tokens[-2:]]
        if apart and word.isalpha() and len(word) > 1 and not {"_", "^"} & set(below):
            return self.add("prose", word, i, j)  # \\text{ at }: a word between formulas
        if style == "rm" and word not in v.CONNECTING and (WORD.fullmatch(word) or _LABEL.fullmatch(word)):
            if is_word(word):
                return self.add("word", word, i, j)
            bold = self.styles[-1] in ("bf", "bs") and len(word) == 1 and word not in "dT"
            return self.add("name", word, i, j, self.styles[-1] if bold else "rm")
        if style == "rm" and not word:
            return j
        if style == "rm" and DOT_STAR.fullmatch(word):
            return self.add("odot", word, i, j)
        prose = style == "rm" and name in v.TEXTS and _is_prose(word)
        if prose or word in v.CONNECTING:
            return self.add("prose", word, i, j)
        first = len(self.tokens)
        self.inside(start, stop, style)
        if len(self.tokens) == first + 1:
            self.tokens[first] = self.tokens[first]._replace(start=i, end=j)
        return j

    def accented(self, i: int, j: int, name: str) -> int:
        start, stop, j = self.argument(j, name)
        first = len(self.tokens)
        self.inside(start, stop, None)
        new = self.tokens[first:]
        if not new or new[0].kind != "name" or (len(new) > 1 and new[1].kind not in ("_", "^", "'")):
            raise self.error(rf"\{name} must stand over one symbol", i, j)
        accents = ({"widetilde": "tilde", "widehat": "hat", "overline": "bar"}.get(name, name), *new[0].accents)
        self.tokens[first] = new[0]._replace(accents=accents, start=i, end=new[0].end if len(new) > 1 else j)
        return j

    @abstractmethod
    def run(self, i: int, stop: int) -> None:
        """Tokenises a stretch of the source."""
