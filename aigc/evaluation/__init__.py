"""HOW GOOD a model writes: the same briefs through the real pipeline, one table for all models.

A `Writer` is a model, or a model with an adapter. It writes briefs of a content type by the very pipeline that jobs
run, and `figures` are taken of its pieces: accepted share, fallbacks, repairs, freshness (lines that are not a brief's
words in order), distinct-n, self-similarity, names kept, length fit, tokens a second. Texts that are there already are
scored instead of written: perplexity, bits per byte, and of pairs the margin over the reference.

Names: `Figures`, `Writer`, `write_briefs`, `score_texts`, `write_comparison` (the page), `Threshold`. Knows: content
types, projects, the Generator seam, `Generator.score`. Does not know: how a model learns, what a command looks like.
Imports no torch.
"""
