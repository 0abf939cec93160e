"""Why an export failed, in words for people: what happened, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """``what`` happened, and the ``remedy``; both are sentences.

    ``retried`` says that another attempt may do better, and is made.
    """

    what: str
    remedy: str
    retried: bool = False


REASONS = {
    "worker_lost": Reason(
        "The worker that ran this export stopped answering.",
        "Run the export again. If it happens twice, ask the operator to look at the workers.",
        retried=True,
    ),
    "source_changed": Reason(
        "A file of the collection changed while it was being read.",
        "Nothing half-read was published. Run the export again once the file is still.",
        retried=True,
    ),
    "source_invalid": Reason(
        "A file of the collection is missing or cannot be read.",
        "Ask the operator to check the collection's files, then run the export again.",
    ),
    "source_not_allowed": Reason(
        "A file of the collection lies outside the folders that the operator allows.",
        "Ask the operator to allow its folder for the workers too, then run the export again.",
    ),
    "document_missing": Reason(
        "There is no document with the key that 'prefix' names, or it may not be read.",
        "Check the key in 'prefix', then make the export again.",
    ),
    "too_many_files": Reason(
        "The documents name more than a hundred files, too many to write one by one.",
        "Make the export again and ask for them in one zip: 'zip_files'.",
    ),
    "schema_changed": Reason(
        "The collection's fields have changed since this export was asked for.",
        "Make the export again; the new fields are shown there.",
    ),
    "collection_not_ready": Reason(
        "The collection was no longer ready when the export's turn came.",
        "Wait until the collection is ready, then run the export again.",
    ),
    "collection_deleted": Reason(
        "A collection that this export reads was deleted before the export's turn came.",
        "Make the export of another collection, or ask an administrator to make this one again.",
    ),
    "access_lost": Reason(
        "Who asked for this export may no longer make it.",
        "Ask an administrator of the workspace to restore the rights, or to make the export.",
    ),
    "principal_invalid": Reason(
        "The principal as whom this export was to run was disabled or deleted.",
        "Ask an administrator of the workspace to enable it, or to run the export as another.",
    ),
    "storage_full": Reason(
        "There was no room left to write the result.",
        "Delete exports that are not needed any more, or ask the operator for more room.",
    ),
    "quota_exceeded": Reason(
        "The result would have taken up more room than is left to the workspace.",
        "Delete exports that are not needed any more, ask for less, or ask the operator for more.",
    ),
    "store_unavailable": Reason(
        "The store of the results, or of the source, did not take or give what was asked of it.",
        "Run the export again. If it fails again, ask the operator to look at the store.",
        retried=True,
    ),
    "database_unavailable": Reason(
        "The database could not be reached while the export ran.",
        "Run the export again.",
        retried=True,
    ),
    "out_of_memory": Reason(
        "The export needed more memory than a run may use.",
        "Leave out 'order_by', or narrow the filter, and run it again.",
    ),
    "timed_out": Reason(
        "The export took longer than a run may take.",
        "Narrow the filter or take fewer fields, or ask the operator to raise the limit.",
    ),
    "order_broken": Reason(
        "The documents did not come in the order of the source, so nothing was published.",
        "Run the export again, and tell the operator if it happens twice.",
        retried=True,
    ),
    "failed": Reason(
        "The export failed for a reason that was not foreseen.",
        "Run it again. If it fails again, give the operator the export's id: the log says more.",
    ),
}


def reason_for(code: str) -> Reason:
    return REASONS.get(code, REASONS["failed"])
