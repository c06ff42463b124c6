"""How unusual each entry of a file is for its person and project, for the checks that ask."""

from collections.abc import Mapping
from dataclasses import replace

from hourtrail.checks import CheckContext, CheckPolicy, Grain
from hourtrail.domain.unusual import Unusual
from hourtrail.unusual import judge
from hourtrail.wiring import anomaly_blender, anomaly_fitter

ASKS = ("unusual_entry", "unusual_week")


def with_habits(context: CheckContext, policy: CheckPolicy, verdicts: Mapping[str, bool] | None = None) -> CheckContext:
    """The context with the learned view of its entries, as somebody who reviews the whole file may look at them.

    ``verdicts`` says of entries, by id, whether a reviewer found a true issue in them: they correct the scores. Without a
    check that asks for it nothing is fitted, because that is what takes most of the time.
    """
    if not is_asked(policy):
        return context
    return replace(context, habits=habits_of(context, verdicts))


def is_asked(policy: CheckPolicy) -> bool:
    """Whether any check asks for the learned view."""
    return any(policy.enabled(name) for name in ASKS)


def habits_of(context: CheckContext, verdicts: Mapping[str, bool] | None = None) -> Unusual:
    """How unusual every entry of the context is; pure."""
    return judge(
        context.entries,
        weekly=context.grain is Grain.WEEK,
        fit=anomaly_fitter(),
        whole_file=True,
        zone=context.zone,
        verdicts=verdicts,
        blend=anomaly_blender() if verdicts else None,
    )
