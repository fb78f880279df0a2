"""A synthetic working day in Manhattan, for demos; the same seed gives the same day."""

from local_stack.sample_day.day import SampleDay, write_sample_day

__all__ = ["SampleDay", "write_sample_day"]
