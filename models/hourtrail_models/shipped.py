"""The ranker that came with this installation, checked against its pinned digest, the features and the encoder."""

from functools import cache
from typing import Final

from hourtrail.features import SPEC
from hourtrail_models.artefact import load_bundled
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.ranker import RankerScorer, from_artefact

NAME: Final = "ranker"


@cache
def bundled_scorer() -> RankerScorer:
    """The shipped ranker. Raises ModelUnavailable when it is missing, altered, or made for other features or vectors."""
    artefact = load_bundled(NAME)
    artefact.require(spec=SPEC, encoder=bundled_encoder().fingerprint)
    return from_artefact(artefact)
