"""The same options give the same bytes on every run: nothing may hang on the order of sets or on the hash of a text."""

import os
import subprocess
import sys

_PROGRAM = """
import hashlib
from tests.training.simulator.truth_firm import simulated

world = simulated(11, 9)
digest = hashlib.sha256()

def put(value):
    if isinstance(value, frozenset):
        value = sorted(value)
    digest.update(repr(value).encode())

for employee in world.firm.employees:
    put(sorted(employee.traits.channels))
    put((employee.person, employee.absences, employee.traits.utilisation, employee.traits.start_minute))
for part in (world.firm.works, world.firm.weights, world.firm.assignments, world.firm.contracts, world.firm.rates,
             world.firm.milestones, world.firm.changes, world.firm.contacts, world.firm.holidays, world.plan):
    put(part)
for week in world.weeks():
    put(week.seats)
    put(week.days)
print(digest.hexdigest())
"""


def test_two_runs_with_other_hashes_give_the_same_firm_and_the_same_truth() -> None:
    digests = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64
