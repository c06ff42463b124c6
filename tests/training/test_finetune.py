"""What the encoder would be tuned on, and how vectors are compared: without torch."""

import numpy as np

from hourtrail_training.finetune.neighbours import vote_hits
from hourtrail_training.finetune.triples import Triple, triples

PEOPLE = ["ann", "ann", "bob", "ann", "ann", "bob"]
LABELS = np.array([0, 1, 0, 1, 0, 0])
TEXTS = ["scheduler fix", "login page", "scheduler", "login form", "scheduler test", "scheduler"]
VECTORS = np.array([[1, 0], [0, 1], [1, 0], [0.6, 0.8], [0.8, 0.6], [1, 0]], dtype=np.float32)


def drawn(**changes):
    options = {"last": 6, "most": 10, "seed": 0, **changes}
    return triples(PEOPLE, TEXTS, LABELS, VECTORS, **options)


def test_a_triple_is_one_persons_work_on_the_same_and_on_the_likest_other_project():
    assert drawn() == [Triple(3, 1, 0), Triple(4, 0, 3)], "bob works on one project only and repeats himself"


def test_no_triple_reaches_behind_the_last_row_and_no_more_are_kept_than_asked_for():
    assert drawn(last=4) == [Triple(3, 1, 0)]
    assert drawn(most=1) in ([Triple(3, 1, 0)], [Triple(4, 0, 3)])
    assert drawn(most=1) == drawn(most=1)
    assert drawn(last=0) == []


def test_only_what_was_known_votes_and_by_how_alike_it_is():
    asked = np.arange(6.0)
    measured = np.array([False, False, False, True, True, True])
    everything = vote_hits(PEOPLE, LABELS, (asked, asked + 0.5), VECTORS, measured)
    assert everything.tolist() == [True, False, True], "two entries that are fairly alike outvote one"
    late = vote_hits(PEOPLE, LABELS, (asked, asked + 100), VECTORS, measured)
    assert late.tolist() == [False, False, False], "nothing was known yet"
    opposite = vote_hits(PEOPLE, LABELS, (asked, asked + 0.5), VECTORS[:, ::-1].copy(), measured)
    assert opposite.tolist() == everything.tolist(), "the same angles, the same votes"
