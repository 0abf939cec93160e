"""What can go wrong for a script: one class for each reason, with the service's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class WaybillError(Exception):
    """Anything that the client says of itself. The text is for people."""


class NotConfigured(WaybillError):
    """There is no address of a service, or no key."""


class NoName(WaybillError):
    """What should be an id or a name is none, such as a variable that was never set."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference!r} is no id and no name.")


class Unreachable(WaybillError):
    """No answer came: the service is down, the name is wrong, or the network is."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"{address} cannot be reached: {why or 'no answer'}.")


class NoService(WaybillError):
    """Something answered that is not a Waybill."""

    def __init__(self, address: str, what: str) -> None:
        super().__init__(f"What answers at {address} is no Waybill: {what}.")


class TimedOut(WaybillError):
    """The export has not ended in the time that was given to it. It goes on."""

    def __init__(self, uid: str, seconds: float) -> None:
        super().__init__(f"{uid} has not ended within {seconds:g} s. It goes on; ask again later.")


class ExportFailed(WaybillError):
    """The export has no result: it failed, was cancelled, or has expired.

    :ivar code: the reason of a failure for programs; otherwise the state.
    """

    def __init__(self, uid: str, state: str, error: Mapping[str, Any] | None) -> None:
        said = error or {"what": f"It is {state}.", "remedy": ""}
        parts = [said["what"], said.get("detail", ""), said["remedy"]]
        super().__init__(f"{uid}: {' '.join(each for each in parts if each)}")
        self.code: str = said.get("code", state)


class NotReady(WaybillError):
    """There is nothing to download yet."""

    def __init__(self, uid: str, state: str) -> None:
        super().__init__(f"{uid} is {state}. Wait until it is ready.")


class NoTable(WaybillError):
    """The result cannot be read as a table."""

    def __init__(self, uid: str) -> None:
        super().__init__(
            f"{uid} cannot be read as a table. Export parquet, jsonl or csv, without an archive."
        )


class InTheWay(WaybillError):
    """A file of that name is there already, and is another one."""

    def __init__(self, path: object) -> None:
        super().__init__(f"{path} is there already, with other content. Overwrite it, or move it.")


class Damaged(WaybillError):
    """What came is not what the service says it sent."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} did not come as it was sent: its checksum is another one.")


class MissingLibrary(WaybillError):
    """What was asked for needs a library that is not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"This needs {name}, which is not installed: pip install {name}")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field of a request that is wrong.

    :ivar path: its place in the request, such as ``where.AND.0.field``.
    """

    path: str
    message: str


class Refused(WaybillError):
    """The service answered with an error.

    :ivar status: of HTTP. :ivar code: for programs; it does not change.
    :ivar detail: a sentence for people. :ivar errors: the fields that are wrong.
    """

    def __init__(self, status: int, code: str, detail: str, errors: tuple[Wrong, ...] = ()) -> None:
        self.status, self.code, self.detail, self.errors = status, code, detail, errors
        fields = [f"{each.path}: {each.message}" for each in errors if each.path]
        only = len(errors) == 1 and errors[0].message == detail
        super().__init__(fields[0] if only and fields else "\n  ".join([detail, *fields]))


class Invalid(Refused):
    """400, 413, 415, 422: the request is wrong; ``errors`` names its fields."""


class Unauthorised(Refused):
    """401: no key, or one that is unknown, revoked or over."""


class Forbidden(Refused):
    """403: the key is known, but may not do this."""


class NotFound(Refused):
    """404: there is no such thing, or it is not yours to see."""


class Conflict(Refused):
    """409: its state forbids it."""


class Gone(Refused):
    """410: it was deleted, or has expired."""


class PastTheEnd(Refused):
    """416: the result has not that many lines or bytes."""


class Busy(Refused):
    """429, 502, 503 or 504, still after the client has tried again where that is safe.

    :ivar retry_after: when to try once more, as the service put it.
    """

    retry_after: str | None = None


_BY_STATUS: dict[int, type[Refused]] = {
    400: Invalid,
    401: Unauthorised,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    413: Invalid,
    415: Invalid,
    416: PastTheEnd,
    422: Invalid,
    429: Busy,
    502: Busy,
    503: Busy,
    504: Busy,
}


def refusal(status: int, problem: Mapping[str, Any]) -> Refused:
    """The exception for an answer.

    :param problem: its body, as of RFC 9457; what it lacks is made up for by the status.
    """
    wrong = tuple(Wrong(str(each["path"]), str(each["message"])) for each in _fields(problem))
    detail = str(problem.get("detail") or problem.get("title") or f"It answered {status}.")
    made = _BY_STATUS.get(status, Refused)
    return made(status, str(problem.get("code", "")), detail, wrong)


def _fields(problem: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = problem.get("errors")
    found = listed if isinstance(listed, list) else []
    return [each for each in found if isinstance(each, dict) and {"path", "message"} <= each.keys()]
