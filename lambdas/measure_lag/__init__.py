"""Measures, every minute, how fresh the answers are and how far the stream is behind Kafka."""
