"""The refusals of objects in general: absent, there already, in use, or of a wrong name.

Each function names the source of its text: F5's own repositories and issue threads. "Uncertain" marks
texts that no public source quotes: match their status or a part of them, never the whole.
"""

from __future__ import annotations

from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.wording import in_words


@in_words
def not_found(title: str, name: str) -> Refusal:
    """Seen verbatim for most types: F5 AS3, go-bigip, f5-sdk."""
    return Refusal(404, f"01020036:3: The requested {title} ({name}) was not found.")


@in_words
def not_registered(path: str) -> Refusal:
    """A path, without ``/mgmt``, of a module that is not provisioned; every one while REST starts: bigip-rest-go."""
    return Refusal(404, f"Public URI path not registered: {path}")


@in_words
def exists(title: str, name: str, partition: str) -> Refusal:
    """Seen for certificate and key files: terraform-provider-bigip #218."""
    return Refusal(409, f"01020066:3: The requested {title} ({name}) already exists in partition {partition}.")


@in_words
def partition_missing(partition: str) -> Refusal:
    """A POST into a partition that does not exist: electric-cloud-community/EC-BigIp's system tests."""
    return Refusal(400, f"The requested folder (/{partition}) was not found.")


@in_words
def nothing_specified() -> Refusal:
    """A PATCH or PUT without a property: electric-cloud-community/EC-BigIp's system tests."""
    return Refusal(400, "one or more properties must be specified")


@in_words
def no_item_below(path: str) -> Refusal:
    """A GET of one item of a sub-collection: electric-cloud-community/EC-BigIp's system tests."""
    return Refusal(404, f"Object not found - {path}")


@in_words
def no_rest_object(name: str) -> Refusal:
    """A custom REST role or resource group that does not exist. Text uncertain."""
    return Refusal(404, f"Object not found: {name}")


@in_words
def no_task(number: str) -> Refusal:
    """``Task not found`` is what F5 AS3 looks for; the rest of the text is uncertain."""
    return Refusal(404, f"Task not found: {number}")


@in_words
def in_use(title: str, path: str, by: str) -> Refusal:
    """f5-openstack-agent #1024 (a rule), terraform-provider-bigip #914 (a profile)."""
    return Refusal(400, f"01070265:3: The {title} ({path}) cannot be deleted because it is in use by a {by}.")


@in_words
def bad_name(path: str) -> Refusal:
    """A client SSL profile whose name begins with a digit: dehydrated-bigip #12, AS3 #556. For ``*`` uncertain."""
    return Refusal(400, f"01070088:3: The requested object name ({path}) is invalid.")


@in_words
def bad_value(name: str, value: object) -> Refusal:
    """A value outside the property's range. Text uncertain."""
    return Refusal(400, f'invalid property value "{name}":"{value}"')


@in_words
def owned_by_application(service: str) -> Refusal:
    """That strict updates refuse: F5 Ansible's documentation. Code and text uncertain."""
    return Refusal(
        400,
        f"010715bd:3: The application service ({service}) has strict updates enabled, the object must be updated using "
        "an application management interface.",
    )


@in_words
def owner_not_named(service: str) -> Refusal:
    """From TMOS 12.1 on for some objects: scottdware/go-bigip pull request #47. Code and text uncertain."""
    return Refusal(400, f"010715bc:3: The object belongs to the application service ({service}), which must be named.")


@in_words
def bad_request(reason: str) -> Refusal:
    """Errors without one of mcpd's codes."""
    return Refusal(400, reason)


@in_words
def not_supported(what: str) -> Refusal:
    """What this device does not do, by switch. Text uncertain."""
    return Refusal(400, f"01070734:3: Configuration error: {what} is not supported")
