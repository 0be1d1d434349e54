"""Virtual servers and the profiles on them."""

from __future__ import annotations

from sectigo_f5.probe.explaining.nouns import Fact, row, unforeseen

ONE_DEFAULT = "the connector leaves exactly one SNI default in either case"
IN_USE = "only what nothing refers to can be deleted"
FACTS = (
    Fact(
        "attachment",
        "how a profile is attached to a virtual server, and what a virtual server then shows",
        "changes the sub-collection `profiles` alone, and reads every form in which it is shown",
        (
            row(
                "virtual-server",
                "virtual_server",
                works="what follows could be asked",
                rejected="the connector makes no virtual server; what the others answer is not known",
            ),
            row(
                "virtual-server",
                "attachment",
                works="SSL is enabled so, and nothing else of a virtual server is sent",
                rejected=unforeseen("SSL cannot be enabled on a virtual server of this BIG-IP"),
            ),
            row(
                "virtual-server",
                "name_reference",
                yes="the type of an attached profile is read from it",
                no="the type of an attached profile is read from the lists of profiles",
            ),
            row(
                "virtual-server",
                "default_route_domain_shown",
                yes="addresses are compared with the number that they show",
                no="an address without a number is taken for one in its partition's default route domain",
                not_told="an address without a number is taken for one in its partition's default route domain",
            ),
        ),
    ),
    Fact(
        "SNI",
        "what a BIG-IP refuses among several client SSL profiles of one virtual server, and when",
        "changes profiles and flags in one transaction that leaves one SNI default, and each server name once",
        (
            row("sni", "two_defaults", works=ONE_DEFAULT, rejected=ONE_DEFAULT),
            row("sni", "no_default", works=ONE_DEFAULT, rejected=ONE_DEFAULT),
            row(
                "sni",
                "same_server_names",
                yes="the connector refuses it all the same, before it changes anything",
                no="the connector refuses it too, before it changes anything",
            ),
            row(
                "sni",
                "sni_checked_on_profile",
                yes="a default can move only in one transaction, which is how the connector moves it",
                no="a default could move step by step; the connector moves it in one transaction",
            ),
        ),
    ),
    Fact(
        "challenges",
        "whether an iRule for the challenges of a CA is made, attached by the list of iRules alone, and removed",
        "has certbot-bigip make and attach one for http-01, and removes what that has left in one transaction",
        (
            row(
                "challenge-rule",
                "challenge_rule",
                works="http-01 is answered by an iRule",
                rejected=unforeseen("http-01 fails: use dns-01, or names that the CA has validated before"),
            ),
            row(
                "challenge-rule",
                "challenge_rule_removal",
                works="an iRule that a killed Certbot has left is removed by the next run",
                rejected=unforeseen("an iRule that a killed Certbot has left stays until somebody removes it by hand"),
            ),
        ),
    ),
    Fact(
        "deletion",
        "whether a BIG-IP refuses to delete what is in use",
        "deletes no pair that a profile holds, and for other uses relies on being refused",
        (
            row(
                "in-use",
                "delete_used_certificate",
                works=unforeseen("an old certificate could be deleted that something else than a profile still uses"),
                rejected=IN_USE,
            ),
            row(
                "in-use",
                "delete_used_key",
                works=unforeseen("an old key could be deleted that something else than a profile still uses"),
                rejected=IN_USE,
            ),
            row(
                "in-use",
                "delete_used_profile",
                works="the connector deletes no profile but one of its own that it has just taken off",
                rejected=IN_USE,
            ),
        ),
    ),
)
