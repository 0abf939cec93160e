"""What an exported file is called in the result: a name that is safe, and tells whence it came."""

from __future__ import annotations

from sqlglot import exp

from exports.query.expressions import function, number

DIGITS = 16  # of the sum of the origin, so that two files never share a name
LENGTH = 100  # characters of the base name, the last ones


def file_name(origin: exp.Expr) -> exp.Expr:
    """The name of the file that a document names; null for null.

    It is made of the origin alone: however many documents name one file, it has one name, and
    that is no reserved one on any system, since it begins with hexadecimal digits and ``-``.

    :param origin: the path as the document has it, as text.
    """
    text = exp.Literal.string
    base = function("regexp_extract", origin.copy(), text("[^/]*$"))
    safe = function("regexp_replace", base, text("[^A-Za-z0-9._-]"), text("_"), text("g"))
    sum_ = function("left", function("sha256", origin.copy()), number(DIGITS))
    marked = exp.DPipe(this=sum_, expression=text("-"))
    return exp.DPipe(this=marked, expression=function("right", safe, number(LENGTH)))
