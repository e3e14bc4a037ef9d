"""What the demo app tells its user, until it is read or mended."""

from wattlink.sandbox.demo_app.notices import Notices

_LOST = "We lost the link to your Easee account."


def test_a_link_that_is_whole_again_is_no_longer_told_of() -> None:
    notices = Notices()
    notices.add("nora", _LOST, broken_vendor="EASEE")
    notices.add("nora", "Nothing was linked, as you wished.")
    notices.add("emma", _LOST, broken_vendor="EASEE")
    notices.drop_mended(notices.of_user("nora"), frozenset({"EASEE"}))
    assert len(notices.of_user("nora")) == 2
    notices.drop_mended(notices.of_user("nora"), frozenset())
    assert [notice.broken_vendor for notice in notices.of_user("nora")] == [None]
    assert len(notices.of_user("emma")) == 1


def test_a_link_that_breaks_while_the_app_looks_at_the_vendors_is_told_of() -> None:
    notices = Notices()
    said = notices.of_user("nora")
    all_whole = frozenset[str]()  # when it looked
    notices.add("nora", _LOST, broken_vendor="EASEE")
    notices.drop_mended(said, all_whole)
    assert [notice.text for notice in notices.of_user("nora")] == [_LOST]
