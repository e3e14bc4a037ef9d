"""Load the settings: `WATTLINK_*` in the environment, over a TOML file that `WATTLINK_CONFIG` names, over defaults.

In the file a setting has the same name in lower case without `WATTLINK_`. A secret may stand in a file of its own:
`WATTLINK_MASTER_KEYS_FILE=/run/secrets/keys`.
"""

import difflib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wattlink.settings.model import RULES, Settings

_PREFIX = "WATTLINK_"
_CONFIG = "WATTLINK_CONFIG"
_FILE = "_FILE"


class SettingsError(Exception):
    """A setting that can't be used: its name, what is allowed and an example, in one line."""


def variable(name: str) -> str:
    """The environment's name of a setting."""
    return _PREFIX + name.upper()


def load_settings(environ: Mapping[str, str], *, needed: Sequence[str] = ()) -> Settings:
    """The settings of a process that can't do without those `needed`. Raises SettingsError."""
    texts = _from_file(environ.get(_CONFIG, "")) | _from_environment(environ)
    values = {name: _value(name, text) for name, text in texts.items()}
    for name in needed:
        if name not in values:
            raise SettingsError(f"{variable(name)} is missing: {_advice(name)}")
    settings = Settings(**values)
    return replace(
        settings,
        public_url=settings.public_url or f"http://localhost:{settings.port}",
        dial_in_url=settings.dial_in_url or f"ws://localhost:{settings.dial_in_port}",
    )


def _from_file(path: str) -> dict[str, str]:
    if not path:
        return {}
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{_CONFIG}={path} can't be read: {error}") from None
    return _known({key: _as_text(value) for key, value in content.items()}, shown=lambda key: f"{key} in {path}")


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{key}={part}" for key, part in value.items())
    return ",".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    ours = {key: text for key, text in environ.items() if key.startswith(_PREFIX) and key != _CONFIG}
    return _known({key.removeprefix(_PREFIX).lower(): text for key, text in ours.items()}, shown=variable)


def _known(given: Mapping[str, str], *, shown: Callable[[str], str]) -> dict[str, str]:
    """The texts by setting, those in files of their own read; an unknown name is refused with the nearest ones."""
    texts = {}
    for key, text in given.items():
        name = key.removesuffix(_FILE.lower())
        if name not in RULES or (key != name and not RULES[name].secret):
            near = " or ".join(map(variable, difflib.get_close_matches(key, RULES, n=3)))
            hint = f"did you mean {near}?" if near else f"there are {', '.join(map(variable, sorted(RULES)))}"
            raise SettingsError(f"{shown(key)} is no setting; {hint}")
        if name in texts or (key != name and name in given):
            raise SettingsError(f"{shown(name)} is given twice: as a value and as a file")
        texts[name] = _content(shown(key), text) if key != name else text
    return texts


def _content(shown: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{shown} names a file that can't be read: {error}") from None


def _value(name: str, text: str) -> Any:
    try:
        return RULES[name].read(text)
    except ValueError:
        given = "what is given" if RULES[name].secret else repr(text)
        raise SettingsError(f"{variable(name)}: {given} can't be used; {_advice(name)}") from None


def _advice(name: str) -> str:
    rule = RULES[name]
    hint = f"; {rule.hint}" if rule.hint else ""
    return f"it takes {rule.allowed}, for example {variable(name)}={rule.example}{hint}"
