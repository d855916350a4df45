"""What a job will take, told before its model loads: `forecaster` renders and counts, `tokens` are a model's own
without loading it, `rates` is what this machine did before.

Names: `Forecaster`, `Forecast`, `check_model`, `rates_file`. Knows: content types, tokenizers, the catalogue. Does not
know: ledgers, how pieces are written.
"""

from __future__ import annotations

from aigc.jobs.forecast.forecaster import Forecast, Forecaster, check_model
from aigc.jobs.forecast.rates import rates_file

__all__ = ["Forecast", "Forecaster", "check_model", "rates_file"]
