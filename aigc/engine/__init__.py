"""HOW to generate: a GPT engine on torch and transformers that treats a batch as a plan.

A `Generator` (see `aigc.types`) over any Hugging Face causal LM with an attention interface. Requests are grouped by
common token prefix; a prefix's keys and values are computed once and attended once per step for all its rows; each
request's own part lives in a slot; finished rows are refilled. Grammars (llguidance) are masks in the loop, and forced
tokens are appended without sampling.

Names: `open_engine(folder, options) -> Engine` (the Generator), `EngineOptions`, `convert_gguf(gguf, folder)`.
Knows: messages → ids (`front`), grammar → masks (`grammar`), tensors. Does not know: content types, briefs, checks,
catalogues, files other than the model folder. The token loop (`loop`) knows token ids only; `reference` is the slow
specification kept beside it. Nothing here is imported until a model is really used: this file imports no torch.
"""
