"""What the model tests share."""

from collections.abc import Iterator

import pytest

from hourtrail_models import fitting


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Tests run beside other work; LightGBM's threads wait for each other in a busy loop, which makes small fits slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(fitting.PARAMETERS, "num_threads", 1)
        yield
