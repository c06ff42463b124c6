"""Pure steps from activities to work blocks: redact, treat, fold into sessions, resolve overlaps.

Follow one activity: ``privacy`` takes out what may not be stored; ``treatment`` says what becomes of its form; ``spans``
resolves what has a duration; ``bursts`` folds what happened at an instant; ``presence`` asks a model which minutes around
traces were worked, by what ``learning`` knows of the person, and ``fitted`` cuts and widens the blocks to them (without a
model ``pauses`` bridges what lies between, by ``pause_model`` and ``habits``); ``context`` attaches what adds no time;
``assemble`` writes the blocks.
"""

from hourtrail.capture.habits import Habits
from hourtrail.capture.learning import HabitLearner
from hourtrail.capture.pipeline import Captured, capture
from hourtrail.capture.presence import Presence
from hourtrail.capture.privacy import PrivacyRules, redact
from hourtrail.capture.privacy_gate import PrivacyGate
from hourtrail.capture.settings import CaptureSettings

__all__ = [
    "CaptureSettings",
    "Captured",
    "HabitLearner",
    "Habits",
    "Presence",
    "PrivacyGate",
    "PrivacyRules",
    "capture",
    "redact",
]
