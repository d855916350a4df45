"""A GGUF once more in other formats, all its matrices in the one named, by llama.cpp's quantiser.

    python-with-llama-cpp tests/bench/requantise.py file.gguf folder Q4_K Q8_0 F16     # folder/Q4_K.gguf ...

Made for `perplexity.py`, which then asks llama.cpp and us to foretell with the same numbers. What comes of a file that
is quantised already is worse than what comes of the original, for both alike.
"""

from __future__ import annotations

import sys
from pathlib import Path

NUMBERS = (1, 2, 3, 7, 8, 9, 10, 12, 15, 17, 18, 25, 32)  # llama.h, llama_ftype
NAMES = ("F16", "Q4_0", "Q4_1", "Q8_0", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "BF16")
FORMATS = dict(zip(NAMES, NUMBERS, strict=True))


def main(model: str, folder: str, *formats: str) -> None:
    import llama_cpp

    Path(folder).mkdir(parents=True, exist_ok=True)
    for name in formats or FORMATS:
        given = llama_cpp.llama_model_quantize_default_params()
        given.ftype, given.pure, given.allow_requantize, given.nthread = FORMATS[name], True, True, 2
        to = Path(folder) / f"{name}.gguf"
        if llama_cpp.llama_model_quantize(model.encode(), str(to).encode(), given):
            sys.exit(f"{to}: llama.cpp cannot write it")


if __name__ == "__main__":
    main(*sys.argv[1:])
