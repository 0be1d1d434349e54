"""The session, the user, and who may do what."""

from __future__ import annotations

from sectigo_f5.probe.catalogue.nouns import EITHER, NO, NUMBER, TRY, YES, Question, found

SESSION = (
    Question(
        "release",
        "which release it is, and which modules are provisioned",
    ),
    Question(
        "token",
        "how long a login token lives, whether that can be changed, and how long at most",
        (
            found("token_lifetime", NUMBER, "seconds that a login token lives"),
            found("token_extension", TRY, "a longer life of a token"),
            found("token_beyond_ten_hours", TRY, "a life of more than 36,000 seconds"),
        ),
        ("token_too_long",),
    ),
    Question(
        "user",
        "which role the user has, where, and which shell",
        (
            found(
                "role",
                ("admin", "resource-admin", "certificate-manager", "manager", "guest", "other", "not-told"),
                "the user's role",
            ),
            found("role_where", ("all-partitions", "one", "several", "not-told"), "partitions of the role"),
            found("shell_told", ("bash", "tmsh", "none", "not-told"), "the shell that the user is said to have"),
        ),
    ),
    Question(
        "endpoints",
        "whether the user may read whatever the connector reads",
        (
            found("apm", EITHER, "the module APM answers"),
            found("as3", EITHER, "AS3 is installed"),
            found("key_export", ("enabled", "disabled", "not-told"), "export of keys (allow-key-export)"),
        ),
        ("not_registered",),
    ),
    Question(
        "high-availability",
        "whether the unit is active, and whether its group syncs by itself",
        (
            found("ha", ("standalone", "active", "standby"), "state of the unit"),
            found("auto_sync", (YES, NO, "not-told"), "its group syncs by itself"),
        ),
    ),
    Question(
        "shell",
        "whether util/bash runs commands, and what it answers",
        (
            found("bash", EITHER, "util/bash runs commands"),
            found("stderr_in_answer", EITHER, "standard error is in the answer"),
        ),
        ("no_shell",),
    ),
    Question(
        "upload",
        "whether the user may upload a file",
        (found("uploads", TRY, "an upload"),),
        ("upload_refused",),
    ),
    Question(
        "file-tools",
        "whether unix-mv, unix-ls, unix-rm and bulk downloads work, and how a download tells its length",
        (
            found("unix_tools", EITHER, "unix-mv, -ls, -rm and bulk downloads"),
            found("bulk_download", ("200", "206", "400", "other"), "status if the range is wider than the file"),
        ),
    ),
    Question(
        "transaction-timeout",
        "how long a transaction waits for a commit; one is left open until the question transaction-expiry",
        (found("transaction_timeout", NUMBER, "seconds that a transaction waits for a commit"),),
    ),
)
