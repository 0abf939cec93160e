"""Documents of a collection over REST, as they lie there, without an export."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from ninja import Query, Router

from exports.api.auth import ApiRequest
from exports.api.export_schemas import DocumentPage
from exports.domain.documents import PAGE, REACH, documents_look

router = Router(tags=["collections"])

MOST = 100  # documents


@router.get(
    "/{reference}/documents",
    response=DocumentPage,
    operation_id="collection_documents",
    url_name="documents",
    summary="Look at documents",
)
def documents(
    request: ApiRequest,
    reference: str,
    limit: Annotated[int, Query(ge=1, le=MOST, description="At most so many.")] = PAGE,
    offset: Annotated[
        int, Query(ge=0, le=REACH, description="So many before them are passed over.")
    ] = 0,
    where: Annotated[str, Query(description="The filter, as its JSON text.")] = "",
    principal: Annotated[
        str, Query(description="As whom to look, by name or id: only an admin chooses.")
    ] = "",
) -> HttpResponse:
    """In the order of the source; without the optional properties and the vectors.

    Only the first thousand can be reached: then make an export. What is shown is an event.
    """
    shown = documents_look(
        request.auth, reference, where=where, principal=principal, skip=offset, limit=limit
    )
    after = offset + len(shown.lines)
    more = after < min(shown.count, REACH) or not shown.exact
    following = str(after) if more and shown.lines and after < REACH else "null"
    # The documents stand in it as they are, since reading their numbers could change them.
    items = ",".join(shown.lines)
    text = (
        f'{{"items":[{items}],"count":{shown.count},"exact":{str(shown.exact).lower()},'
        f'"next_offset":{following}}}'
    )
    return HttpResponse(text, content_type="application/json")
