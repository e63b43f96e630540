"""What gateways raise, use cases let pass or turn into an outcome, and handlers answer.

RexError
├── Rejected    never succeeds as it is: carries the HTTP status, a code, what happened and what to do next
└── Transient   may succeed when it is tried again; carries a code
"""


class RexError(Exception):
    """Whatever REX raises by itself; `code` is fit for logs, the message is fit for people."""

    code: str


class Rejected(RexError):
    """The request was refused, and asking again changes nothing."""

    def __init__(self, status: int, code: str, message: str, next_step: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.next = next_step


class Transient(RexError):
    """The other side could not answer now; commands are idempotent, so the same request may be sent again."""

    def __init__(self, code: str, message: str = "A service did not answer. Try again in a moment.") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
