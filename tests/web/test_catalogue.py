"""The catalogue of events: the docs, the words on pages and the code name the same actions.

Who adds an event adds it to ``ACTIONS``, a line to ``docs/history.md`` and a word to ``WORDS``.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from config.env import BASE_DIR
from exports.domain.actions import ACTIONS, GROUPS
from exports.web.events import WORDS

# These happen outside of any workspace, and no page shows them.
INSTALLATION = ("person.", "signing_key.", "master_key.")
# What an event can be about; other texts have dots too.
FAMILIES = {each.partition(".")[0] for each in WORDS} | {each.rstrip(".") for each in INSTALLATION}
ACTION = re.compile(rf"(?:{'|'.join(FAMILIES)})\.[a-z_]+")
# These tell of actions that others append.
TELLING = {"domain/actions.py", "web/events.py", "api/audit.py"}


def in_code() -> set[str]:
    """The texts of an action's form."""
    root = BASE_DIR / "exports"
    paths = [each for each in root.rglob("*.py") if str(each.relative_to(root)) not in TELLING]
    return {text for path in paths for text in _texts(ast.parse(path.read_text()))}


def _texts(tree: ast.AST) -> set[str]:
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {each for each in constants if isinstance(each, str) and ACTION.fullmatch(each)}


def in_docs() -> set[str]:
    text = Path(BASE_DIR / "docs" / "history.md").read_text()
    table = text.partition("## All events")[2]
    firsts = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {action for cell in firsts for action in re.findall(r"`([^`]+)`", cell)}


def test_the_docs_list_the_actions_of_the_code() -> None:
    assert in_docs() == in_code()


def test_every_action_of_a_workspace_has_a_word() -> None:
    assert {each for each in in_code() if not each.startswith(INSTALLATION)} == {*WORDS}


def test_every_action_of_a_workspace_can_be_asked_for() -> None:
    assert {*ACTIONS} == {*WORDS}


def test_the_groups_are_made_of_actions() -> None:
    assert {each for group in GROUPS.values() for each in group} <= {*ACTIONS}
