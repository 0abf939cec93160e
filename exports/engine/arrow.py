"""The Arrow types of what is written, and changes to arrays at every depth without copying."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa

from exports.query.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.query.schema import Property

SCALARS = {
    "BOOLEAN": pa.bool_(),
    "TINYINT": pa.int8(),
    "SMALLINT": pa.int16(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "UTINYINT": pa.uint8(),
    "USMALLINT": pa.uint16(),
    "UINTEGER": pa.uint32(),
    "UBIGINT": pa.uint64(),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "UUID": pa.string(),
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "TIME_NS": pa.time64("ns"),
    "BLOB": pa.binary(),
}
FIXED = re.compile(r"\[(\d+)\]$")
UNITS = {"TIMESTAMP_S": "s", "TIMESTAMP_MS": "ms", "TIMESTAMP_NS": "ns", "TIMESTAMPTZ_NS": "ns"}


def arrow_type(
    node: Property, *, zone: str = "UTC", binary: pa.DataType | None = None
) -> pa.DataType:
    """The type in which a property is handed to the encoders.

    :param zone: the time zone of timestamps; those without one in the source are UTC.
    :param binary: the type of binary values, when they were made text.
    """

    def inner(child: Property) -> pa.DataType:
        return arrow_type(child, zone=zone, binary=binary)

    if node.kind is Kind.STRUCT:
        return pa.struct([pa.field(child.name, inner(child)) for child in node.children])
    if node.kind is Kind.LIST:
        fixed = FIXED.search(node.sql)
        return pa.list_(pa.field("element", inner(node.element)), int(fixed[1]) if fixed else -1)
    if node.kind is Kind.MAP:
        key, value = node.children
        return pa.map_(inner(key), inner(value))
    if node.kind is Kind.TIMESTAMP:
        return pa.timestamp(UNITS.get(node.sql, "us"), zone)
    if node.kind is Kind.DECIMAL:
        precision, scale = node.sql.removeprefix("DECIMAL(").removesuffix(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    if node.kind is Kind.BINARY and binary is not None:
        return binary
    return SCALARS[node.sql]


def retyped(
    batch: pa.RecordBatch, schema: pa.Schema, leaf: Callable[[pa.Array, pa.DataType], pa.Array]
) -> pa.RecordBatch:
    """The batch under another schema of the same shape, with ``leaf`` applied as in rebuild."""
    columns = [
        rebuild(column, field.type, leaf)
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def rebuild(
    array: pa.Array, wanted: pa.DataType, leaf: Callable[[pa.Array, pa.DataType], pa.Array]
) -> pa.Array:
    """The array with ``leaf`` applied to every scalar array in it; lists and structs stay theirs.

    :param array: as DuckDB hands it over: not a slice.
    :param wanted: the type that comes out, of the same shape.
    """
    if pa.types.is_struct(wanted):
        old = [array.field(at) for at in range(wanted.num_fields)]
    elif pa.types.is_nested(wanted):
        old = [array.values]
    else:
        return leaf(array, wanted)
    kinds = [_entries(wanted)] if pa.types.is_map(wanted) else _children(wanted)
    new = [rebuild(child, kind, leaf) for child, kind in zip(old, kinds, strict=True)]
    if array.type == wanted and all(one is other for one, other in zip(old, new, strict=True)):
        return array
    offsets = pa.types.is_list(wanted) or pa.types.is_map(wanted)
    own = array.buffers()[: 2 if offsets else 1]
    return pa.Array.from_buffers(wanted, len(array), own, children=new)


def relabel(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """The same values under the type wanted, which may name another time zone and no more.

    :raises TypeError: the types differ in more than that.
    """
    if array.type == wanted:
        return array
    if not pa.types.is_timestamp(array.type) or array.type.unit != wanted.unit:
        raise TypeError(f"{array.type} came where {wanted} was planned")
    return pa.Array.from_buffers(wanted, len(array), array.buffers(), offset=array.offset)


def _children(kind: pa.DataType) -> list[pa.DataType]:
    return [kind.field(at).type for at in range(kind.num_fields)]


def _entries(kind: pa.MapType) -> pa.StructType:
    return pa.struct(
        [pa.field("key", kind.key_type, nullable=False), pa.field("value", kind.item_type)]
    )
