"""What is raised where a question about a claim has no answer."""


class UndecidedError(Exception):
    """The question cannot be answered; the message says why."""
