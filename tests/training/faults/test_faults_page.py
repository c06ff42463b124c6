"""The page about injected faults: its example runs, and its table names every public type."""

import re
from pathlib import Path

from hourtrail_training.faults import PUBLIC

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "inject-faults.md").read_text(encoding="utf-8")


def test_the_example_holds():
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(example, "inject-faults.md", "exec"), names)
    assert len(names["faults"]) == 20


def test_the_table_names_every_public_type():
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(PUBLIC)
