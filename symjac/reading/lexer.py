"""Text to tokens with spans: LaTeX as papers print it, and plain Unicode.

Presentation is dropped here (spaces, sizes, labels, environments for displays), style commands
become an attribute of the letters they cover; nothing else is interpreted.

>>> [t.text for t in tokenise(r"\\mathbf{W}\\,\\sigma(x_{t-1})")]
['W', '\\\\sigma', '(', 'x', '_', '{', 't', '-', '1', '}', ')']
"""

from __future__ import annotations

import re
import unicodedata

from symjac.errors import ReadError
from symjac.reading import vocabulary as v
from symjac.reading.commands import DOT_STAR, WORD, Commands, is_word
from symjac.reading.tokens import MAX_DEPTH, MAX_DIGITS, MAX_LENGTH, Token

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|\.[0-9]+")
_CALL = re.compile(r"\s*(\\left|\\[bB]igg?l?)?\s*[(\[{]")
_LOST_BRACES = re.compile(r"_[a-zτ][+\-−]\d(?!\w)")
_LOWER = re.compile(r"[a-z]{3,}")
DIGITS = frozenset("0123456789")


def tokenise(source: str) -> list[Token]:
    """The tokens of a text; ReadError for what is no formula."""
    if len(source) > MAX_LENGTH:
        raise ReadError(f"the text has {len(source)} characters; at most {MAX_LENGTH} are read")
    lexer = Lexer(source)
    lexer.run(0, len(source))
    lexer.closed()
    return lexer.tokens


class Lexer(Commands):
    """Letters, numbers and signs; commands are read by :class:`Commands`."""

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
            elif (c.isascii() and c.isdigit()) or (c == "." and source[i + 1 : i + 2] in DIGITS):
                i = self.number(i)
            else:
                i = self.sign(i, stop)

    def letters(self, i: int, stop: int) -> int:
        source, style = self.source, self.styles[-1]
        match = WORD.match(source, i, stop)
        assert match
        j = match.end()
        if self.tokens and self.tokens[-1].kind in "_^" and source[i - 1] != "{":
            # TeX: a script without braces takes one character.
            if len(run_ := match.group()) > 2 and run_ in v.COMMANDS:
                raise self.error(rf"{run_} is the name of a command without its backslash", i, j, rf'write "\{run_}"')
            lost = _LOST_BRACES.match(source, self.tokens[-1].start)
            if lost and self.tokens[-1].kind == "_" and self.tokens[-1].end == i:
                inner = source[i : lost.end()]
                raise self.error(
                    f"{lost.group()} is a subscript followed by {inner[1:]}; braces are missing",
                    self.tokens[-1].start,
                    lost.end(),
                    f'write "_{{{inner}}}" for the subscript {inner}, "_{inner[0]} {inner[1]} {inner[2:]}" for a sum',
                )
            return self.add("name", source[i], i, i + 1, style)
        run = source[i:j]
        if style == "rm" and len(run) > 1:
            return self.add("word" if is_word(run) else "name", run, i, j, "rm")
        if run in v.GREEK and len(run) > 2:
            return self.add("name", "\\" + run, i, j, style)
        if run in v.NORMALISATIONS or (run == "vec" and _CALL.match(source, j)):
            return self.add("name", run, i, j, "rm")
        if len(run) > 2 and (run in v.COMMANDS or run in v.STYLE_OF or run in v.ACCENTS):
            raise self.error(rf"{run} is the name of a command without its backslash", i, j, rf'write "\{run}"')
        called = _CALL.match(source, j) is not None
        k = self.word_at(run, called)
        if len(run) > 2 and run in v.CONNECTING and not any(self.braces):  # for x > 0
            return self.add("prose", run, i, j)
        letters = _LOWER.search(run[:k])
        named = (called and k == len(run)) or source[j : j + 1] == "_"  # num_t
        if letters and len(letters.group()) > (2 if named else 3) and not any(self.braces):
            raise self.error(
                f"{letters.group()}: a word, or a product of {len(letters.group())} letters?",
                i + letters.start(),
                i + letters.end(),
                rf'write "\mathrm{{{letters.group()}}}" for a word, "{" ".join(letters.group())}" for a product',
            )
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
            return self.add("number", source[i], i, i + 1)
        if style in ("bf", "bs", "bb") and source[i] in "01" and not source[i + 1 : i + 2].isdigit():
            return self.add("name", source[i], i, i + 1, style)
        if self.after_frac(i):
            return self.add("number", source[i], i, i + 1)
        match = _NUMBER.match(source, i)
        assert match
        if match.group(2):
            digits, _, power = match.group().lower().partition("e")
            hint = rf'write "{digits} \cdot 10^{{{int(power)}}}"'
            raise self.error("numbers in E-notation are not read", i, match.end(), hint)
        if len(match.group()) > MAX_DIGITS:
            raise self.error(f"a number of {len(match.group())} digits; at most {MAX_DIGITS} are read", i, match.end())
        after_letter = i and source[i - 1].isalpha() and self.tokens and self.tokens[-1].kind == "name"
        if after_letter and source[i] != "." and not any(self.braces):
            # Nobody writes a multiple as b1: it is a subscript without its sign, and noted as that.
            self.add("_", "", i, i)
            self.add("{", "{", i, i)
            self.add("number", match.group(), i, match.end())
            return self.add("}", "}", match.end(), match.end())
        return self.add("number", match.group(), i, match.end())

    def after_frac(self, i: int) -> bool:
        """Whether a digit is a whole argument of \\frac, as both are in ``\\frac12``."""
        last = self.tokens[-2:]
        if not last or self.source[i - 1] == "{":
            return False
        first = last[-1].kind == "frac"
        second = len(last) == 2 and last[0].kind == "frac" and last[1].kind in ("number", "name") and last[1].end == i
        return first or second

    def sign(self, i: int, stop: int) -> int:
        source, c = self.source, self.source[i]
        if c in v.PRIMES:
            j = i
            while j < stop and source[j] in v.PRIMES:
                j += 1
            for q in range(i, j):
                for _ in range(2 if source[q] == "″" else 1):
                    self.add("'", "'", q, q + 1)
            return j
        if source.startswith("...", i):
            return self.add("dots", "...", i, i + 3)
        if (entrywise := DOT_STAR.match(source, i)) is not None:
            return self.add("odot", ".*", i, entrywise.end())
        if source.startswith((":=", "||"), i):
            return self.add("=" if c == ":" else "||", source[i : i + 2], i, i + 2)
        if c in v.SIGNS or c == ".":
            return self.add(c, c, i, i + 1)
        if c in "{}":
            return self.brace(i, c)
        if c in v.UNICODE_SIGNS:
            return self.add(v.UNICODE_SIGNS[c], c, i, i + 1)
        if c in v.UNICODE_GREEK:
            return self.add("name", "\\" + v.UNICODE_GREEK[c], i, i + 1, self.styles[-1])
        if c in "⊤ᵀ":
            if not (self.tokens and self.tokens[-1].kind == "^"):
                self.add("^", "^", i, i)
            return self.add("top", c, i, i + 1)
        if c in v.SUPERSCRIPTS or c in v.SUBSCRIPTS:
            return self.raised(i, stop)
        return self.letter_like(i, c)

    def brace(self, i: int, c: str) -> int:
        if c == "{":
            if len(self.styles) > MAX_DEPTH:
                raise self.error(f"nested more than {MAX_DEPTH} deep", i)
            self.styles.append(self.styles[-1])
            self.braces.append(self.tokens[-1].kind in ("_", "^") if self.tokens else False)
        elif len(self.styles) > 1 and self.braces:
            self.styles.pop()
            self.braces.pop()
        return self.add(c, c, i, i + 1)

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
        return self.add("}", "}", j, j)

    def letter_like(self, i: int, c: str) -> int:
        """Mathematical alphabets; everything else is refused by its name."""
        plain, name = unicodedata.normalize("NFKC", c), unicodedata.name(c, f"U+{ord(c):04X}")
        if name.startswith(("MATHEMATICAL", "DOUBLE-STRUCK")) and len(plain) == 1:
            style = "bf" if "BOLD" in name else "bb" if "DOUBLE-STRUCK" in name else ""
            style = style or ("cal" if "SCRIPT" in name else "")
            if plain in v.UNICODE_GREEK:
                return self.add("name", "\\" + v.UNICODE_GREEK[plain], i, i + 1, style)
            if (plain.isascii() and plain.isalpha()) or plain in "01":
                return self.add("name", plain, i, i + 1, style)
            if plain in ("∂", "∇"):
                return self.add(v.UNICODE_SIGNS[plain], plain, i, i + 1)
        if c in v.DIRECTION:
            raise self.error(f"an invisible sign for the direction of writing (U+{ord(c):04X}) is not accepted", i)
        if name.startswith(("CYRILLIC", "GREEK", "FULLWIDTH")):
            raise self.error(
                f"{c!r} is a look-alike ({name}); type the letter you mean, look-alikes are not guessed", i
            )
        hint = r'write "\cdot" for the product; an index stands below, as in "h_{t-1}"' if c == "@" else None
        raise self.error(f"I cannot read the character {c!r} ({name})", i, hint=hint)
