"""How unusual each entry of a file is for its person and project, for the checks that ask."""

from collections.abc import Mapping
from dataclasses import replace

from hourtrail.checks import CheckContext, CheckPolicy, Grain
from hourtrail.unusual import judge
from hourtrail.wiring import anomaly_blender, anomaly_fitter

ASKS = ("unusual_entry", "unusual_week")


def with_habits(context: CheckContext, policy: CheckPolicy, verdicts: Mapping[str, bool] | None = None) -> CheckContext:
    """The context with the learned view of its entries, as somebody who reviews the whole file may look at them.

    ``verdicts`` says of entries, by id, whether a reviewer found a true issue in them: they correct the scores. Without a
    check that asks for it nothing is fitted, because that is what takes most of the time.
    """
    if not any(policy.enabled(name) for name in ASKS):
        return context
    habits = judge(
        context.entries,
        weekly=context.grain is Grain.WEEK,
        fit=anomaly_fitter(),
        whole_file=True,
        zone=context.zone,
        verdicts=verdicts,
        blend=anomaly_blender() if verdicts else None,
    )
    return replace(context, habits=habits)
