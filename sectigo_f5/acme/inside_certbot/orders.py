"""Orders that outlive Certbot's process, and a CA that takes its time; loaded by the launcher, from beside itself.

Certbot forgets an order when it ends, and gives each request 45 s. So these functions of the library ``acme`` 5.8 are
replaced:

* ``ClientNetwork.__init__``: how long an answer may take (some CAs issue before they answer finalize).
* ``ClientV2._post``, through which every request for an order goes: its URL is written to a file as soon as newOrder
  is answered, and each status and the tokens of its challenges that the CA tells after that.
* ``ClientV2.new_order``: an order that the file remembers is fetched by POST-as-GET (RFC 8555 section 7.4) instead of
  placing another one, and Certbot's own flow continues from there. One that is invalid, expired before it was
  validated, gone, or of another account is forgotten.
* ``ClientV2.begin_finalization``: finalize is sent once. If its answer is lost, and for an order that is ``processing``
  or ``valid`` already (section 7.1.6), the order is only asked for. A refusal is believed after one look at the order.
* ``ClientV2.finalize_order``: an answer that is lost while the order is polled does not end the polling, and the time
  that the CA took for finalize does not count.

Like the launcher, this module imports nothing of the connector, and Certbot's libraries inside the functions only.
"""

from __future__ import annotations

import functools
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sectigo_f5.acme.inside_certbot.order_file import OrderFile

CONNECT_TIMEOUT = 45.0  # seconds, as Certbot has it
RETRY_PAUSE = 4.0  # seconds after a lost answer
PAST_CHALLENGES = ("ready", "processing", "valid")  # an order's status: all its authorizations were valid
FINALIZED = ("processing", "valid")
GONE = (404, 410)  # HTTP
GATEWAY = 500  # HTTP, and above
# No such order, certificate or account for us: the CA's problem documents rarely come with one of the above.
UNKNOWN_TO_CA = ("malformed", "unauthorized", "accountDoesNotExist")


def wait_longer(seconds: float) -> None:
    """Give the CA this long for each answer."""
    from acme.client import ClientNetwork

    network: Any = ClientNetwork
    network.__init__ = functools.partialmethod(network.__init__, timeout=(CONNECT_TIMEOUT, seconds))


def remember_orders(memory: OrderFile) -> None:
    """Replace the functions that are listed above."""
    from acme.client import ClientNetwork, ClientV2

    network: Any = ClientNetwork
    network._check_response = classmethod(_telling_the_status(network._check_response.__func__))
    client: Any = ClientV2
    client._post = _noting(client._post, memory)
    client.new_order = _remembered_first(client.new_order, memory)
    client.begin_finalization = _finalizing_once(client.begin_finalization, memory)
    client.finalize_order = _polling_on(client.poll_finalization, memory)


def _telling_the_status(check: Any) -> Any:
    """Have each error tell the HTTP status: a gateway's JSON looks like the CA's own problem document."""

    @functools.wraps(check)
    def check_and_tell(cls: Any, response: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return check(cls, response, *arguments, **options)
        except Exception as error:
            error.http_status = response.status_code  # type: ignore[attr-defined]
            raise

    return check_and_tell


def _noting(post: Any, memory: OrderFile) -> Any:
    @functools.wraps(post)
    def post_and_note(self: Any, url: str, *arguments: Any, **options: Any) -> Any:
        response = post(self, url, *arguments, **options)
        if url == self.directory["newOrder"] and "Location" in response.headers:
            memory.place(response.headers["Location"], self.net.account.uri, _status(response))
        elif url == memory.url:
            memory.note(_status(response))
        memory.note_tokens(_tokens(response))
        return response

    return post_and_note


def _remembered_first(place: Any, memory: OrderFile) -> Any:
    @functools.wraps(place)
    def continue_or_place(self: Any, csr_pem: bytes, *arguments: Any, **options: Any) -> Any:
        if memory.kept:
            is_ours = memory.kept["account"] == self.net.account.uri
            if is_ours and (order := _fetch(self, memory.url, csr_pem)):
                return order
            memory.forget()
        return place(self, csr_pem, *arguments, **options)

    return continue_or_place


def _fetch(client: Any, url: str | None, csr_pem: bytes) -> Any:
    """Return the remembered order, or None if the CA will never issue for it."""
    from acme import messages

    try:
        body = messages.Order.from_json(client._post_as_get(url).json())
        status = _name(body)
        if status == "invalid" or (status == "pending" and body.expires and body.expires <= datetime.now(timezone.utc)):
            return None
        found = [_authorization(client, each, status) for each in body.authorizations]
    except Exception as error:
        if _is_gone(error):
            return None
        raise
    return messages.OrderResource(body=body, uri=url, authorizations=found, csr_pem=csr_pem)


def _authorization(client: Any, url: str, of_order: str) -> Any:
    """Fetch an authorization; those of an order that is past them may have expired, and are taken as they were."""
    from acme import messages

    if of_order in PAST_CHALLENGES:
        valid = messages.Authorization(status=messages.STATUS_VALID, challenges=())
        return messages.AuthorizationResource(body=valid, uri=url)
    return client._authzr_from_response(client._post_as_get(url), uri=url)


def _finalizing_once(begin: Any, memory: OrderFile) -> Any:
    @functools.wraps(begin)
    def begin_once(self: Any, order: Any) -> Any:
        from acme.messages import Error

        if memory.sent or _name(order.body) in FINALIZED:
            return order
        memory.send()
        try:
            return begin(self, order)
        except Exception as error:
            memory.sent = not _was_never_sent(error)
            if _is_lost(error):
                memory.note("ready")
                memory.warn(f"the CA's answer to finalize was lost ({type(error).__name__}); asking for the order")
                return order
            if isinstance(error, Error) and error.code in ("rateLimited", "orderNotReady"):  # it may be sent again
                memory.sent = error.code == "rateLimited"  # but by another run
                raise
            if _is_finalized(self, order):
                return order
            memory.refuse()
            raise

    return begin_once


def _is_finalized(client: Any, order: Any) -> bool:
    """Look at an order whose finalize was refused: a CA that failed half-way may have taken it all the same."""
    try:
        return client._post_as_get(order.uri).json().get("status") in FINALIZED
    except Exception:  # noqa: BLE001  # whatever it is, the refusal is what counts
        return False


def _polling_on(poll: Any, memory: OrderFile) -> Any:
    def finalize_and_poll(self: Any, order: Any, deadline: datetime, fetch_alternative_chains: bool = False) -> Any:
        from acme import errors
        from acme.messages import Error

        patience = deadline - datetime.now()  # noqa: DTZ005  # acme counts in local time
        try:
            self.begin_finalization(order)
        except Error as error:
            if error.code != "orderNotReady":
                raise
        deadline = datetime.now() + patience  # noqa: DTZ005
        failure, told = Exception(), -1  # the last one, and what the CA had told until then
        while True:
            try:
                return poll(self, order, deadline, fetch_alternative_chains)
            except errors.TimeoutError:
                if told == memory.told and _is_gone(failure):
                    memory.refuse()
                    raise failure from None
                raise
            except Exception as error:
                if memory.is_dead or not (_is_lost(error) or isinstance(error, Error)):
                    raise
                failure, told = error, memory.told
                time.sleep(RETRY_PAUSE)

    return finalize_and_poll


def _is_lost(error: Exception) -> bool:
    """Return True if there was no answer of the CA's own: none at all, or a gateway's."""
    import requests
    from acme.errors import ClientError
    from acme.messages import Error

    if isinstance(error, requests.RequestException):
        return True
    is_foreign = isinstance(error, ClientError) or (isinstance(error, Error) and error.code is None)
    return is_foreign and getattr(error, "http_status", GATEWAY) >= GATEWAY


def _was_never_sent(error: Exception) -> bool:
    import requests

    early = requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError, requests.exceptions.SSLError
    return isinstance(error, early) or "NewConnectionError" in repr(error)


def _is_gone(error: Exception) -> bool:
    from acme.messages import Error

    said = isinstance(error, Error) and error.code in UNKNOWN_TO_CA
    return said or getattr(error, "http_status", None) in GONE


def _name(body: Any) -> str:
    """Return the status of an order; a CA that omits it means a new one."""
    return body.status.name if body.status else "pending"


def _status(response: Any) -> str:
    try:
        return str(response.json()["status"])
    except (ValueError, KeyError, TypeError):
        return "unknown"


def _tokens(response: Any) -> list[str]:
    """Return the tokens of an authorization's challenges (RFC 8555 section 7.1.4); none of anything else."""
    try:
        return [str(challenge["token"]) for challenge in response.json()["challenges"] if "token" in challenge]
    except (ValueError, KeyError, TypeError):
        return []
