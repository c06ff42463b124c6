"""What a firm is: its size, people, clients, contracts and what happens to them."""

from typing import Final

from hourtrail_training.simulator.ranges.base import Range

_B1: Final = "models.md B1"


def _range(name: str, low: float, centre: float, high: float, *about: str) -> Range:
    """A range; ``about`` is what it is about and, where there is one, its source."""
    return Range(
        name=name, low=low, centre=centre, high=high, about=about[0], source=about[1] if len(about) > 1 else ""
    )


_PEOPLE: Final = (
    _range("part_time_share", 0.05, 0.15, 0.30, "Share of people who work less than a full week."),
    _range("joiners_per_year", 0.05, 0.15, 0.25, "People who join within a year, as a share of all."),
    _range("leavers_per_year", 0.05, 0.12, 0.20, "People who leave within a year, as a share of all."),
    _range("leave_days", 20.0, 27.0, 32.0, "Days of leave taken in a year, of a full week's worker."),
    _range("sickness_days", 4.0, 9.0, 16.0, "Days of sickness in a year."),
    _range("training_days", 1.0, 3.0, 6.0, "Days of training away from work in a year."),
    _range("parental_share", 0.0, 0.02, 0.05, "Share of people who take parental leave within a year."),
    _range("diligence_shape", 1.5, 2.0, 3.0, "Both shapes of the Beta that a person's diligence is drawn from.", f"{_B1}: Beta(2,2)"),
    _range("memory_half_life_median", 1.8, 2.5, 3.5, "Median days until half is forgotten.", f"{_B1}: LogN(ln 2.5 d, .7)"),
    _range("memory_half_life_sigma", 0.5, 0.7, 0.9, "Spread of its logarithm.", f"{_B1}: LogN(ln 2.5 d, .7)"),
    _range("rounding_standard", 2.0, 4.0, 6.0, "Weight of people who round to the nearest quarter.", "models.md B3: Dirichlet(4,2,2,2)"),
    _range("rounding_bill_up", 1.0, 2.0, 3.0, "Weight of people who round up to the next quarter.", "models.md B3: Dirichlet(4,2,2,2)"),
    _range("rounding_diary", 1.0, 2.0, 3.0, "Weight of people who write whole hours.", "models.md B3: Dirichlet(4,2,2,2)"),
    _range("rounding_timer", 1.0, 2.0, 3.0, "Weight of people who run a timer.", "models.md B3: Dirichlet(4,2,2,2)"),
    _range("bias_first_shape", 1.5, 2.0, 2.5, "First shape of the Beta of automation bias.", f"{_B1}: Beta(2,4)"),
    _range("bias_second_shape", 3.0, 4.0, 5.0, "Second shape of the Beta of automation bias.", f"{_B1}: Beta(2,4)"),
    _range("decline_share", 0.03, 0.14, 0.25, "Mean share of invitations that people decline."),
    _range("stray_share", 0.03, 0.08, 0.15, "Mean share of a person's traces that are about another task."),
    _range("logs_work_share", 0.2, 0.4, 0.6, "Share of people who write worklogs on tickets."),
    _range("answers_mean", 0.5, 0.75, 0.95, "Mean share of suggestions that people answer at all."),
    _range("utilisation_mean", 0.60, 0.69, 0.75, "Mean share of working time on clients' work.", f"{_B1}, B2: .69, SPI 2025 [V]"),
    _range("utilisation_concentration", 8.0, 14.0, 20.0, "Sum of the shapes of the Beta of utilisation."),
    _range("window_share", 0.4, 0.6, 0.9, "Share of people whose windows are recorded."),
    _range("call_recorder_share", 0.4, 0.6, 0.9, "Share of people whose calls are recorded."),
    _range("chat_share", 0.7, 0.85, 1.0, "Share of people who chat."),
    _range("other_channel_share", 0.1, 0.25, 0.4, "Share of people who also use the tools of another practice."),
    _range("start_spread", 25.0, 45.0, 70.0, "Minutes by which people's usual starts of the day differ (standard deviation)."),
)  # fmt: skip
_WORK: Final = (
    _range("zipf_exponent", 0.9, 1.1, 1.3, "Exponent of the clients' sizes.", f"{_B1}: Zipf(1.1)"),
    _range("engagements_per_person", 0.5, 0.7, 0.9, "Engagements within the horizon for each person of the firm."),
    _range("engagements_per_client", 1.5, 2.4, 3.5, "Engagements for each client, on average."),
    _range("extra_engagements", 1.8, 2.5, 3.2, "Mean of k - 1, live engagements of a person.", f"{_B1}: 1 + Poisson(2.5)"),
    _range("weight_concentration", 0.4, 0.6, 0.9, "Concentration of the weights of a person's engagements.", f"{_B1}: Dirichlet(.6)"),
    _range("reassign_weeks", 4.0, 6.0, 9.0, "Mean weeks until a person's engagements change.", f"{_B1}: about every 6 weeks"),
    _range("reassigned_share", 0.25, 0.45, 0.7, "Share of a person's engagements that end when they change."),
    _range("own_practice_share", 0.6, 0.75, 0.9, "Share of engagements dealt inside a person's own practice."),
    _range("twin_share", 0.03, 0.05, 0.10, "Share of projects that have a twin of nearly the same name.", f"{_B1}: 5 %"),
    _range("rename_share", 0.03, 0.06, 0.12, "Share of projects that get another code within a year."),
    _range("reorganised_share", 0.15, 0.3, 0.5, "Share of people whose team changes half-way."),
    _range("task_level_share", 0.2, 0.35, 0.5, "Share of assignments that name tasks instead of the project."),
    _range("hint_share", 0.4, 0.65, 0.9, "Share of tasks whose prefixes, folders and channels the master data names."),
    _range("whole_project_share", 0.1, 0.2, 0.35, "Share of projects that have no tasks: time is booked on the project."),
    _range("phase_share", 0.6, 0.8, 0.95, "Share of its usual phases that a project has."),
    _range("keyword_share", 0.3, 0.5, 0.7, "Share of a project's chief subjects that the master data name as keywords."),
    _range("domain_share", 0.6, 0.85, 1.0, "Share of tasks whose client's domain the master data name."),
    _range("dated_share", 0.3, 0.5, 0.7, "Share of tasks whose end the master data name before it is near."),
    _range("usual_name_share", 0.5, 0.7, 0.9, "Share of projects with the usual name of their kind."),
    _range("depends_share", 0.1, 0.2, 0.35, "Share of support and change tasks that are billable in some cases only."),
    _range("depends_billable", 0.5, 0.65, 0.8, "Share of subjects that are billed on such a task."),
    _range("closed_phase_share", 0.2, 0.35, 0.5, "Share of projects whose first phase has closed already."),
    _range("late_phase_share", 0.15, 0.3, 0.45, "Share of projects of which a phase opens later."),
    _range("travel_share", 0.1, 0.25, 0.4, "Share of clients who are visited."),
    _range("ending_share", 0.1, 0.2, 0.35, "Share of engagements that end within the horizon."),
    _range("starting_share", 0.1, 0.2, 0.35, "Share of engagements that begin within the horizon."),
)  # fmt: skip
_TERMS: Final = (
    _range("hourly_rate", 90.0, 115.0, 145.0, "Hourly rate of a consultant in the firm's first currency, before the client's factor."),
    _range("rate_change_share", 0.4, 0.6, 0.8, "Share of rate cards with a change of rates on a date."),
    _range("rate_rise", 0.02, 0.04, 0.07, "By how much rates rise on such a date."),
    _range("person_rate_share", 0.03, 0.08, 0.15, "Share of contracts on which somebody has a rate of their own."),
    _range("travel_rate_factor", 0.5, 0.5, 0.5, "Share of the rate that travel is billed at.", f"{_B1}: travel at 50 %"),
    _range("cap_tightness", 0.85, 1.1, 1.6, "What is agreed as a share of what the engagement is expected to take."),
    _range("agreed_share", 0.7, 0.8, 0.95, "Hours that contracts are agreed for, of those that their people's shares alone would make."),
    _range("client_rate_spread", 0.05, 0.15, 0.25, "By how much a client's rates may lie above or below the firm's."),
    _range("accepted_share", 0.8, 0.9, 1.0, "Share of due milestones that are ever accepted."),
    _range("narrative_share", 0.2, 0.4, 0.6, "Share of contracts that ask for a narrative on every entry."),
    _range("regulated_share", 0.03, 0.1, 0.2, "Share of contracts with a regulated client."),
    _range("milestone_delay_days", 3.0, 12.0, 30.0, "Mean days by which a milestone is accepted after it was due."),
)  # fmt: skip
FIRM: Final[tuple[Range, ...]] = (*_PEOPLE, *_WORK, *_TERMS)
