"""Chat, sent mail and edited documents: subjects and file names, never what stands in them."""

from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.traces import wording
from hourtrail_training.simulator.traces.moments import Moment, Scene
from hourtrail_training.simulator.world import Channel, Trace, Work


def _subject(style: wording.Style, moment: Moment, scene: Scene, parameters: Parameters) -> str:
    return wording.title(
        style,
        moment,
        scene.language,
        plain_share=parameters["plain_title_share"],
        local_share=parameters["local_language_share"],
    )


def chat(moment: Moment, scene: Scene, parameters: Parameters) -> Trace:
    """A message in the project's channel, or to one colleague when it has none or the matter is small."""
    text = _subject(wording.CHAT, moment, scene, parameters)
    direct = not moment.work.channel or moment.draws[7] < 0.3
    return moment.trace(
        Channel.CHAT,
        text,
        container="" if direct else moment.work.channel,
        participants=_other(moment.work, scene, moment.draws[8]) if direct else (),
    )


def mail(moment: Moment, scene: Scene, parameters: Parameters) -> Trace:
    """A mail that the person sends, to one or two of the client's people or to a colleague."""
    subject = _subject(wording.MAIL, moment, scene, parameters)
    if moment.draws[7] < parameters["name_in_subject_share"]:
        subject = f"[{wording.called(moment.work, moment.draws[3])}] {subject}"[: wording.LONGEST]
    people = scene.contacts.get(moment.work.item.client)
    if not people:
        return moment.trace(Channel.MAIL, subject, participants=_other(moment.work, scene, moment.draws[8]))
    first = int(moment.draws[8] * len(people))
    count = 2 if moment.draws[9] < 0.3 else 1
    return moment.trace(Channel.MAIL, subject, participants=people[first : first + count])


def document(moment: Moment, scene: Scene, parameters: Parameters) -> Trace:
    """A saved version of a document in the project's folder."""
    name = _subject(wording.DOCUMENT, moment, scene, parameters)
    if moment.draws[7] < parameters["name_in_subject_share"]:
        name = f"{wording.called(moment.work, moment.draws[3])} {name}"[-wording.LONGEST :].lstrip()
    folder = moment.work.folder
    return moment.trace(Channel.DOCUMENT, name, container=folder, reference=f"{folder}/{name}" if folder else "")


def _other(work: Work, scene: Scene, number: float) -> tuple[str, ...]:
    """One of the person's colleagues on the work at ``number``; nobody when they are alone on it."""
    people = scene.colleagues.get(work.item, ())
    if not people:
        return ()
    place = int(number * len(people))
    chosen = people[place] if people[place] != scene.employee.id else people[place - 1]
    return (chosen,) if chosen != scene.employee.id else ()
