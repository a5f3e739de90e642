"""Text to tokens with spans: LaTeX as papers print it, and plain Unicode.

Presentation is dropped here (spaces, sizes, labels, environments for displays), style commands
become an attribute of the letters they cover; nothing else is interpreted.

>>> [t.text for t in tokenise(r"\\mathbf{W}\\,\\sigma(x_{t-1})")]
['W', '\\\\sigma', '(', 'x', '_', '{', 't', '-', '1', '}', ')']
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import NamedTuple

from symjac import functions
from symjac.errors import ReadError
from symjac.reading import vocabulary as v

MAX_LENGTH = 20_000
MAX_TOKENS = 4_000
MAX_DEPTH = 60
MAX_DIGITS = 30


class Token(NamedTuple):
    kind: str  # "name", "word", "number", "prose", or one of the signs of the vocabulary
    text: str  # a name's base letter, a word, a number's digits
    start: int
    end: int
    style: str = ""
    accents: tuple[str, ...] = ()


def tokenise(source: str) -> list[Token]:
    """The tokens of a text; ReadError for what is no formula."""
    if not isinstance(source, str):
        raise ReadError(f"a string of LaTeX was expected, not {type(source).__name__}")
    if len(source) > MAX_LENGTH:
        raise ReadError(f"the text has {len(source)} characters; at most {MAX_LENGTH} are read")
    lexer = _Lexer(source)
    lexer.run(0, len(source))
    return lexer.tokens


def is_word(text: str) -> bool:
    """Whether a run of letters is a function or an operator with a name of its own."""
    return text in v.OPERATORS or (text not in v.NORMALISATIONS and functions.by_spelling(text) is not None)


_COMMAND = re.compile(r"\\([a-zA-Z]+\*?|.)", re.S)
_ROW_GAP = re.compile(r"\*?\s*\[\s*-?[\d.]+\s*(pt|em|ex|mm|cm|in)\s*\]|\*")
_NUMBER = re.compile(r"\d+(\.\d+)?([eE][+-]?\d+)?|\.\d+")
_WORD = re.compile(r"[A-Za-z]+")
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")
_ARGUMENT = re.compile(r"\\[a-zA-Z]+|\\.|.", re.S)
_CALL = re.compile(r"\s*(\\left|\\[bB]igg?l?)?\s*[(\[{]")
_LOST_BRACES = re.compile(r"_[a-zτ][+\-−]\d(?!\w)")


class _Lexer:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[Token] = []
        self.styles = [""]

    def error(self, message: str, start: int, end: int | None = None, hint: str | None = None) -> ReadError:
        return ReadError(message, text=self.source, span=(start, start + 1 if end is None else end), hint=hint)

    def add(self, kind: str, text: str, start: int, end: int, style: str = "") -> None:
        if len(self.tokens) >= MAX_TOKENS:
            raise self.error(f"more than {MAX_TOKENS} signs in one text", start)
        self.tokens.append(Token(kind, text, start, end, style))

    def run(self, i: int, stop: int) -> None:
        source = self.source
        while i < stop:
            c = source[i]
            if c in v.BLANKS or c in v.INVISIBLE:
                if c == "\n":
                    self.gap(i)
                i += 1
            elif c == "%":
                while i < stop and source[i] != "\n":
                    i += 1
            elif c == "\\":
                i = self.command(i, stop)
            elif c.isascii() and c.isalpha():
                i = self.letters(i, stop)
            elif c.isascii() and c.isdigit() or (c == "." and source[i + 1 : i + 2].isdigit()):
                i = self.number(i)
            else:
                i = self.sign(i, stop)

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
            return i, match.end(), match.end()
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

    # ------------------------------------------------------------------------------------- commands

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
            self.add("\\\\", "\\\\", i, gap.end() if gap else j)
            return gap.end() if gap else j
        if name in ",;:! >/()[]" or name in "\n-":
            return j
        if name == "_":  # an underscore escaped for Markdown
            self.add("_", "_", i, j)
            return j
        if name in ("quad", "qquad"):
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
        else:
            self.unknown(name, i, j)
        return j

    def unknown(self, name: str, i: int, j: int) -> None:
        known = [*v.GREEK, *v.COMMANDS, *v.STYLE_OF, *v.OPERATORS, *v.ACCENTS, "tanh", "operatorname"]
        near = difflib.get_close_matches(name, known, 1, 0.75)
        hint = rf"did you mean \{near[0]}?" if near else "a macro of the paper has to be written out"
        raise self.error(rf"I do not know the command \{name}", i, j, hint)

    def environment(self, i: int, j: int, which: str) -> int:
        start, stop, j = self.argument(j, which)
        name = self.source[start:stop].strip().rstrip("*")
        if name in v.DISPLAYS:
            if name == "aligned" and self.source[j : j + 1] == "[":
                j = self.source.find("]", j) + 1 or j
            if name.startswith("alignat") and which == "begin":
                j = self.argument(j, name)[2]
            return j
        if name in v.MATRICES:
            if name == "array" and which == "begin":
                j = self.argument(j, name)[2]
            self.add(which, name, i, j)
            return j
        raise self.error(f"the environment {name!r} is no formula that is read here", i, j)

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
        style, word = v.STYLE_OF[name], self.source[start:stop].strip()
        if style == "rm" and word not in v.CONNECTING and (_WORD.fullmatch(word) or _LABEL.fullmatch(word)):
            bold = self.styles[-1] in ("bf", "bs")
            if is_word(word):
                self.add("word", word, i, j)
            elif word == "d" or word == "T":
                self.add("name", word, i, j, "rm")
            else:
                self.add("name", word, i, j, self.styles[-1] if bold and len(word) == 1 else "rm")
            return j
        if style == "rm" and not word:
            return j
        if (
            style == "rm"
            and name in ("text", "textrm", "mbox", "textit", "hbox")
            and " " in word
            or word in v.CONNECTING
        ):
            self.add("prose", word, i, j)
            return j
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

    # ---------------------------------------------------------------------------- letters and signs

    def letters(self, i: int, stop: int) -> int:
        source, style = self.source, self.styles[-1]
        match = _WORD.match(source, i, stop)
        assert match
        j = match.end()
        if self.tokens and self.tokens[-1].kind in "_^" and source[i - 1] != "{":
            # TeX: a script without braces takes one character.
            lost = _LOST_BRACES.match(source, self.tokens[-1].start)
            if lost and self.tokens[-1].kind == "_" and self.tokens[-1].end == i:
                inner = source[i : lost.end()]
                raise self.error(
                    f"{lost.group()} is a subscript followed by {inner[1:]}; braces are missing",
                    self.tokens[-1].start,
                    lost.end(),
                    f"write _{{{inner}}} for the subscript {inner}, or spaces around the sign for a sum",
                )
            self.add("name", source[i], i, i + 1, style)
            return i + 1
        run = source[i:j]
        if style == "rm" and len(run) > 1:
            self.add("word" if is_word(run) else "name", run, i, j, "rm")
            return j
        if run in v.GREEK and len(run) > 2:
            self.add("name", "\\" + run, i, j, style)
            return j
        if run in v.NORMALISATIONS:
            self.add("name", run, i, j, "rm")
            return j
        k = self.word_at(run, _CALL.match(source, j) is not None)
        for q in range(i, i + k):
            self.add("name", source[q], q, q + 1, style)
        if k < len(run):
            self.add("word", run[k:], i + k, j)
        return j

    def word_at(self, run: str, called: bool) -> int:
        """Where in a run of letters a function's name begins: at 0, before a bracket also later."""
        if len(run) > 1 and is_word(run):
            return 0
        if called:
            for k in range(1, len(run) - 2):
                if is_word(run[k:]):
                    return k
        return len(run)

    def number(self, i: int) -> int:
        source, style = self.source, self.styles[-1]
        if self.tokens and self.tokens[-1].kind in ("_", "^") and source[i - 1] != "{":
            self.add("number", source[i], i, i + 1)
            return i + 1
        if style in ("bf", "bs", "bb") and source[i] in "01" and not source[i + 1 : i + 2].isdigit():
            self.add("name", source[i], i, i + 1, style)
            return i + 1
        if self.after_frac(i):
            self.add("number", source[i], i, i + 1)
            return i + 1
        match = _NUMBER.match(source, i)
        assert match
        if match.group(2):
            raise self.error("numbers in E-notation are not read", i, match.end(), "write a fraction or a decimal")
        if len(match.group()) > MAX_DIGITS:
            raise self.error(f"a number of {len(match.group())} digits; at most {MAX_DIGITS} are read", i, match.end())
        if i and source[i - 1].isalpha() and self.tokens and self.tokens[-1].kind == "name":
            # Nobody writes a multiple as b1: it is a subscript without its sign, and noted as that.
            self.add("_", "", i, i)
            self.add("{", "{", i, i)
            self.add("number", match.group(), i, match.end())
            self.add("}", "}", match.end(), match.end())
            return match.end()
        self.add("number", match.group(), i, match.end())
        return match.end()

    def after_frac(self, i: int) -> bool:
        """Whether a digit is a whole argument of \\frac, as both are in ``\\frac12``."""
        last = self.tokens[-2:]
        if not last or self.source[i - 1] == "{":
            return False
        first = last[-1].kind == "frac"
        second = len(last) == 2 and last[0].kind == "frac" and last[1].kind == "number" and last[1].end == i
        return first or second

    def sign(self, i: int, stop: int) -> int:
        source, c = self.source, self.source[i]
        if c in "'’′″":
            j = i
            while j < stop and source[j] in "'’′″":
                j += 1
            for q in range(i, j):
                for _ in range(2 if source[q] == "″" else 1):
                    self.add("'", "'", q, q + 1)
            return j
        if source.startswith("...", i):
            self.add("dots", "...", i, i + 3)
            return i + 3
        if source.startswith((":=", "||"), i):
            self.add("=" if c == ":" else "||", source[i : i + 2], i, i + 2)
            return i + 2
        if c in v.SIGNS or c == ".":
            self.add(c, c, i, i + 1)
            return i + 1
        if c in "{}":
            return self.brace(i, c)
        if c in v.UNICODE_SIGNS:
            self.add(v.UNICODE_SIGNS[c], c, i, i + 1)
            return i + 1
        if c in v.UNICODE_GREEK:
            self.add("name", "\\" + v.UNICODE_GREEK[c], i, i + 1, self.styles[-1])
            return i + 1
        if c in "⊤ᵀ":
            if not (self.tokens and self.tokens[-1].kind == "^"):
                self.add("^", "^", i, i)
            self.add("top", c, i, i + 1)
            return i + 1
        if c in v.SUPERSCRIPTS or c in v.SUBSCRIPTS:
            return self.raised(i, stop)
        return self.letter_like(i, c)

    def brace(self, i: int, c: str) -> int:
        if c == "{":
            if len(self.styles) > MAX_DEPTH:
                raise self.error(f"nested more than {MAX_DEPTH} deep", i)
            self.styles.append(self.styles[-1])
        elif len(self.styles) > 1:
            self.styles.pop()
        self.add(c, c, i, i + 1)
        return i + 1

    def raised(self, i: int, stop: int) -> int:
        kind, table = ("^", v.SUPERSCRIPTS) if self.source[i] in v.SUPERSCRIPTS else ("_", v.SUBSCRIPTS)
        self.add(kind, kind, i, i)
        self.add("{", "{", i, i)
        j = i
        while j < stop and self.source[j] in table:
            c = table[self.source[j]]
            if c.isdigit() and self.tokens[-1].kind == "number":
                last = self.tokens.pop()
                self.add("number", last.text + c, last.start, j + 1)
            else:
                self.add("number" if c.isdigit() else "name" if c.isalpha() else c, c, j, j + 1)
            j += 1
        self.add("}", "}", j, j)
        return j

    def letter_like(self, i: int, c: str) -> int:
        """Mathematical alphabets; everything else is refused by its name."""
        plain, name = unicodedata.normalize("NFKC", c), unicodedata.name(c, f"U+{ord(c):04X}")
        if name.startswith(("MATHEMATICAL", "DOUBLE-STRUCK")) and len(plain) == 1:
            style = "bf" if "BOLD" in name else "bb" if "DOUBLE-STRUCK" in name else ""
            style = style or ("cal" if "SCRIPT" in name else "")
            if plain in v.UNICODE_GREEK:
                self.add("name", "\\" + v.UNICODE_GREEK[plain], i, i + 1, style)
                return i + 1
            if plain.isascii() and plain.isalpha() or plain in "01":
                self.add("name", plain, i, i + 1, style)
                return i + 1
            if plain in ("∂", "∇"):
                self.add(v.UNICODE_SIGNS[plain], plain, i, i + 1)
                return i + 1
        if c in v.DIRECTION:
            raise self.error(f"an invisible sign for the direction of writing (U+{ord(c):04X}) is not accepted", i)
        if name.startswith(("CYRILLIC", "GREEK", "FULLWIDTH")):
            raise self.error(
                f"{c!r} is a look-alike ({name})", i, hint="type the letter you mean; look-alikes are not guessed"
            )
        raise self.error(f"I cannot read the character {c!r} ({name})", i)
