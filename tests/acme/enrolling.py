"""Drive the classes of the real certbot-bigip as Certbot does, improved as the launcher improves them; for a test.

Arguments: the BIG-IP, its password, its CA, the virtual server, a folder, and how many enrolments.
"""

import importlib
import sys
from types import SimpleNamespace

from acme import challenges, messages
from certbot import achallenges
from cryptography.hazmat.primitives.asymmetric import ec
from josepy.jwk import JWKEC

from sectigo_f5.acme.inside_certbot import launcher, tokens

HOST, PASSWORD, CA_FILE, SERVER, FOLDER, TIMES = sys.argv[1:]


def enrol(number: int, account: JWKEC) -> None:
    """One order: prepare, answer the challenge of one name, clean up."""
    config = SimpleNamespace(
        backup_dir=f"{FOLDER}/backups", temp_checkpoint_dir=FOLDER, in_progress_dir=FOLDER, strict_permissions=False,
        bigip_list=HOST, bigip_username="admin", bigip_password=PASSWORD, bigip_vs_list=SERVER,
        bigip_verify_ssl=CA_FILE,
        bigip_iapp=None, bigip_apm=None, bigip_device_group="", bigip_partition="Common", bigip_clientssl_parent="",
    )  # fmt: skip
    plugin = BigipConfigurator(config, "bigip")
    body = messages.ChallengeBody(chall=challenges.HTTP01(token=b"%032d" % number), uri="", status=None)
    name = messages.Identifier(typ=messages.IDENTIFIER_FQDN, value="www.example.com")
    challenge = achallenges.KeyAuthorizationAnnotatedChallenge(challb=body, identifier=name, account_key=account)
    plugin.prepare()
    try:
        plugin.perform([challenge])
    finally:
        plugin.cleanup([challenge])


obtained: tokens.Tokens = []
tokens.remember_tokens(obtained)
launcher.load_plugin("bigip")
obj = importlib.import_module("certbot_bigip.obj")
BigipConfigurator = importlib.import_module("certbot_bigip.configurator").BigipConfigurator
for number in range(int(TIMES)):
    enrol(number, JWKEC(key=ec.generate_private_key(ec.SECP256R1())))
    tokens.hand_back(obtained, launcher._warn)
    obtained.clear()
    obj.ManagementRoot.cache_clear()  # each order has a process of its own
sys.stdout.write(f"setuptools loaded: {'setuptools' in sys.modules}\n")
