"""Examples of the docs, run in a shell as a reader would: copied and pasted, in their order."""

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.house.source import ROOT
from tests.support.processes import plain_environment

_BLOCK = re.compile(r"^( *)```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_DECODER = json.JSONDecoder()
_ENDS = "\nprintf '\\n\\036\\n'\n"  # what no answer has: each example's answers are told apart


def examples(page: str, section: str = "") -> list[str]:
    """The shell examples of a page, or of one of its sections."""
    text = (ROOT / page).read_text(encoding="utf-8")
    if section:
        text = text.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    return [found for _, found in _BLOCK.findall(text)]


def filled(example: str, **placeholders: str) -> str:
    """An example whose reader has written something else where it asks for it; each must be there."""
    for there, instead in placeholders.items():
        assert there in example, f"{there} isn't in the example"
        example = example.replace(there, instead)
    return example


async def run(parts: Sequence[str], folder: Path, **variables: str) -> list[Any]:
    """What the examples print, each as the list of its answers; the first command that fails ends the test."""
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    process = await asyncio.create_subprocess_exec(
        *("bash", "-eu", "-o", "pipefail"),
        cwd=folder,
        env={**plain_environment(), "PATH": path, **variables},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    printed, said = await process.communicate(_ENDS.join([*parts, ""]).encode())
    assert process.returncode == 0, (printed + said).decode()
    return [_answers(part.decode()) for part in printed.split(b"\n\036\n")[: len(parts)]]


def _answers(printed: str) -> list[Any]:
    """The JSON objects and arrays in a text, one after the other; what is none counts line by line."""
    found: list[Any] = []
    rest = printed.strip()
    while rest:
        if rest[0] in "{[":
            value, end = _DECODER.raw_decode(rest)
            rest = rest[end:].strip()
        else:
            value, _, rest = rest.partition("\n")
        found.append(value)
    return found
