"""What is said of a file over the network names the file, and not where the server keeps it."""

import pytest

from hourtrail.domain.folders import without_folders


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/srv/hourtrail/models/ranker/manifest.json is not what was reviewed", "…/manifest.json is not what was reviewed"),
        ("the model in /var/lib/x/abc cannot be read: bad zip; fit it again", "the model in …/abc cannot be read: bad zip; fit it again"),
        ("'/root/a b'", "'…/a b'"),
        (r"C:\models\ranker.txt is missing", "…/ranker.txt is missing"),
        ("a/b stays, 3/4 too", "a/b stays, 3/4 too"),
        ("http://registry.example/api/2.0 does not answer", "http://registry.example/api/2.0 does not answer"),
    ],
)  # fmt: skip
def test_a_path_is_cut_to_its_last_name(text: str, told: str) -> None:
    assert without_folders(text) == told
