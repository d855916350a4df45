"""A training as a page for people: curves, before and after, and what was left out and why."""

from __future__ import annotations

from aigc.training.report.training_page import REPORT, write_training_page

__all__ = ["REPORT", "write_training_page"]
