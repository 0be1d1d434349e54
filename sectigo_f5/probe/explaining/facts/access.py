"""Who may do what, and what a login session is."""

from __future__ import annotations

from sectigo_f5.probe.explaining.nouns import Fact, row, unforeseen

TOO_LOW = "`check` refuses this role, for a run would be refused: make the user a local Administrator"
NOTHING = "the connector does not depend on it"
FACTS = (
    Fact(
        "tokens",
        "how long a login token lives, and whether it can be made to live longer",
        "takes a token as it comes, and logs in again if it has expired",
        (
            row("token", "token_lifetime", number="a token lives {} seconds; a longer run logs in again"),
            row("token", "token_extension", works=NOTHING, rejected=NOTHING),
            row("token", "token_beyond_ten_hours", works=NOTHING, rejected=NOTHING),
        ),
    ),
    Fact(
        "roles",
        "which role may upload over REST",
        "tries an upload; refused, it sends certificates through util/bash, and no passphrase at all",
        (
            row(
                "user",
                "role",
                admin="the role that the connector is made for",
                resource_admin="enough together with the shell bash, or with a REST role of its own",
                certificate_manager=TOO_LOW,
                manager=TOO_LOW,
                guest=TOO_LOW,
                other=TOO_LOW,
                not_told="`check` cannot tell whether the role is enough; a run tries, before it orders anything",
            ),
            row(
                "user",
                "role_where",
                all_partitions="everything is seen and can be changed",
                one="other partitions are not seen, except for Common; certificates belong into this one",
                several="other partitions are not seen, except for Common",
                not_told="what is not seen is not known",
            ),
            row(
                "upload",
                "uploads",
                works="certificates are uploaded, and so is what OpenSSL on the BIG-IP needs",
                rejected="certificates go through util/bash in pieces; OpenSSL on the BIG-IP makes no key, for its "
                "passphrase would have to be uploaded",
            ),
        ),
    ),
    Fact(
        "shell",
        "who may run commands by util/bash, and what it answers to others",
        "tries; without a shell it reads CSRs as files, and has no keys made by OpenSSL on the BIG-IP",
        (
            row(
                "user",
                "shell_told",
                bash="util/bash should run commands",
                tmsh="util/bash should be refused, unless the user is an Administrator",
                none="util/bash should be refused, unless the user is an Administrator",
                not_told="whether util/bash runs commands shows when it is tried",
            ),
            row(
                "shell",
                "bash",
                yes="CSRs can be read by tmsh, files deleted together, and keys made by OpenSSL if uploads work",
                no="CSRs are read as files, uploaded files deleted one by one; OpenSSL on the BIG-IP makes no key",
            ),
            row(
                "shell",
                "stderr_in_answer",
                yes="what OpenSSL on the BIG-IP complains of gets into the error",
                no="an error of OpenSSL on the BIG-IP is told without its reason",
            ),
        ),
    ),
    Fact(
        "files",
        "whether files can be moved, downloaded and deleted without a shell, and how a download tells its length",
        "reads a CSR by tmsh first; a download is taken with the status 200, 206, or 400 and the true length",
        (
            row(
                "file-tools",
                "unix_tools",
                yes="a CSR can be read, and an uploaded file be deleted, without a shell",
                no="without a shell no CSR can be read, and uploaded certificates stay (they are public)",
            ),
            row(
                "file-tools",
                "bulk_download",
                _200="the file is taken from the first answer",
                _206="the file is taken from the first answer",
                _400="the file is asked for once more, by the length that the answer tells",
                other=unforeseen("a CSR cannot be read as a file"),
            ),
        ),
    ),
    Fact(
        "surroundings",
        "what a BIG-IP tells of its modules, its group and the export of keys",
        "reads what there is, and says in `check` and in the inventory what is not told",
        (
            row(
                "endpoints",
                "apm",
                yes="access profiles are seen: http-01 is refused behind one",
                no="there are no access profiles to look for",
            ),
            row(
                "endpoints",
                "as3",
                yes="`check` and `plan` warn of virtual servers that AS3 has declared",
                no="nothing is warned of for AS3",
            ),
            row(
                "endpoints",
                "key_export",
                enabled="the inventory says that administrators can export keys",
                disabled="the inventory says that keys cannot be exported",
                not_told="the inventory does not say whether keys can be exported",
            ),
            row(
                "high-availability",
                "ha",
                standalone="a run works on this unit",
                active="a run works on this unit, and looks again before it changes anything",
                standby="a run changes nothing here; it works on the active unit, if the YAML lists that too",
            ),
            row(
                "high-availability",
                "auto_sync",
                yes="the group takes over what a run has changed, by itself",
                no="a run says that changes are pending; it never syncs",
                not_told="the summary of a run says what the sync status says",
            ),
        ),
    ),
)
