"""Several changes together, and how they are saved."""

from __future__ import annotations

from sectigo_f5.probe.catalogue.nouns import EITHER, IGNORED, REJECTED, TRY, WORKS, Question, found

TRANSACTIONS = (
    Question(
        "transaction",
        "whether several changes are made together or not at all",
        (
            found("transaction_commit", TRY, "a transaction"),
            found("transaction_undone", EITHER, "a refused one leaves nothing"),
            found("validate_only", (WORKS, IGNORED, REJECTED), "`validateOnly`"),
            found("validate_only_judges", EITHER, "`validateOnly` refuses what a commit refuses"),
        ),
        ("transaction_failed", "nothing_to_commit"),
    ),
    Question(
        "transaction-crypto",
        "whether sys/crypto belongs to a transaction",
        (found("transactions_take", ("configuration", "everything", "neither"), "a transaction takes"),),
    ),
    Question(
        "transaction-expiry",
        "what becomes of a transaction that nobody commits",
        (found("transaction_expires", EITHER, "it is dropped in time"),),
        ("transaction_missing",),
    ),
)
SAVING = (
    Question(
        "task",
        "whether there is the asynchronous task that saves; it is listed only",
        (found("task_save", TRY, "the asynchronous task of saving"),),
    ),
    Question(
        "save",
        "whether the configuration is saved, as a whole and by partition; only with --save",
        (
            found("save", TRY, "a save"),
            found("save_by_partition", TRY, "a save of one partition"),
        ),
    ),
)
