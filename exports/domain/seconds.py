"""How long things took, counted by the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, FloatField, Func, IntegerField, Sum, Value, When

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler


class Seconds(Func):
    """From the second moment to the first, in seconds."""

    arity = 2
    output_field = FloatField()
    template = "EXTRACT(EPOCH FROM (%(expressions)s))::float8"
    arg_joiner = " - "

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, Any]:
        # Django would compute it in Python, row by row.
        return super().as_sql(
            compiler,
            connection,
            template="86400.0 * (julianday(%(expressions)s))",
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
            lasted=Seconds(F(end), F(begin))
        )
        within = [When(lasted__lte=bound, then=Value(at)) for at, bound in enumerate(bounds)]
        place = Case(*within, default=Value(len(bounds)), output_field=IntegerField())
        found = {
            at: (count, total)
            for at, count, total in lasted.annotate(place=place)
            .values_list("place")
            .annotate(count=Count("pk"), total=Sum("lasted"))
            .order_by()
        }
        counts = [found.get(at, (0, 0.0))[0] for at in range(len(bounds) + 1)]
        return cls(counts, sum(total for _, total in found.values()))
