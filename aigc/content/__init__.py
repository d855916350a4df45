"""WHAT to write: content types, prompt rendering, schema words, measures.

One YAML file and its Jinja templates become a validated `ContentType`; a brief's values become a `Prompt`; an output
schema becomes a `Grammar`; a text is counted the way a platform counts. Everything wrong is said at load, as
`file:line: message; did you mean …?`.

Names: `load_content_type(file, registry, environment) -> ContentType`, `ContentType`, `Stage`, `Sampling`;
`make_environment() -> jinja2.Environment`, `Template rendering: render_prompt`, `evaluate` (expressions);
`brief_values(content_type, raw) `; `output_grammar(schema) -> Grammar`, `parse_output(schema, text)`;
`measure(text, counter)`, `trim(text, limit, counter, at)`.
Knows: YAML, Jinja, our schema words. Does not know: plugins' content, models, tensors, jobs. Imports no torch.
"""
