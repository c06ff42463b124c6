"""Where heavy work runs: in this process, or on the Dask cluster whose scheduler's address is configured."""

from hourtrail.scale.batches import SETTING, Batches, InProcess, Task, address_of, batches

__all__ = ["SETTING", "Batches", "InProcess", "Task", "address_of", "batches"]
