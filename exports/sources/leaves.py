"""What a scalar in a text file must look like to be of a type, as conditions of SQL.

DuckDB's own readers turn 1.5 into the integer 2, true into 1 and "7" into 7 without a word, so
that every value is looked at as the text that stands in the file before it becomes one of a type.
"""

from __future__ import annotations

from dataclasses import dataclass

from exports.sources.source import SourceKind

INTEGERS = ("BIGINT", "UBIGINT", "DECIMAL(38,0)")
MOMENTS = ("DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
EMPTY = "MAP(VARCHAR, VARCHAR)"  # an object that never holds anything
WORDS = {
    "BIGINT": "a whole number of 64 bits",
    "UBIGINT": "a whole number of 64 bits without a sign",
    "DECIMAL(38,0)": "a whole number of at most 38 digits",
    "DOUBLE": "a number that a 64-bit float holds",
    "BOOLEAN": "true or false",
    "VARCHAR": "text",
    "DATE": "a date such as 2013-07-04",
    "TIME": "a time such as 10:30:00",
    "TIMESTAMP": "a time such as 2013-07-04T10:30:00",
    "TIMESTAMP WITH TIME ZONE": "a time with its offset such as 2013-07-04T10:30:00Z",
    EMPTY: "an object without properties",
}
EARLIEST, LATEST = "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"  # in all formats
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_OFFSET = "(Z|[+-][0-9]{2}:[0-9]{2})"
# In CSV every cell is text. What has more digits than a float keeps, or a leading zero, stays it.
_NUMBER = "-?(0|[1-9][0-9]{0,16})([.][0-9]{1,17})?([eE][+-]?[0-9]{1,3})?"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar as it was read: ``raw`` is the SQL of its JSON, or of the cell of CSV."""

    raw: str
    kind: SourceKind

    @property
    def written(self) -> str:
        """As it stands in the file: text in JSON has its quotes."""
        return f"CAST({self.raw} AS VARCHAR)" if self._json else self.raw

    @property
    def content(self) -> str:
        """The text that it means."""
        return f"json_extract_string({self.raw}, '$')" if self._json else self.raw

    def wrong(self, sql: str) -> str:
        """The condition that it is there and is not of the type; may be null instead of false."""
        if sql in INTEGERS:
            read = f"CAST(TRY_CAST({self.written} AS {sql}) AS VARCHAR)"
            return f"{read} IS DISTINCT FROM {self.written} AND {self.raw} IS NOT NULL"
        if sql == "DOUBLE":
            return self._no_float()
        if sql == "BOOLEAN":
            return f"{self.written} NOT IN ('true', 'false')"
        if sql == "VARCHAR":
            return f"NOT starts_with({self.written}, '\"')" if self._json else "false"
        if sql == EMPTY:
            return f"{self.written} <> '{{}}'"
        return self._no_moment(sql)

    def value(self, sql: str) -> str:
        """The value, when nothing is wrong with it."""
        if sql == "VARCHAR":
            return self.content
        if sql == EMPTY:
            return f"CASE WHEN {self.raw} IS NOT NULL THEN CAST(MAP {{}} AS {EMPTY}) END"
        return f"CAST({self.content if sql in MOMENTS else self.written} AS {sql})"

    @property
    def _json(self) -> bool:
        return self.kind is SourceKind.JSONL

    def _no_float(self) -> str:
        text = self.written
        number = f"TRY_CAST({text} AS DOUBLE)"
        no_point = f"NOT regexp_matches({text}, '[.eE]')"
        back = f"CAST(TRY_CAST({number} AS HUGEINT) AS VARCHAR)"
        inexact = f"NOT isfinite({number}) OR ({no_point} AND {back} IS DISTINCT FROM {text})"
        if self._json:
            named = f"{text} NOT IN ('NaN', 'Infinity', '-Infinity')"
            return f"{text} IS NOT NULL AND {named} AND ({number} IS NULL OR {inexact})"
        return f"NOT regexp_full_match({text}, '{_NUMBER}') OR {inexact}"

    def _no_moment(self, sql: str) -> str:
        text = self.content
        if sql == "DATE":  # 'infinity' is one to DuckDB
            same = f"CAST(TRY_CAST({text} AS DATE) AS VARCHAR) IS DISTINCT FROM {text}"
            return f"length({text}) <> 10 OR ({same} AND {text} IS NOT NULL)"
        if sql == "TIME":
            return f"NOT regexp_full_match({text}, '{_CLOCK}')"
        offset = _OFFSET if sql.endswith("ZONE") else ""
        pattern = f"{_DAY}[T ]{_CLOCK}{offset}"
        first, last = (f"CAST('{each}' AS {sql})" for each in (EARLIEST, LATEST))
        within = f"TRY_CAST({text} AS {sql}) BETWEEN {first} AND {last}"
        misread = f"NOT coalesce({within}, {text} IS NULL)"
        return f"NOT regexp_full_match({text}, '{pattern}') OR {misread}"
