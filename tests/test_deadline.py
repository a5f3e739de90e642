"""Time limits: an alarm that stops whatever runs, and what was stopped leaves nothing in disorder."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from symjac import System, cli, deadline, expr as ex, limits, normal
from symjac.claims import check_record
from symjac.deadline import DeadlineError
from symjac.limits import OutOfTimeError
from symjac.normal import atoms, calculus, elements, equal, network, translate
from tests.command import FOUNDING, Capture

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarm")
TRUE = r"\frac{\partial x_t}{\partial x_{t-1}} = W diag(\sigma'(x_{t-1}))"


class Clock:
    """A clock that stands still; the alarm rings where a test says, as if it were so much later."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def ring(self, later: float = 1e9) -> None:
        self.now += later
        try:
            signal.raise_signal(signal.SIGALRM)
        finally:
            self.now -= later


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(deadline, "monotonic", found)
    monkeypatch.setattr(limits, "monotonic", found)
    return found


def endless(clock: Clock) -> Callable[..., Any]:
    """Work that ends by the alarm alone, inside what takes every ordinary exception for a failure of its own."""

    def work(*_: object, **__: object) -> None:
        while True:
            with contextlib.suppress(Exception):  # as in SymPy
                clock.ring()

    return work


def test_an_alarm_stops_what_swallows_exceptions(clock: Clock) -> None:
    """No ``except Exception`` on the way holds the alarm up; outside, it is an error of kind ``time``."""
    with pytest.raises(OutOfTimeError, match="60 seconds") as found, deadline.deadline(60):
        endless(clock)()
    assert found.value.kind == "time"
    assert not issubclass(DeadlineError, Exception)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_the_outer_limit_ends_the_inner_one_too(clock: Clock) -> None:
    """A limit within a limit is not longer than it; the shorter one ends by itself and the rest goes on."""
    with pytest.raises(OutOfTimeError, match="5 seconds"), deadline.deadline(5), deadline.deadline(60):
        clock.ring(10)
    with deadline.deadline(60):
        with pytest.raises(OutOfTimeError, match="5 seconds"), deadline.deadline(5):
            clock.ring(10)
        with pytest.raises(OutOfTimeError, match="7 seconds"), deadline.deadline(7):
            clock.ring(10)


def test_nothing_rings_while_a_result_is_written() -> None:
    """Who reads a pipe slowly is not cut off."""
    with deadline.deadline(60), deadline.unhurried():
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_another_thread_has_work_budgets_alone() -> None:
    """Where no alarm can be set nothing fails; the budget of work still sees the time."""
    seen: list[object] = []

    def run() -> None:
        try:
            with deadline.deadline(0):
                seen.append(signal.getitimer(signal.ITIMER_REAL)[0])
                limits.in_time()
        except OutOfTimeError as error:
            seen.append(error.kind)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [0.0, "time"]


def test_an_alarm_of_somebody_else_is_left_alone() -> None:
    """Where the program around symjac has set the alarm, its handler stays."""

    def theirs(*_: object) -> None: ...

    before = signal.signal(signal.SIGALRM, theirs)
    try:
        with deadline.deadline(60):
            assert signal.getsignal(signal.SIGALRM) is theirs
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_target_past_its_time_is_an_error_of_kind_time_and_the_batch_goes_on(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Status 2, one line for the target, the next problem is answered as ever; a single target is a message."""
    monkeypatch.setattr("symjac.confirm.sizes.confirmed", endless(clock))
    problem = {"id": "a", "equations": [r"h = \tanh(W x)"], "targets": [{"wrt": "x"}]}
    file = tmp_path / "p.jsonl"
    file.write_text("\n".join(map(json.dumps, [problem, {**problem, "id": "b", "equations": ["h = W x"]}])))
    assert cli.main(["derive", str(file), "--layout", "numerator", "--timeout", "7"]) == 2
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["error"] == {"kind": "time", "message": "the time limit of 7 seconds was reached", "where": None}
    assert second["latex"] == "W"
    assert cli.main(["derive", r"h = \tanh(W x)", "--wrt", "x"]) == 2
    assert capsys.readouterr() == ("", "symjac: the time limit of 60 seconds was reached\n")


def test_a_claim_past_its_time_is_undecided(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """No convention is decided, and the reason is ``time``; whether it could be read is not said."""
    monkeypatch.setattr("symjac.claims.checking.Judge.verdict", endless(clock))
    v = check_record({"id": 3, "equations": [FOUNDING], "claim": TRUE}, timeout=7)
    assert (v.verdict, v.id) == ("undecided", 3)
    assert {(o.holds, o.because) for o in v.conventions.values()} == {(None, "time")}
    assert "the time limit of 7 seconds was reached" in v.explanation


def test_a_verdict_stands_where_the_nearest_formula_takes_too_long(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would be good to know is left out; a refutation that was found is not lost."""
    false = TRUE.replace("W diag", "W W diag")
    assert System(FOUNDING).check(false).repair is not None
    monkeypatch.setattr("symjac.claims.checking.repair", endless(clock))
    v = System(FOUNDING).check(false)
    assert (v.verdict, v.repair) == ("false", None)
    assert "The claim holds in no convention" in v.explanation


@pytest.mark.parametrize("where", ["atom", "intern", "size_number", "packed"])
def test_tables_survive_an_alarm_anywhere(clock: Clock, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that was stopped while tables were written leaves none of it: the next question is answered right."""
    system = System(FOUNDING)
    rhs = system.definitions[system.target(None)]
    with monkeypatch.context() as patch:
        for module in (atoms, calculus, elements, network, translate):
            if hasattr(module, where):
                patch.setattr(module, where, endless(clock))
        normal._forget()
        generation = atoms.tables.generation
        with pytest.raises(OutOfTimeError), deadline.deadline(5):
            equal(rhs, ex.add(rhs, rhs))
        assert atoms.tables.generation > generation
    assert System(FOUNDING).check(TRUE).holds_in == ("numerator_column",)


@pytest.mark.parametrize("after", ["a failure of its own", "an answer"])
def test_a_ring_that_a_bare_except_takes_for_a_failure_ends_the_work_all_the_same(clock: Clock, after: str) -> None:
    """What comes of work in which an alarm was lost, an error or an answer, is no answer but the end of the time."""

    @deadline.deadline(1)
    def work() -> None:
        with contextlib.suppress(BaseException):  # as in mpmath, whose comparisons then say that they do not know
            clock.ring()
        if after == "a failure of its own":
            raise TypeError(after)

    with pytest.raises(OutOfTimeError):
        work()


def test_a_ring_while_an_alarm_is_left_leaves_none_behind(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine it may ring just then; an alarm that stayed would end what comes long after it."""
    real, rung = signal.setitimer, []

    def setitimer(which: signal._ItimerWhich, seconds: float, interval: float = 0) -> tuple[float, float]:
        if seconds == 0 and not rung:
            rung.append(seconds)
            clock.ring()
        return real(which, seconds, interval)

    monkeypatch.setattr(signal, "setitimer", setitimer)
    with pytest.raises(OutOfTimeError), deadline.deadline(5):
        pass
    assert rung == [0]
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    with deadline.deadline(5):
        clock.now += 4
