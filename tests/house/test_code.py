"""The principles of the house that a syntax tree can show."""

import ast
from pathlib import Path

from tests.house.source import PACKAGE, committed, functions, modules, parameters

_OUTSIDE = {"connectors", "connector", "door", "outbound"}
_SQL = ("SELECT ", "SELECT\n", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH ")
_SPEAKS_SQL = {"store", "database", "migrate"}
_VENDORS = PACKAGE / "connectors" / "vendors"
_MAX_FILE_LINES, _MAX_FUNCTION_LINES, _MAX_PARAMETERS, _MAX_ENTRIES = 400, 50, 7, 15


def test_who_is_inside_a_transaction_neither_opens_another_nor_talks_to_the_outside() -> None:
    offences = []
    for path, tree in modules().items():
        for function in functions(tree):
            names = {argument.arg for argument in parameters(function)}
            if "tx" in names and (more := names & (_OUTSIDE | {"db"})):
                offences.append(f"{path}: {function.name} takes tx and {', '.join(more)}")
    assert offences == []


def test_no_block_of_a_transaction_uses_the_outside() -> None:
    offences = []
    for path, tree in modules().items():
        for block in (node for node in ast.walk(tree) if isinstance(node, ast.AsyncWith)):
            if any(_opens_a_transaction(entered.context_expr) for entered in block.items):
                used = {name.id for name in ast.walk(block) if isinstance(name, ast.Name)} & _OUTSIDE
                offences += [f"{path}:{block.lineno} uses {name} inside a transaction" for name in used]
    assert offences == []


def _opens_a_transaction(expression: ast.expr) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "transaction" for node in ast.walk(expression))


def test_only_the_database_commits() -> None:
    offences = [
        f"{path}:{node.lineno}: {node.attr}"
        for path, tree in modules().items()
        if path != "db/database.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("commit", "rollback")
    ]
    assert offences == []


def test_sql_lives_in_stores() -> None:
    offences = [
        f"{path}:{node.lineno}: {node.value.strip()[:40]}"
        for path, tree in modules().items()
        if Path(path).stem not in _SPEAKS_SQL
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lstrip().startswith(_SQL)
    ]
    assert offences == []


def test_imports_stand_at_the_top() -> None:
    offences = [
        f"{path}:{node.lineno}: an import inside {function.name}"
        for path, tree in modules().items()
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert offences == []


def test_a_vendor_is_named_in_its_own_folder_only() -> None:
    offences = [
        f"{path.relative_to(PACKAGE)} names {vendor}"
        for vendor in (folder.name for folder in _VENDORS.iterdir() if (folder / "manifest.toml").is_file())
        for path in committed()
        if path.is_relative_to(PACKAGE) and not path.is_relative_to(_VENDORS / vendor)
        if path.suffix in (".py", ".sql", ".html", ".css", ".js") and vendor in path.read_text().lower()
    ]
    assert offences == []


def test_a_pattern_ends_where_its_text_ends() -> None:
    offences = [
        f"{path}:{word.value.lineno} takes a line break behind it, for `$` alone stands before one too: add (?!\\n)"
        for path, tree in modules().items()
        for word in ast.walk(tree)
        if isinstance(word, ast.keyword) and word.arg == "pattern" and isinstance(word.value, ast.Constant)
        if str(word.value.value).endswith("$")
    ]
    assert offences == []


def test_every_module_says_what_it_is_for() -> None:
    assert [path for path, tree in modules().items() if not ast.get_docstring(tree)] == []


def test_files_are_short() -> None:
    lengths = {path: len((PACKAGE / path).read_text().splitlines()) for path in modules()}
    assert {path: lines for path, lines in lengths.items() if lines > _MAX_FILE_LINES} == {}


def test_functions_are_short_and_take_few_parameters() -> None:
    offences = []
    for path, tree in modules().items():
        for function in functions(tree):
            lines, taken = (function.end_lineno or 0) - function.lineno + 1, len(parameters(function))
            if lines > _MAX_FUNCTION_LINES or taken > _MAX_PARAMETERS:
                offences.append(f"{path}: {function.name} has {lines} lines and {taken} parameters")
    assert offences == []


def test_folders_hold_few_things() -> None:
    """Modules and the folders of modules are counted, data isn't; which nouns there are is the ladder's to say."""
    offences = []
    for folder in {(PACKAGE / path).parent for path in modules()}:
        entries = [entry for entry in folder.iterdir() if entry.suffix == ".py" or (entry / "__init__.py").is_file()]
        if len(entries) > _MAX_ENTRIES and folder not in (_VENDORS, PACKAGE / "domain"):
            offences.append(f"{folder.relative_to(PACKAGE)} holds {len(entries)}")
    assert offences == []
