"""HOW a Llama, Qwen2 or Qwen3 runs on a GPU: in plain torch and Triton.

What a step is about (ids, positions, addresses of slots and prefixes, tiles) is one small matrix on the device
(`layout`). The kernels read all they do from it (`kernels`, started by `room`), so one CUDA graph per number of tokens,
rounded up, serves every step, though rows come and go and slots move (`graphs`, `decoder`). Ids that the host has not
read yet are put in on the device, so the loop can enqueue a step while the last one runs. Attention is two launches:
tiles of tokens that see one prefix, each key read once for many of them; then tiles of a row's own tokens, which add
what the first have found. At opening a few steps are compared with plain torch (`trial`); where they differ, or cannot
be run, the room `hf` runs the model, and a warning says so. The loop enqueues the next step before the host reads the
tokens of the last, so the device does not wait for the host. Triton's interpreter runs the kernels on any machine.

Names: `opening.open_gpu(folder, options) -> GpuDecoder | None` (a Network); in `choosing`, `drawing(device)` and
`cutting(device)`, the sampler's choice and its filters, for which the host waits for nothing, for any network.
Knows: checkpoints, spans, torch, Triton. Does not know: texts, requests, transformers.
"""
