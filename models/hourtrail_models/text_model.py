"""The frozen text model: TF-IDF of words and word pairs with logistic regression. A baseline that must be beaten."""

import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

MOST_CLASSES: Final = 300
"""The most frequent labels; a regression over thousands of classes says nothing more and takes hours."""
MOST_WORDS: Final = 30_000
MOST_ROWS: Final = 40_000
"""The newest rows; the baseline gains nothing from more."""


def rank_labels(train: Sequence[str], labels: Sequence[int], asked: Sequence[str]) -> NDArray[np.int64]:
    """Three labels for every text of ``asked``, best first, -1 where there are fewer; ``train`` is in time order."""
    ranking = np.full((len(asked), 3), -1, dtype=np.int64)
    kept = {label for label, _ in Counter(labels).most_common(MOST_CLASSES)}
    rows = [row for row in range(len(train)) if labels[row] in kept][-MOST_ROWS:]
    classes = {labels[row] for row in rows}
    if len(classes) < 2 or not asked:
        # Nothing to choose from: a regression needs two classes.
        ranking[:, 0] = next(iter(classes), -1)
        return ranking
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_features=MOST_WORDS, dtype=np.float32)
    try:
        features = words.fit_transform([train[row] for row in rows])
    except ValueError:
        # scikit-learn's word for texts without a single word.
        return ranking
    model = LogisticRegression(C=4.0, max_iter=60, tol=1e-3)
    with warnings.catch_warnings():
        # Sixty steps bound the time; the last digits of a baseline's weights change no ranking that is reported.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features, [labels[row] for row in rows])
    probability = model.predict_proba(words.transform(asked))
    best = np.argsort(-probability, axis=1, kind="stable")[:, :3]
    ranking[:, : best.shape[1]] = model.classes_[best]
    return ranking
