"""A working day in Manhattan that nobody rode: a demo needs data, and a seed makes it the same."""

from local_stack.sample_day.day import SampleDay, write_sample_day

__all__ = ["SampleDay", "write_sample_day"]
