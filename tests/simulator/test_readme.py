"""The simulator's README: its map names every module, and nothing else."""

import re
from pathlib import Path

import sectigo_f5.simulator

FOLDER = Path(sectigo_f5.simulator.__file__).parent


def test_map_names_every_module_in_its_folder() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8").partition("## How it is built")[2].partition("\n## ")[0]
    named = set()
    for row in re.findall(r"^\| (`.+?) \|", text, re.MULTILINE):
        folder, *modules = re.findall(r"`([\w/]+)`", row)
        named |= {folder + name for name in modules} if folder.endswith("/") else {folder, *modules}
    files = (file.relative_to(FOLDER).with_suffix("") for file in FOLDER.rglob("*.py"))
    assert named == {file.as_posix() for file in files if file.name != "__init__"}
