"""The one kind of exception that a command shows as a line instead of a traceback."""


class Fault(Exception):  # noqa: N818  # the word for what the operator can mend
    """Something outside the code is wrong and the person running it can mend it.

    The message is one clear line; `remedy` is what to do about it, a command where there is one.
    `exit_code` is what the command line ends with: 3 unless the fault has its own.
    """

    exit_code = 3

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy
