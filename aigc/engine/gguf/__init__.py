"""A GGUF file → a folder that loads fast: weights in panels, config.json, tokenizer, chat template.

`gguf_file` reads what the file says of itself, `families` what that means for a Llama, Qwen2, Qwen3 or Gemma 3: a
config, and where each tensor goes; `rotary` how its positions are turned. `convert` writes the folder: every tensor in
its own numbers, repacked piece by piece, so that it takes hardly any memory, and as much disk as the file. What the
kernels cannot multiply, or none of these families has, goes through transformers instead and becomes floats of 16 bits
(`dense`); a warning says so, by name and with its size, before anything is written.

Names: `write_folder_from_gguf(gguf, folder)`. Knows: GGUF, transformers' names. Does not know: networks, the cache.
"""
