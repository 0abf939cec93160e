"""How long things took, counted by the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Case, Count, F, Func, IntegerField, Sum, Value, When
from django.db.models.functions import Greatest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler


class Milliseconds(Func):
    """From the second moment to the first, in whole milliseconds.

    Whole, so that their sum is the same in whatever order the database adds them: a counter that
    falls by a millionth looks like one that began anew.
    """

    arity = 2
    output_field = BigIntegerField()
    template = "ROUND(EXTRACT(EPOCH FROM (%(expressions)s)) * 1000)::bigint"
    arg_joiner = " - "

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, Any]:
        # Django would compute it in Python, row by row.
        return super().as_sql(
            compiler,
            connection,
            template="CAST(ROUND(86400000.0 * (julianday(%(expressions)s))) AS INTEGER)",
            arg_joiner=") - julianday(",
        )


@dataclass(frozen=True, slots=True)
class Spread:
    """How many took at most so many seconds: ``counts`` belongs to the bounds, and has one more
    for what took longer; ``total`` is the seconds of all.
    """

    counts: Sequence[int]
    total: float

    @classmethod
    def of(cls, rows: QuerySet[Any], begin: str, end: str, bounds: Sequence[float]) -> Spread:
        """How long it took from one field to the other; rows without either do not count."""
        lasted = rows.filter(**{f"{begin}__isnull": False, f"{end}__isnull": False}).annotate(
            # The clocks of two machines may differ: nothing ends before it began.
            lasted=Greatest(Milliseconds(F(end), F(begin)), 0)
        )
        within = [When(lasted__lte=1000 * bound, then=Value(at)) for at, bound in enumerate(bounds)]
        place = Case(*within, default=Value(len(bounds)), output_field=IntegerField())
        found = {
            at: (count, total)
            for at, count, total in lasted.annotate(place=place)
            .values_list("place")
            .annotate(count=Count("pk"), total=Sum("lasted"))
            .order_by()
        }
        counts = [found.get(at, (0, 0))[0] for at in range(len(bounds) + 1)]
        return cls(counts, sum(total for _, total in found.values()) / 1000)
