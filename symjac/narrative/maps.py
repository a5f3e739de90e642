"""What is said of unspecified maps of vectors: what they are, and what their matrices of derivatives are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symjac import expr as ex
from symjac.expr import Expr
from symjac.narrative.blocks import Inlines
from symjac.narrative.words import WORDS, listed, told
from symjac.typeset import names
from symjac.typeset.boxes import Ident, Num, Script, row
from symjac.typeset.calls import derivative_of_map, function_box


def tell_maps(expressions: Iterable[Expr]) -> Iterator[Inlines]:
    """A sentence for each map that is applied in these."""
    found = (e for body in expressions for e in body.walk() if isinstance(e, ex.VectorMap))
    maps = {e.of: e for e in found}
    for name, e in maps.items():
        count = len(e.args)
        if isinstance(e, ex.ScalarFunction | ex.ScalarGradient):
            of, sign = names.name_box(e.of), Ident(r"\nabla")
            hessian = row(Script(sign, sup=Num("2")), of)
            yield told("scalar_function", function=of, gradient=row(sign, of), hessian=hessian)
        elif count == 1:
            yield told("map", function=names.name_box(name), derivative=function_box(name, 1))
        else:
            yield told(
                "map_of_several",
                function=names.name_box(name),
                count=WORDS.get(f"vectors_{count}", str(count)),
                derivatives=listed([derivative_of_map(name, by, count) for by in range(1, count + 1)]),
            )
