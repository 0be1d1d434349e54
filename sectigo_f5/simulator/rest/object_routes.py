"""Routes of all objects that are created, changed and deleted by name."""

from __future__ import annotations

from sectigo_f5.simulator.certificates import crypto, csrs, files
from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.rest import queries
from sectigo_f5.simulator.rest.call import Call, resolve
from sectigo_f5.simulator.rules import object_views, objects
from sectigo_f5.simulator.rules.engine import Answer
from sectigo_f5.simulator.rules.object_views import Asked
from sectigo_f5.simulator.state.kinds import KINDS


def list_all(call: Call, url: str) -> Answer:
    """List a collection."""
    items = call.work.configuration.of(url)
    asked = Asked(call.expands, collection=True, hidden=call.shows_hidden)
    shown = [object_views.show(call.work, item, asked) for item in items]
    return call.collection(KINDS[url].collection_state, shown)


def get(call: Call, url: str, segment: str) -> Answer:
    """Show one object."""
    item, query = call.item(url, segment), queries.without_options(call.request.raw_query, "ver")
    asked = Asked(call.expands, False, call.shows_hidden, query, resolve(segment, KINDS[url].bare)[1])
    return Answer(object_views.show(call.work, item, asked))


def post(call: Call, url: str) -> Answer:
    """Create an object."""
    return Answer(object_views.show(call.work, objects.create(call.work, url, call.request.body)))


def change(call: Call, url: str, segment: str) -> Answer:
    """Change an object, by PATCH or PUT."""
    item, body = call.item(url, segment), call.request.body
    owner = item.get("appService")
    if owner and call.work.switches.owner_in_body and call.body.get("appService") != owner:
        raise of_objects.owner_not_named(owner)
    return Answer(object_views.show(call.work, objects.modify(call.work, item, body, call.request.method)))


def delete(call: Call, url: str, segment: str) -> Answer:
    """Delete an object."""
    objects.delete(call.work, call.item(url, segment))
    return Answer()


def subcollection(call: Call, url: str, segment: str, below: str) -> Answer:
    """List a sub-collection that is always empty here, or the validators of a certificate."""
    item = call.item(url, segment)
    items = files.validators(call.work, item) if below == "cert-validators" else []
    return call.collection(f"tm:{url.replace('/', ':')}:{below}:{below}collectionstate", items)


def subcollection_item(call: Call, url: str, segment: str, below: str, name: str) -> Answer:
    """Show one item of such a sub-collection."""
    item, path = call.item(url, segment), resolve(name)[0]
    items = files.validators(call.work, item) if below == "cert-validators" else []
    shown = next((one for one in items if one["fullPath"] == path), None)
    if shown is None:
        raise of_objects.no_item_below(path)
    return Answer(shown)


# -- sys crypto --------------------------------------------------------------------------------


def crypto_list(call: Call, what: str) -> Answer:
    """List keys, certificates or CSRs."""
    return call.collection(f"tm:sys:crypto:{what}:{what}collectionstate", crypto.list_all(call.work, what))


def crypto_get(call: Call, what: str, segment: str) -> Answer:
    """Show one of them."""
    return Answer(crypto.get(call.work, what, *resolve(segment)))


def crypto_post(call: Call, what: str) -> Answer:
    """Create one of them, or install a file."""
    return Answer(crypto.post(call.work, what, call.request.body))


def crypto_delete(call: Call, what: str, segment: str) -> Answer:
    """Delete one of them."""
    crypto.delete(call.work, what, resolve(segment)[0])
    return Answer()


def ssl_csr(call: Call) -> Answer:
    """List ``sys file ssl-csr``: whether CSRs created on the device appear there is uncertain."""
    shown = csrs.list_all(call.work.world) if call.work.switches.csr_in_file_objects else []
    items = [csrs.show_file(call.work, item) for item in shown]
    return call.collection("tm:sys:file:ssl-csr:ssl-csrcollectionstate", items)


def ssl_csr_get(call: Call, segment: str) -> Answer:
    """Show one of them, if they appear there."""
    path = resolve(segment)[0]
    if not call.work.switches.csr_in_file_objects:
        raise of_objects.not_found(csrs.TITLE, path)
    return Answer(csrs.show_file(call.work, csrs.require(call.work.world, path)))
