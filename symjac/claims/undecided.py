"""What is raised where a question about a claim has no answer."""

from symjac.errors import SymjacError


class UndecidedError(Exception):
    """The question cannot be answered; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


TROUBLE = (SymjacError, UndecidedError)  # for what would be good to know, and may as well not be found out
