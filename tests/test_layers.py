"""The import contract of docs/architecture.md: down only, and the simulator is an island."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "sectigo_f5"

# A module may import from its own layer and from those below it.
LAYERS = (
    {"cli"},
    {"commands", "checking", "overview", "reversal"},
    {"fleet"},
    {"workflow"},
    {"judgement", "challenges", "serving", "permissions", "report", "state"},
    {"keys", "generations", "installation", "obstacles", "units"},
    {"service_change"},
    {"acme", "bigip", "decision", "config", "attachment", "readers", "renewal", "revocation", "handshake"},
    {"neighbours", "port_80"},
    {"certbot_run", "certbot_faults", "acme_directory", "renewal_information"},
    {"certbot_child", "configuration", "downloads"},
    {"process", "icontrol", "certificates", "validation"},
    {"observed", "irules"},
    {"model"},
    {"errors", "log", "output", "secret"},
)


def imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names if node.module == "sectigo_f5"}
    return {name.split(".")[1] for name in names if name.startswith("sectigo_f5.")}


def test_imports_go_down_only() -> None:
    rank = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    for file in PACKAGE.rglob("*.py"):
        room = file.relative_to(PACKAGE).with_suffix("").parts[0]
        if room in ("__init__", "simulator"):
            continue
        assert room in rank, f"{file.name} has no layer yet"
        for name in imported(file) - {"__version__"}:
            assert rank[name] >= rank[room], f"{file.name} imports upwards: {name}"


def test_the_simulator_is_an_island() -> None:
    for file in (PACKAGE / "simulator").rglob("*.py"):
        assert imported(file) <= {"simulator"}, f"{file.name} knows the connector"
    for file in PACKAGE.glob("*.py"):
        assert "simulator" not in imported(file), f"{file.name} knows the simulator"
