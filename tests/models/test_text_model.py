"""The frozen text model is a fair opponent: it learns what texts say, and answers on the poorest input."""

import numpy as np

from hourtrail_models import text_model
from hourtrail_models.text_model import rank_labels

TRAIN = [
    "fix login bug",
    "login page broken",
    "pay supplier invoice",
    "invoice of march",
    "deploy server",
    "server down",
]
LABELS = [4, 4, 7, 7, 9, 9]


def test_it_ranks_by_words_best_first() -> None:
    ranking = rank_labels(TRAIN * 5, LABELS * 5, ["another login bug", "invoice of april", "server restart"])
    assert ranking[:, 0].tolist() == [4, 7, 9]
    assert all(sorted(row) == [4, 7, 9] for row in ranking.tolist())


def test_two_labels_leave_the_third_place_empty() -> None:
    ranking = rank_labels(TRAIN[:4], LABELS[:4], ["login", "invoice"])
    assert ranking.tolist() == [[4, 7, -1], [7, 4, -1]]


def test_one_label_is_the_only_answer() -> None:
    assert rank_labels(TRAIN[:2], [4, 4], ["whatever", ""]).tolist() == [[4, -1, -1]] * 2


def test_nothing_to_learn_from_gives_no_answer() -> None:
    assert rank_labels([], [], ["login"]).tolist() == [[-1, -1, -1]]
    assert rank_labels(["", "!", "?"], [4, 7, 9], ["login"]).tolist() == [[-1, -1, -1]]
    assert rank_labels(TRAIN, LABELS, []).shape == (0, 3)


def test_only_the_most_frequent_labels_and_the_newest_rows_count(monkeypatch) -> None:
    monkeypatch.setattr(text_model, "MOST_CLASSES", 2)
    rare = rank_labels([*TRAIN, *TRAIN[:4]], [*LABELS, *LABELS[:4]], ["server down"])
    assert 9 not in rare
    monkeypatch.setattr(text_model, "MOST_ROWS", 4)
    moved = rank_labels(["login", "login", "login", "invoice", "login", "invoice"], [4, 4, 7, 4, 7, 4], ["login"])
    assert moved[0, 0] == 7


def test_a_regression_that_stops_early_says_nothing_on_standard_error(recwarn) -> None:
    drawn = np.random.default_rng(3)
    texts = [" ".join(f"w{word}" for word in drawn.integers(0, 300, size=8)) for _ in range(300)]
    rank_labels(texts, drawn.integers(0, 12, size=300).tolist(), texts[:3])
    assert not recwarn.list
