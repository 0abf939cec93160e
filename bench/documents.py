"""The documents that everything is measured on: nested, of some 900 bytes, the same every time.

``python -m bench.documents`` makes them under ``bench/data`` unless they lie there already;
``BENCH_DOCS=`` asks for fewer. Every value follows from the document's number and the seed
alone, so a smaller set is the beginning of a larger one and shares its files.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import duckdb

from bench.dataset import LENGTH, files, wanted

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20130704
ROW_GROUPS = {"vectors": 16_384}  # documents; as for the others, some 60 MB when decoded
ROW_GROUP = 65_536

WORDS = (  # noqa: SIM905 - words are easier to read as a text
    "harbour ledger parcel winter signal copper orchard meadow lantern granite voyage thistle "
    "anchor barrel candle dispatch ember freight garnet hollow island journal kettle lumber "
    "marble needle oyster pewter quarry ribbon saddle timber upland velvet wagon yarrow "
    "customs river station bridge carrier manifest receipt warehouse late early sealed broken "
    "counted weighed held returned signed opened north south eastern western Zürich Łódź Málaga "
    "crème naïve straße the of and with from into under before after without"
).split()
CITIES = ["Aberdeen", "Bruges", "Cádiz", "Gdańsk", "Hull", "Le Havre", "Oslo", "Turku", "Zürich"]
COUNTRIES = ["BE", "CH", "ES", "FI", "FR", "GB", "NO", "PL"]
STATUSES = ["draft", "held", "published", "returned", "withdrawn"]
LANGUAGES = ["de", "en", "es", "fr", "pl"]

HELPERS = f"""
SET threads = 2;
SET memory_limit = '1GB';
SET TimeZone = 'UTC';
CREATE MACRO dice(i, salt, sides) AS (hash(i, salt, {SEED}) % sides)::INTEGER;
CREATE MACRO share(i, salt) AS dice(i, salt, 1000000) / 1000000.0::DOUBLE;
CREATE MACRO instant(i, salt) AS
    make_timestamptz((1104537600000000 + hash(i, salt, {SEED}) % 600000000000000)::BIGINT);
CREATE MACRO pick(words, i, salt) AS words[dice(i, salt, len(words)) + 1];
CREATE MACRO refer(i, salt, count) AS CASE
    WHEN dice(i, salt, 20) = 0 THEN NULL
    WHEN dice(i, salt, 100) = 1 THEN format('gone-{{:09d}}', i)
    ELSE format('doc-{{:09d}}', hash(i, salt, 'who', {SEED}) % count)
END;
SET VARIABLE phrases = (
    SELECT list(phrase ORDER BY p) FROM (
        SELECT p, string_agg(pick({WORDS}, p, w), ' ' ORDER BY w)
            || ['.', ',', ';', chr(10), ' "so"', ' (&)'][dice(p, 99, 6) + 1] AS phrase
        FROM range(65536) AS phrase(p), range(6) AS word(w) GROUP BY p
    )
);
CREATE MACRO prose(i, salt, length) AS list_aggregate(
    [pick(getvariable('phrases'), i, salt + n) FOR n IN range(length)], 'string_agg', ' '
);
"""  # the phrases are few and made once: the hashing of every word would take minutes

BIG = f"""
    format('doc-{{:09d}}', i) AS document_id,
    prose(i, 100, 1) AS title,
    CASE WHEN dice(i, 1, 40) > 0 THEN prose(i, 200, 3 + dice(i, 2, 4)) END AS body,
    pick({STATUSES}, i, 3) AS status,
    CASE WHEN dice(i, 4, 20) > 0 THEN pick({LANGUAGES}, i, 5) END AS language,
    share(i, 6) AS score,
    1 + dice(i, 7, 400) AS pages,
    (hash(i, 8, {SEED}) % 9000000000000)::BIGINT AS views,
    (dice(i, 9, 10000000) / 100)::DECIMAL(12, 2) AS price,
    dice(i, 10, 3) = 0 AS is_public,
    DATE '2005-01-01' + dice(i, 11, 7000) AS published_on,
    instant(i, 12) AS created_at,
    CASE WHEN dice(i, 13, 3) > 0 THEN date_trunc('second', instant(i, 14)) END AS updated_at,
    {{
        'name': pick({WORDS}, i, 15) || ' ' || pick({WORDS}, i, 16),
        'email': CASE WHEN dice(i, 17, 10) > 0
            THEN format('p{{}}@example.org', dice(i, 18, 90000)) END,
        'address': {{
            'city': pick({CITIES}, i, 19),
            'country': pick({COUNTRIES}, i, 20),
            'position': {{
                'lat': round(share(i, 21) * 180 - 90, 6),
                'lon': round(share(i, 22) * 360 - 180, 6)
            }}
        }}
    }} AS author,
    [pick({WORDS}, i, 30 + n) FOR n IN range(dice(i, 23, 7))] AS tags,
    [{{
        'sku': format('SKU-{{:06d}}', dice(i, 40 + n, 1000000)),
        'quantity': 1 + dice(i, 50 + n, 12),
        'price': (dice(i, 60 + n, 100000) / 100)::DECIMAL(12, 2),
        'note': CASE WHEN dice(i, 70 + n, 4) = 0 THEN pick({WORDS}, i, 80 + n) END
    }} FOR n IN range(dice(i, 24, 4))] AS items,
    {{
        'source': pick(['archive', 'import', 'manual'], i, 25),
        'checksum': md5(i::VARCHAR),
        'revision': dice(i, 26, 50)
    }} AS metadata
"""

SMALL = f"""
    format('doc-{{:09d}}', i) AS document_id,
    prose(i, 100, 2) AS title,
    pick({STATUSES}, i, 3) AS status,
    share(i, 6) AS score,
    (hash(i, 8, {SEED}) % 9000000000000)::BIGINT AS views,
    instant(i, 12) AS created_at,
    {{'city': pick({CITIES}, i, 19), 'country': pick({COUNTRIES}, i, 20)}} AS address,
    [pick({WORDS}, i, 30 + n) FOR n IN range(dice(i, 23, 7))] AS tags
"""

# The small documents are what is referred to; one reference in twenty is null, one in a hundred
# names nothing.
LINKED = f"""
    {BIG},
    refer(i, 90, 16) AS depot,
    refer(i, 91, 100000) AS customer,
    refer(i, 92, 2000000) AS answers
"""

VECTORS = f"""
    format('doc-{{:09d}}', i) AS document_id,
    prose(i, 100, 1) AS title,
    [(hash(i * {LENGTH} + n, {SEED}) % 2000001 / 1e6 - 1)::FLOAT
     FOR n IN range({LENGTH})] AS embedding
"""

SHAPES = {"big": BIG, "small": SMALL, "linked": LINKED, "vectors": VECTORS}


def make(shape: str, count: int) -> None:
    """Write those files of a shape that do not lie there yet."""
    missing = [path for path in files(shape, count) if not path.exists()]
    if not missing:
        return
    with duckdb.connect() as connection:
        connection.execute(HELPERS)
        for path in missing:
            _write(connection, shape, path)


def _write(connection: duckdb.DuckDBPyConnection, shape: str, path: Path) -> None:
    start, end = (int(number) for number in path.stem.split("-"))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    connection.execute(
        f"COPY (SELECT {SHAPES[shape]} FROM range({start}, {end}) AS document(i)) "
        f"TO '{unfinished}' (FORMAT parquet, COMPRESSION zstd, "
        f"ROW_GROUP_SIZE {ROW_GROUPS.get(shape, ROW_GROUP)})"
    )
    unfinished.rename(path)


if __name__ == "__main__":
    shape, count = sys.argv[1:] or ("big", str(wanted()))
    make(shape, int(count))
