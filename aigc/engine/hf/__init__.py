"""HOW any other causal LM runs, and every one on a device without a room of its own: by transformers, as it is.

Our attention takes the place of the model's (`attention`), which is all that transformers' attention interface asks
for; `steady` runs the same model with sums in one order, for texts that company does not change to the last bit.

Names: `load_network(folder, options) -> TransformersNetwork` (a Network), `load_model`, `Steady`. Knows:
transformers, the cache's banks. Does not know: texts, requests. Importing it imports transformers, which takes
seconds.
"""
