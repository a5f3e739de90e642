"""Source of the whole algorithm: forward through time, backward through time, gradients added up on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from symjac.bptt.adjoint import as_sum
from symjac.bptt.backward import Backward
from symjac.bptt.loss import own_last
from symjac.codegen import IMPORTS, Source, emit_expression
from symjac.codegen.names import Names
from symjac.errors import NotYetError
from symjac.expr import Expr, Symbol
from symjac.interchange import identifier

STEPS = "T"  # the argument of a program that says how many steps there are


def program(b: Backward, target: str = "numpy", layout: str = "denominator") -> Source:
    """Source of ``gradients(...)`` for one sequence.

    Inputs (and the targets of a loss at every step) are arrays with a row for each step, initial states are vectors.
    An unspecified loss enters by its gradients, ``dloss_h(t, h_t)``. It returns the gradients by name.
    """
    if b.single is not None and b.window is not None:
        return _Writer(b.single, target, layout, b.window).source()
    return _Writer(b, target, layout).source()


def forward(b: Backward, target: str = "numpy") -> Source:
    """Source of ``forward(...)``, which takes what ``gradients(...)`` takes and returns a list for each left-hand side.

    The first element of a list is the state at time 0, nothing where there is none.
    """
    return _Writer(b, target, "denominator").forward_source()


class _Writer:
    def __init__(self, b: Backward, target: str, layout: str, window: int | None = None) -> None:
        self.b = b
        self.window = window
        self.target = target
        self.layout = layout
        self.names = Names({STEPS, "t", "gradients", "forward", "part", "last"})
        self._made: dict[tuple[str, str], str] = {}
        self.arguments: dict[str, str] = {}
        self.functions: dict[str, str] = {}
        self.access = self._access()
        self.count = 0
        self.needs_erf = False

    def made(self, role: str, of: str) -> str:
        """The name of what the program makes of something, such as its gradient: no symbol of the author's has it."""
        if (role, of) not in self._made:
            self._made[role, of] = self.names.fresh(role.format(identifier(of)))
        return self._made[role, of]

    # ------------------------------------------------------------------------------------ who is where

    def _access(self) -> dict[str, str]:
        """How the value of each symbol is reached inside a loop over t, by the symbol's name."""
        step, adjoints = self.b.step, self.b.adjoints
        out: dict[str, str] = {}
        for p in step.parameters:
            out[p.name] = self.names[p.name]
            self.arguments[out[p.name]] = p.name
        last = self.b.loss.last
        if last.letter is not None and not last.offset and any(s.name == last.letter for s in self.b.loss.term.symbols):
            out[last.letter] = "T"
        for c in step.constants:
            out[c.name] = self.names[c.name]
            out[adjoints.symbol(c).name] = self.made("d_{}", c.name)
        for x in step.inputs:
            if x.time != step.now:
                raise NotYetError(f"the input {x.name} is of another step; programs take inputs of the same step")
            name = self.names[x.family if x.family not in out else x.name]  # u_t beside u
            out[x.name], out[step.at(x, 1).name] = f"{name}[t - 1]", f"{name}[t]"
            self.arguments[name] = x.name
        for y in sorted(step.targets, key=lambda s: s.name):
            if y in self.b.loss.term.symbols:
                name = self.names[y.family if y.family not in out else y.name]
                out[y.name] = f"{name}[t - 1]" if self.b.loss.every_step or self.window else name
                self.arguments[name] = y.name
        for s in step.order:
            name = self.names[s.family if s.family not in out else s.name]
            name = self.made("{}", s.family) if s in step.arguments else name
            out[s.name], out[step.at(s, 1).name] = f"{name}[t]", f"{name}[t + 1]"
            if s in step.states:
                out[step.before(s).name] = f"{name}[t - 1]"
        for v in adjoints.nodes:
            label = step.label(v) if step.label(v) not in out else v.name
            name = self.made("d_{}" if v not in step.arguments else "delta_{}", label)
            out[adjoints.symbol(v).name] = f"{name}[t]"
            out[adjoints.symbol(v, 1).name] = f"{name}[t + 1]"
            if self.b.loss.unspecified and v in adjoints.local.symbols:
                out[adjoints.nabla(v).name] = f"{self.made('dloss_{}', self._list(out[v.name]))}(t, {self._given(out)})"
        return out

    def _given(self, access: Mapping[str, str]) -> str:
        """The arguments of the unspecified loss, in the order that they are printed in."""
        nodes = self.b.adjoints.nodes
        seen = dict.fromkeys(e for e in self.b.loss.bare.walk() if isinstance(e, Symbol) and e in nodes)
        return ", ".join(access[v.name] for v in seen)

    @staticmethod
    def _list(access: str) -> str:
        return access.split("[")[0].split("(")[0]

    # --------------------------------------------------------------------------------------- the lines

    def formula(self, e: Expr, goes_to: str) -> list[str]:
        """The lines that compute an expression and put it where it goes."""
        step = self.b.step
        known = {f.function.name: (f.variable, f.body) for f in step.system.functions}
        source = emit_expression(e, functions=known, symbols=[*step.parameters], target=self.target, name="step")
        self.needs_erf = self.needs_erf or "erf" in source.code.split("def step")[0]
        body = source.code.split("):\n", 1)[1].strip("\n").split("\n")
        table: dict[str, str] = {}
        for python, latex in source.arguments.items():
            if latex in self.access:
                table[python] = self.access[latex]
            else:
                if latex not in self.functions:
                    self.functions[latex] = self.names.fresh(python)
                table[python] = self.functions[latex]
        out: list[str] = []
        for line in body:
            code = line.strip()
            made = re.match(r"(\w+) = ", code)
            if made and made[1] not in table:
                self.count += 1
                table[made[1]] = self.names.fresh(f"part_{self.count}")
            code = re.sub(r"[A-Za-z_]\w*", lambda hit: table.get(hit[0], hit[0]) if _free(hit) else hit[0], code)
            out.append(code.replace("return ", f"{goes_to} = ", 1) if code.startswith("return ") else code)
        return out

    def source(self) -> Source:
        """The function that goes forward and back."""
        lines = [*self._start(), *self._forward(), *self._backward(), *self._end()]
        return self._function("gradients", lines)

    def forward_source(self) -> Source:
        """The forward half alone."""
        self.source()  # so that both halves take the same arguments
        lines = [*self._start(), *self._forward()]
        pairs = [f'"{self._list(self.access[s.name])}": {self._list(self.access[s.name])}' for s in self.b.step.order]
        return self._function("forward", [*lines, f"return {{{', '.join(pairs)}}}"])

    def _function(self, name: str, lines: list[str]) -> Source:
        if self.needs_erf:
            raise NotYetError("programs with the Gauss error function are not emitted yet")
        body = "\n".join(f"    {line}" for line in lines)
        parameters = [*self.arguments, *self._initial(), *self._losses(), *self.functions.values()]
        code = f"{IMPORTS[self.target]}\n\n\ndef {name}(*, {', '.join(dict.fromkeys(parameters))}):\n{body}\n"
        table = dict(self.arguments) | {python: latex for latex, python in self.functions.items()}
        table |= {python: s.name for python, s in self._initial().items()}
        return Source(code, table, name)

    def _initial(self) -> dict[str, Symbol]:
        step = self.b.step
        return {self.start(s): s.at(step.now) for s in step.states}

    def start(self, s: Symbol) -> str:
        """The name of a state at time 0."""
        return self.made("{}_0", self._list(self.access[s.name]))

    def _losses(self) -> list[str]:
        if not self.b.loss.unspecified:
            return []
        a = self.b.adjoints
        return [self._list(self.access[a.nabla(v).name]) for v in a.nodes if v in a.local.symbols]

    def _start(self) -> Iterator[str]:
        step = self.b.step
        some = next((self._list(self.access[x.name]) for x in step.inputs), None)
        if some is None:
            self.arguments[STEPS] = self.b.loss.last.letter or own_last(step).text
        else:
            yield f"T = len({some})"
        for c in (s for s in step.system.order if s in step.constants):
            yield from self.formula(step.constants[c], self.access[c.name])
        for s in step.order:
            name = self._list(self.access[s.name])
            yield f"{name} = [{self.start(s) if s in step.states else 'None'}] + [None] * T"

    def _forward(self) -> Iterator[str]:
        yield "for t in range(1, T + 1):"
        for s in self.b.step.order:
            for line in self.formula(self.b.step.definitions[s], self.access[s.name]):
                yield f"    {line}"

    def _backward(self) -> Iterator[str]:
        b = self.b
        for row in b.rows:
            yield f"{self._list(self.access[row.symbol.name])} = [None] * (T + 2)"
        for p in b.gradients:
            yield f"{self._total(p)} = 0.0"
        if self.window is not None:
            yield "for last in range(1, T + 1):"
            yield f"    for t in range(last, max(0, last - {self.window}), -1):"
            for line in self._one_step("last", ()):
                yield f"    {line}"
            return
        for x in b.input_gradients:
            yield f"{self._total(x)} = [None] * T"
        yield "for t in range(T, 0, -1):"
        yield from self._one_step("T", b.input_gradients)

    def _one_step(self, last: str, inputs: Iterable[Symbol]) -> Iterator[str]:
        """Everything for one t on the way back."""
        b = self.b
        for row in b.rows:
            place = self.access[row.symbol.name]
            if row.steady and not row.final:
                yield from self._indented(self.formula(row.before, place))
                continue
            yield f"    if t == {last}:"
            yield from self._indented(self.formula(row.last, place), 2)
            if not row.final:
                yield "    else:"
                yield from self._indented(self.formula(row.before, place), 2)
        for p, g in (*b.gradients.items(), *((x, b.input_gradients[x]) for x in inputs)):
            yield from self._indented(self._part(p, g.summand, g.once, last))

    def _part(self, p: Symbol, summand: Expr | None, once: Expr | None, last: str) -> Iterator[str]:
        total = self._total(p)
        is_input = p in self.b.input_gradients
        place = f"{total}[t - 1]"
        if summand is not None:
            yield from self.formula(summand, place) if is_input else self._added(summand, total)
        elif is_input:
            yield f"{place} = 0.0"
        if once is not None:
            yield f"if t == {last}:"
            yield from self._indented(self._added(once, place if is_input else total))

    def _added(self, e: Expr, total: str) -> list[str]:
        """The lines that add an expression to a total."""
        lines = self.formula(e, "part")
        return [*lines[:-1], f"{total} = {total} + " + lines[-1].removeprefix("part = ")]

    @staticmethod
    def _indented(lines: Iterator[str] | list[str], depth: int = 1) -> Iterator[str]:
        for line in lines:
            yield "    " * depth + line

    def _total(self, p: Symbol) -> str:
        if p in self.b.step.constants:
            return self.access[self.b.adjoints.symbol(p).name]
        if p in self.b.input_gradients:
            return self.made("d_{}", self._list(self.access[p.name]))
        return self.made("d_{}", p.name)

    def _end(self) -> Iterator[str]:
        b = self.b
        order = [s for s in b.step.system.order if s in b.step.constants]
        for p in (*reversed(order), *(p for p in b.gradients if p not in order)):
            if p in b.gradients and (fixed := b.gradients[p].fixed) is not None:
                yield from self._added(fixed, self._total(p))
        pairs = [f'"{self.access[p.name]}": {self._turned(p)}' for p in b.gradients if p not in b.step.constants]
        if self.window is not None:
            yield f"return {{{', '.join(pairs)}}}"
            return
        yield "t = 0"
        for s in b.step.states:
            uses = [b.put_in(u.term) for u in b.chosen(b.adjoint(s).uses, last=False) if u.later]
            yield from self.formula(as_sum(uses, s.shape), self._total_initial(s))
            pairs.append(f'"{self.start(s)}": {self._total_initial(s)}')
        for x in b.input_gradients:
            pairs.append(f'"{self._list(self.access[x.name])}": {self._total(x)}')
        yield f"return {{{', '.join(pairs)}}}"

    def _total_initial(self, s: Symbol) -> str:
        return self.made("d_{}", self.start(s))

    def _turned(self, p: Symbol) -> str:
        if self.layout == "numerator" and p.is_matrix:
            return f"{self._total(p)}.T"
        return self._total(p)


def _free(hit: re.Match[str]) -> bool:
    """Whether an identifier stands by itself: not an attribute, not the name of a keyword argument."""
    before = hit.string[: hit.start()]
    return not before.endswith(".")
