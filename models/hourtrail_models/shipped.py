"""The ranker that came with this installation, checked against its pinned digest, the features and the encoder."""

from functools import cache
from typing import Final

from hourtrail.features import SPEC
from hourtrail_models.artefact import load_bundled
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.ranker import RankerScorer, from_artefact
from hourtrail_models.use_cases import require_use_case

NAME: Final = "ranker"


def bundled_scorer() -> RankerScorer:
    """The shipped ranker. Raises ModelUnavailable when it is missing, altered, or made for other features or vectors;
    NotAllowed when the allow-list of use cases does not hold it.
    """
    require_use_case(NAME)
    return _loaded()


@cache
def _loaded() -> RankerScorer:
    artefact = load_bundled(NAME)
    artefact.require(spec=SPEC, encoder=bundled_encoder().fingerprint)
    return from_artefact(artefact)
