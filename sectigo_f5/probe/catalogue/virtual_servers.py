"""Virtual servers, what is in use, and lists."""

from __future__ import annotations

from sectigo_f5.probe.catalogue.nouns import (
    EITHER,
    IGNORED,
    NO,
    REJECTED,
    TRY,
    WITHOUT_ITEMS,
    WORKS,
    YES,
    Question,
    found,
)

VIRTUAL_SERVERS = (
    Question(
        "virtual-server",
        "whether profiles are attached to a disabled virtual server of TEST-NET-1, and how it is shown",
        (
            found("virtual_server", TRY, "a scratch virtual server"),
            found("attachment", TRY, "attachment by the sub-collection"),
            found("name_reference", EITHER, "attached profiles show their type"),
            found("default_route_domain_shown", (YES, NO, "not-told"), "the default route domain is shown"),
        ),
        ("not_found",),
    ),
    Question(
        "sni",
        "what it refuses among several client SSL profiles of one virtual server",
        (
            found("two_defaults", TRY, "two SNI defaults"),
            found("no_default", TRY, "no SNI default"),
            found("same_server_names", EITHER, "two profiles with one server name"),
            found("sni_checked_on_profile", EITHER, "SNI is checked when an attached profile changes"),
        ),
        ("several_sni_defaults", "no_sni_default", "same_server_name"),
    ),
    Question(
        "in-use",
        "whether it refuses to delete what is in use",
        (
            found("delete_used_certificate", TRY, "deletion of a certificate in use"),
            found("delete_used_key", TRY, "deletion of a key in use"),
            found("delete_used_profile", TRY, "deletion of a profile in use"),
        ),
        ("file_in_use", "in_use"),
    ),
    Question(
        "challenge-rule",
        "whether an iRule for the challenges of a CA is made, attached and removed",
        (
            found("challenge_rule", TRY, "an iRule on a virtual server"),
            found("challenge_rule_removal", TRY, "to take it off and delete it in one transaction"),
        ),
    ),
    Question(
        "lists",
        "whether collections are read in pages and by selected properties",
        (
            found("paging", (WORKS, IGNORED, REJECTED), "`$top` and `$skip`"),
            found("select", (WORKS, IGNORED, REJECTED, WITHOUT_ITEMS), "`$select`"),
            found("empty_items", EITHER, "an empty collection has `items`"),
        ),
    ),
)
