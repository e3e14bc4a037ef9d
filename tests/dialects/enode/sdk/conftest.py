"""The SDK of an application of one's own, once in each of its styles."""

import pytest

from tests.dialects.enode.sdk.calls import Sdk
from tests.support.stack import Stack


@pytest.fixture(params=["sync", "async"])
async def sdk(request: pytest.FixtureRequest, stack: Stack) -> Sdk:
    """With registrations of its own: whether a link counts as broken hangs on the other accounts of a registration."""
    app = await stack.new_app()
    for vendor in ("easee", "tesla"):
        await stack.register(vendor, app.credentials.application_id)
    return Sdk(app, is_async=request.param == "async")
