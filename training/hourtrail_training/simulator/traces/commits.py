"""Commits: their subjects, the tickets that some of them name, merges of branches, and a second author now and then."""

from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.traces import wording
from hourtrail_training.simulator.traces.moments import Moment, Scene, key_of
from hourtrail_training.simulator.world import Channel, Trace


def commit(moment: Moment, scene: Scene, parameters: Parameters) -> Trace:
    """One commit of the person. ``reference`` is the ticket that its subject or body names, as a reader can find it."""
    key, draws = key_of(moment.work, moment.topic), moment.draws
    if draws[9] < parameters["merge_share"] and not moment.stray:
        return _merge(moment, key)
    subject = wording.title(
        wording.COMMIT,
        moment,
        scene.language,
        plain_share=parameters["plain_title_share"],
        local_share=parameters["local_language_share"],
    )
    named, body = "", ""
    if key and draws[7] < parameters["key_in_subject_share"]:
        subject = f"{subject} ({key})" if key.startswith("#") else f"{key} {subject}"
        named = key
    elif key and draws[8] < parameters["key_in_body_share"]:
        named, body = key, f"Refs: {key}"
    others = [person for person in scene.colleagues.get(moment.work.item, ()) if person != scene.employee.id]
    paired = others and draws[10] < parameters["co_author_share"]
    return moment.trace(
        Channel.COMMIT,
        subject,
        text=body,
        container=moment.work.repository,
        reference=named,
        participants=(others[int(draws[11] * len(others))],) if paired else (),
    )


def _merge(moment: Moment, key: str) -> Trace:
    topic = "-".join(moment.topic.words[-1:]).replace(" ", "-").lower() or "work"
    branch = f"feature/{key.removeprefix('#') or topic}" + (f"-{topic}" if key else "")
    title = f"Merge branch '{branch}'"
    # A key of letters and digits can be read out of a branch's name, a bare number cannot.
    named = key if key and not key.startswith("#") else ""
    return moment.trace(Channel.COMMIT, title, container=moment.work.repository, reference=named, verb="merge")
