"""The command line in a process of its own, and what its tests share."""

from __future__ import annotations

import subprocess
import sys

import pytest

FOUNDING = r"x_t = W \sigma(x_{t-1}) + W_{in} u_t + b"
Capture = pytest.CaptureFixture[str]


def run(*arguments: str, timeout: float = 600, **options: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own; the timeout only ends what hangs, however busy the machine is."""
    return subprocess.run(
        [sys.executable, "-m", "symjac", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
        stdin=subprocess.DEVNULL,
        **options,  # type: ignore[call-overload]  # what subprocess.run takes
    )
