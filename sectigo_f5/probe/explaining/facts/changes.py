"""Collections, transactions and saving."""

from __future__ import annotations

from sectigo_f5.probe.explaining.nouns import Fact, row, unforeseen

AS_A_WHOLE = "the connector saves the whole configuration"
FACTS = (
    Fact(
        "lists",
        "whether a collection is read in pages, and by the properties that are wanted",
        "asks for both, and reads a collection as the BIG-IP answers",
        (
            row(
                "lists",
                "paging",
                works="thousands of objects are read page by page",
                ignored="collections are read as a whole",
                rejected="collections are read as a whole, after a first try",
            ),
            row(
                "lists",
                "select",
                works="only what is needed is read",
                ignored="everything is read",
                rejected="everything is read, after a first try",
                without_items="everything is read where sub-collections matter",
            ),
            row("lists", "empty_items", yes="an empty collection is read either way", no="a missing list is empty"),
        ),
    ),
    Fact(
        "transactions",
        "whether a refused transaction leaves nothing, and what may be in one",
        "changes a profile and virtual servers in one transaction, and keeps everything else out of it",
        (
            row(
                "transaction",
                "transaction_commit",
                works="a first certificate is put in service by one change",
                rejected=unforeseen("no first certificate can be put in service; renewals, which are one call, can"),
            ),
            row(
                "transaction",
                "transaction_undone",
                yes="a refused change leaves what was in service",
                no=unforeseen("a refused change may be half made"),
            ),
            row(
                "transaction-timeout",
                "transaction_timeout",
                number="the BIG-IP waits {} seconds for a commit, which the connector sends at once",
            ),
            row(
                "transaction-crypto",
                "transactions_take",
                configuration="sys/crypto is refused in one; the connector keeps it out",
                everything="sys/crypto could be in one; the connector keeps it out",
                neither="sys/crypto is done at once even in one; the connector keeps it out",
            ),
            row(
                "transaction-expiry",
                "transaction_expires",
                yes="what a run that was killed has begun is dropped, with the passphrase in it",
                no=unforeseen("what a run that was killed has begun stays, with the passphrase in it"),
            ),
        ),
    ),
    Fact(
        "rehearsal",
        "whether `validateOnly` has a transaction judged and not made",
        "tries that on a profile that nothing refers to, and looks whether it was made",
        (
            row(
                "transaction",
                "validate_only",
                works="each change is rehearsed before a certificate is ordered",
                ignored="no change is rehearsed: the BIG-IP would make it",
                rejected="no change is rehearsed: a refusal shows only after the CA has issued",
            ),
            row(
                "transaction",
                "validate_only_judges",
                yes="what a commit would refuse shows in the rehearsal",
                no=unforeseen("a rehearsal shows nothing: a refusal shows only after the CA has issued"),
            ),
        ),
    ),
    Fact(
        "saving",
        "in which ways the configuration is saved",
        "saves the whole at once, and by the asynchronous task if that is refused or not answered in time",
        (
            row(
                "task",
                "task_save",
                works="there is another way if a save at once is refused or not answered",
                rejected="a save at once that is not answered is sent once more",
            ),
            row(
                "save",
                "save",
                works="each run that has changed something ends so",
                rejected="the connector saves by the asynchronous task, if this user may",
            ),
            row("save", "save_by_partition", works=AS_A_WHOLE, rejected=AS_A_WHOLE),
        ),
    ),
)
