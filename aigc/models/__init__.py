"""NAME → weights on disk: catalogue, fetch, verify.

A catalogue (data file) names models with source, hash, licence, languages, memory. `-m` takes a catalogue name, a
local folder (safetensors), a local GGUF file, or a Hugging Face id. Fetching verifies hashes, shows progress, and moves
a finished folder into the user cache in one rename, so no half-written cache is ever seen. Offline afterwards.

Names: `Catalogue.load()`, `Model` (one entry), `resolve(name, …) -> Weights`, `pull(model, …) -> Weights`, `cache_folder()`.
Knows: files, hashes, pip's client, the hub's client. Does not know: torch, transformers (turning a GGUF into a
fast-loading folder is `aigc.engine.convert_gguf`, passed in as a function), content types.
"""
