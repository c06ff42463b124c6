"""transcripts/*.vtt: WebVTT with voice tags, one file a recorded meeting."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hourtrail_training.simulator.world import Firm, PersonWeek, Transcript
from hourtrail_training.simulator.writers.clock import basic_text

NAME: Final = "transcripts"
_LONGEST: Final = 12
"""Seconds that a cue is shown at most; the next one ends it earlier."""


class TranscriptWriter:
    """Writes each file at once: they are few, and nobody else has anything to add to them."""

    def __init__(self, shard: Path, firm: Firm) -> None:
        del firm
        self._folder = shard / NAME
        self._folder.mkdir(parents=True, exist_ok=True)

    def week(self, week: PersonWeek) -> None:
        """The transcripts of the week."""
        for transcript in week.transcripts:
            name = f"{week.employee.handle}-{basic_text(transcript.start)}.vtt"
            (self._folder / name).write_text(as_vtt(transcript), encoding="utf-8", newline="\n")

    def close(self) -> None:
        """Nothing waits."""


def as_vtt(transcript: Transcript) -> str:
    """The file's text. What tools ignore (a NOTE) says where it comes from and which meeting it is of."""
    cues = [
        "WEBVTT",
        f"NOTE Simulated by Hourtrail: nobody said this.\nmeeting: {transcript.meeting}\nstarted: {basic_text(transcript.start)}",
    ]
    ends = [*(line[0] for line in transcript.lines[1:]), (transcript.end - transcript.start) * 60]
    for number, ((second, speaker, sentence), following) in enumerate(
        zip(transcript.lines, ends, strict=True), start=1
    ):
        end = min(second + _LONGEST, max(following, second + 1))
        cues.append(f"{number}\n{_clock(second)} --> {_clock(end)}\n<v {_escape(speaker)}>{_escape(sentence)}</v>")
    return "\n\n".join(cues) + "\n"


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.000"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def merge(shards: Sequence[Path], target: Path, firm: Firm) -> None:
    """All files into one folder; their names hold their owner, so none meets another."""
    del firm
    (target / NAME).mkdir(parents=True, exist_ok=True)
    for shard in shards:
        for path in sorted((shard / NAME).glob("*.vtt")):
            shutil.copyfile(path, target / NAME / path.name)
