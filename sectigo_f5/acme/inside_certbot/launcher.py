"""Run Certbot in this process, and complete what it and its BIG-IP plugin leave undone.

* certbot-bigip 1.2.1 never deletes a login token. Each is handed back when Certbot ends, with success, with failure,
  or by SIGTERM: see ``tokens`` beside this file; and ``bigip_plugin`` for what else it does to a BIG-IP.
* No request of the plugin has a time-out (f5-sdk sets it on the session, where requests ignores it),
  so a silent BIG-IP would hold Certbot forever: here every request gets a default.
* If the CA refuses the nonce of a request, Certbot tries it only once more, and an order fails at the
  second refusal. RFC 8555 section 6.5 sets no limit, so here the request is tried more often.
* Orders outlive the process, and the CA may take its time: see ``orders`` beside this file.
* When the connector is gone (SIGKILL, out of memory) nobody waits for Certbot any more, and the next run would meet
  it at work. So Certbot holds the connector's lock as well, and ``own_process`` ends it as by SIGTERM: its plugin
  removes what it put on a BIG-IP. The hooks that it has started end with it.
* Certbot lets a second pass before it first asks whether the CA has done its part: see ``polling``.
* Certbot loads every plugin that is installed, whichever is used: see ``quick_start``.
* The options of another Certbot on this host (``/etc/letsencrypt/cli.ini``: hooks, another
  authenticator) are not read: this Certbot gets every option that it needs.

A program of its own, which imports nothing of the connector: the Python that has Certbot runs this
file with our own options (:data:`OWN`) followed by Certbot's arguments, or with
:data:`LIST_PLUGINS` alone. Certbot and its libraries are
imported inside the functions: the connector reads constants here without loading Certbot, and
:func:`main` corrects ``sys.path`` first.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import importlib.util
import signal
import sys
import threading
import warnings
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

WARNING = "sectigo-f5 warning: "  # prefix of our own lines in the output that we share with Certbot
NOTE = "sectigo-f5: "  # and of those that are not warnings
LIST_PLUGINS = "--list-plugins"  # not an option of Certbot
ORDER_FILE = "--order-file"  # of ours too: which file remembers the order
ANSWER_TIMEOUT = "--answer-timeout"  # and how many seconds the CA has for each answer
CA_FILE = "--acme-ca-file"  # and by which file alone the ACME server is trusted
PLUGIN = "--only-plugin"  # and which plugin is loaded besides those that Certbot brings itself
RELEASE = "= "  # prefix of lines of LIST_PLUGINS that name a package and its release
PATCHED = {"certbot": "5.8", "acme": "5.8", "certbot-bigip": "1.2.1"}  # the releases that are patched
OWN = (ORDER_FILE, ANSWER_TIMEOUT, CA_FILE, PLUGIN)
BIGIP = "bigip"  # the plugin certbot-bigip
READ_TIMEOUT = 90.0  # seconds; BIG-IP itself gives up on a request after 60
NONCE_TRIES = 5  # of two requests each


def main() -> int | str | None:
    """Run Certbot with our own command line; returns its exit status."""
    here = Path(__file__).parent.resolve()
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != here]  # Certbot must not find our modules
    if sys.argv[1:] == [LIST_PLUGINS]:
        list_plugins()
        return 0
    own, own_process = take_own_options(sys.argv), _beside("own_process")
    own_process.forbid_core_dumps()
    own_process.hide_memory()
    signal.signal(signal.SIGTERM, _stop)
    connector = own_process.Connector()
    threading.Thread(target=connector.watch, daemon=True).start()
    tokens, obtained = _beside("tokens"), list[Any]()
    give_requests_a_timeout()
    tokens.remember_tokens(obtained)
    try_other_nonces()
    let_orders_outlive_us(own)
    polling = _beside("polling")
    polling.look_sooner(polling.Pace())
    _beside("trusted_files").trust(own.get(CA_FILE))
    forget_other_configurations()
    load_plugin(own.get(PLUGIN))
    try:
        from certbot.main import main as run_certbot

        return run_certbot()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # handing back takes only seconds
        tokens.hand_back(obtained, _warn)
        connector.end_our_group()


def take_own_options(argv: list[str]) -> dict[str, str]:
    """Remove our own options and their values, which come first, and return them."""
    own = {}
    while argv[1:2] and argv[1] in OWN:
        own[argv[1]] = argv[2]
        del argv[1:3]
    return own


def let_orders_outlive_us(own: dict[str, str]) -> None:
    """Do what ``orders`` tells."""
    orders, order_file = _beside("orders"), _beside("order_file")
    if ANSWER_TIMEOUT in own:
        orders.wait_longer(float(own[ANSWER_TIMEOUT]))
    path = Path(own[ORDER_FILE]) if ORDER_FILE in own else None
    orders.remember_orders(order_file.OrderFile(path, _warn))


def load_plugin(name: str | None) -> None:
    """Load no other plugin than this, if one is given, and improve the one for BIG-IP."""
    if name is not None:
        _beside("quick_start").load_one_plugin(name)
    if name == BIGIP:
        _beside("quick_start").distutils_without_setuptools()
        _beside("bigip_plugin").improve(_beside("looking"), _note)


def _beside(name: str) -> ModuleType:
    """Load a module of ours that Certbot cannot find."""
    specification = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(specification)  # type: ignore[arg-type]  # None if it did not end in .py
    specification.loader.exec_module(module)  # type: ignore[union-attr]
    return module


def list_plugins() -> None:
    """Write each plugin's name, followed by the reason if it cannot be loaded; and the releases of what is patched.

    ``certbot plugins`` omits some (``manual``), and fails if a single plugin cannot be loaded.
    """
    # Python 3.12 warns of invalid escapes in f5-sdk when it compiles that; our caller reads stderr as well as stdout.
    warnings.simplefilter("ignore")
    _beside("quick_start").distutils_without_setuptools()
    for entry in importlib.metadata.entry_points(group="certbot.plugins"):
        try:
            entry.load()
            problem = ""
        except Exception as error:  # noqa: BLE001  # a plugin's module may raise anything
            problem = f" {type(error).__name__}: {error}"
        sys.stdout.write(f"{entry.name}{problem}\n")
    for package in PATCHED:
        release = ""
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            release = importlib.metadata.version(package)
        sys.stdout.write(f"{RELEASE}{package} {release}\n")


def _stop(number: int, _frame: FrameType | None) -> None:
    """End as Certbot would, but through every ``finally``; Certbot calls this after it has cleaned up."""
    raise SystemExit(128 + number)


def give_requests_a_timeout() -> None:
    """Give every request without a time-out :data:`READ_TIMEOUT`."""
    from requests import Session

    session: Any = Session
    send = session.send

    @functools.wraps(send)
    def send_in_time(self: Any, request: Any, **options: Any) -> Any:
        if options.get("timeout") is None:
            options["timeout"] = READ_TIMEOUT
        return send(self, request, **options)

    session.send = send_in_time


def try_other_nonces() -> None:
    """Send a request again if its nonce was refused: the CA has not looked at anything else in it."""
    from acme.client import ClientNetwork
    from acme.messages import Error

    network: Any = ClientNetwork
    post = network.post

    @functools.wraps(post)
    def post_until_accepted(self: Any, *arguments: Any, **options: Any) -> Any:
        for _ in range(NONCE_TRIES - 1):
            try:
                return post(self, *arguments, **options)
            except Error as error:
                if error.code != "badNonce":
                    raise
        return post(self, *arguments, **options)

    network.post = post_until_accepted


def forget_other_configurations() -> None:
    """Make Certbot read no configuration file except the one that it is given."""
    from certbot._internal.constants import CLI_DEFAULTS

    CLI_DEFAULTS["config_files"] = []


def _warn(text: str, prefix: str = WARNING) -> None:
    with contextlib.suppress(OSError):  # nobody may be reading anymore
        sys.stderr.write(f"{prefix}{text}\n")


def _note(text: str) -> None:
    _warn(text, NOTE)


if __name__ == "__main__":
    sys.exit(main())
