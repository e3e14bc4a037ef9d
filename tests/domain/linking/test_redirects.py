"""Where people may be sent back to, case by case, and how an early exit is told there."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattlink.domain.errors import InvalidInput
from wattlink.domain.linking.model import Cause
from wattlink.domain.linking.redirects import with_error
from wattlink.domain.organizations.redirects import check_list, check_redirect_uri

GOOD = [
    "https://app.example.com/back",
    "https://app.example.com",
    "https://app.example.com:8443/back?state=a%20b&x=1#/done",
    "https://xn--bcher-kva.example/",
    "https://203.0.113.7/back",
    "https://[2001:db8::1]/back",
    "HTTPS://APP.EXAMPLE.COM/Back",
    "http://localhost/back",
    "http://LOCALHOST:3000/back?a=1",
    "http://127.0.0.1:8080/back",
    "http://127.3.2.1/",
    "http://[::1]:5000/",
    "yourapp://integrations/enode",
    "yourapp://",
    "yourapp:/done",
    "yourapp:done?x=1",
    "com.example.app://oauth/back?a=b&c=%C3%A9",
    "my-app+dev.2:/x",
]
DANGEROUS = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "javascript://app.example.com/%0aalert(1)",
    "data:text/html,x",
    "DATA:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox",
    "file:///etc/passwd",
    "blob:https://app.example.com/1",
    "about:blank",
    "filesystem:https://app.example.com/x",
    "view-source:https://app.example.com",
    "intent://scan/#Intent;scheme=x;end",
    "jar:https://app.example.com/x",
    "content://contacts",
]
BAD = [
    "",
    "back",
    "/back",
    "//app.example.com/back",
    "?x=1",
    "https:",
    "https:/app.example.com",
    "https:app.example.com",
    "https://",
    "https:///back",
    "https://ok.example@evil.example/",
    "https://user:pass@app.example.com/",
    "https://app.example.com\\@evil.example/",
    "https:\\\\app.example.com",
    "https://app.example.com:99999/",
    "https://app.example.com:port/",
    "https://app.example.com:/x:",
    "https://app.example.com/a b",
    "https://app.example.com/\r\nLocation: https://evil.example",
    "https://app.example.com/\x00",
    "https://app.example.com/%",
    "https://app.example.com/%zz",
    "https://bücher.example/",
    "https://аpp.example.com/",  # a Cyrillic letter
    "https://app.example.com/<script>",
    'https://app.example.com/"onclick=',
    " https://app.example.com/",
    "https://app.example.com/\t",
    "http://app.example.com/back",
    "http://127.0.0.1.evil.example/",
    "http://localhost.evil.example/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://127.1/",
    "http://0.0.0.0/",
    "http://192.168.1.4/back",
    "http://[::ffff:192.168.1.4]/",
    "ftp://app.example.com/back",
    "mailto:kari@example.com",
    "ws://localhost/",
    "chrome://settings",
    "1app://x",
    "://x",
    "x" * 8_001,
    "https://app.example.com/" + "x" * 7_980,
]


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("https://app.example.com/?a=%zz", "a literal one is written %25"),
        ("https://app.example.com/100%", "a literal one is written %25"),
        ("https://app.example.com/a b", "has ' '"),
        ("https://bücher.example/", r"has '\xfc'"),
        ("/back", "must be an absolute URI"),
        (f"https://app.example.com/{'x' * 8_000}", "at most 8000"),
    ],
)
def test_what_is_wrong_with_a_redirect_uri_is_said(uri: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_redirect_uri(uri, [])
    assert problem in refused.value.problem


@pytest.mark.parametrize("uri", GOOD)
def test_without_a_list_https_loopback_and_an_apps_own_scheme_are_fine(uri: str) -> None:
    check_redirect_uri(uri, [])


@pytest.mark.parametrize("uri", [*BAD, *DANGEROUS])
def test_without_a_list_everything_else_is_refused_by_its_field(uri: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_redirect_uri(uri, [])
    assert refused.value.field == "redirect_uri"


@pytest.mark.parametrize("uri", DANGEROUS)
def test_a_list_does_not_allow_what_is_dangerous(uri: str) -> None:
    with pytest.raises(InvalidInput, match="never"):
        check_redirect_uri(uri, [uri])


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com/back/",
        "https://app.example.com/back?x=1",
        "https://app.example.com/Back",
        "https://app.example.com/back/../admin",
        "https://app.example.com",
        "https://app.example.com.evil.example/back",
        "http://localhost/back",
        "yourapp://done",
    ],
)
def test_with_a_list_only_what_is_on_it_letter_for_letter(uri: str) -> None:
    listed = ["https://app.example.com/back", "yourapp://back"]
    for each in listed:
        check_redirect_uri(each, listed)
    with pytest.raises(InvalidInput) as refused:
        check_redirect_uri(uri, listed)
    assert refused.value.allowed == tuple(listed)


def test_a_list_may_hold_plain_http_of_a_private_network() -> None:
    check_redirect_uri("http://intranet.example/back", ["http://intranet.example/back"])


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "https://", "https://user@a.example/", "mailto:a@a.example", "no uri", "", "a" * 600]
)
def test_a_list_holds_nothing_that_is_refused_anyway(uri: str) -> None:
    check_list(["https://app.example/back", "yourapp://back", "http://intranet.example/back"])
    with pytest.raises(InvalidInput) as refused:
        check_list(["https://app.example/back", uri])
    assert refused.value.field == "redirect_uris[1]"


def test_a_list_holds_everything_once_and_not_without_end() -> None:
    for listed in (["https://a.example/"] * 2, [f"https://a.example/{number}" for number in range(101)]):
        with pytest.raises(InvalidInput):
            check_list(listed)


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("https://a.example/", "https://a.example/?"),
        ("https://a.example/?x=%20+&y", "https://a.example/?x=%20+&y&"),
        ("https://a.example/?", "https://a.example/?"),
        ("https://a.example/?x&", "https://a.example/?x&"),
        ("yourapp://integrations/enode", "yourapp://integrations/enode?"),
        ("yourapp:done", "yourapp:done?"),
    ],
)
def test_the_error_stands_behind_the_query_as_it_was(uri: str, told: str) -> None:
    assert with_error(uri, Cause.CANCELLED) == f"{told}error=access_denied&error_message=The%20user%20cancelled."


def test_the_error_stands_before_a_fragment() -> None:
    told = with_error("https://a.example/?x=1#/done?y=2", Cause.NO_DEVICES)
    assert told.startswith("https://a.example/?x=1&error=no_devices&error_message=")
    assert told.endswith("#/done?y=2")


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_is_told_in_words_and_by_name(cause: Cause) -> None:
    query = dict(parse_qsl(urlsplit(with_error("https://a.example/?error_uri=x", cause)).query))
    assert query["error"] in (cause.value, "access_denied")
    assert query["error_message"].endswith(".")
    assert query["error_uri"] == "x"


@given(st.text("abcXYZ019%-._~:/?[]@!$&'()*+,;=", max_size=80), st.sampled_from(Cause))
def test_not_a_byte_of_the_app_is_changed(rest: str, cause: Cause) -> None:
    told = with_error(f"yourapp://{rest}", cause)
    assert told.startswith(f"yourapp://{rest}")
    assert told.partition("error=")[0].removeprefix(f"yourapp://{rest}") in ("", "?", "&")
