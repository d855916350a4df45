"""HOW any other causal LM runs, and every one on a device without a room of its own: by transformers, as it is.

Our attention takes the place of the model's (`attention`), which is all that transformers' attention interface asks
for. On a CPU our kernels multiply by the weights as they came, of 2 bytes each or 4 (`packing`); arithmetic is in
32-bit floats all the same. `steady` runs the same model with sums in one order, for texts that company does not change
to the last bit.

Names: `load_network(folder, options) -> TransformersNetwork` (a Network), `load_model`, `Steady`. Knows:
transformers, the cache's banks. Does not know: texts, requests. Importing it imports transformers, which takes
seconds.
"""
