"""The SDK of an application of one's own, once in each of its styles."""

import pytest

from tests.dialects.enode.sdk.calls import Sdk
from tests.support.stack import Stack


@pytest.fixture(params=["sync", "async"])
async def sdk(request: pytest.FixtureRequest, stack: Stack) -> Sdk:
    return Sdk(await stack.new_app(), is_async=request.param == "async")
