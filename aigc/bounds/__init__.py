"""What others' code may take: a template, an expression, a pattern, a plugin. None of them ends the program, or hangs.

A plugin's function is called within a `Boundary`: whatever it raises, `SystemExit` too, becomes one of our errors that
names it, and the `WATCHDOG` breaks off a call that does not answer. Templates and expressions run in a
`MeteredEnvironment`, which counts what they do before it is done (`Meter`, `sizes`): the same one fails at the same
place on every machine. A `BoundedPattern` answers in a time that grows with the text alone.

What a plugin does to all code of the process is put back, and it is named (`undisturbed`, `LibraryFunctions`); of what
ends the process no less, the `LAST_WORDS` are kept. This keeps mistakes and accidents small. It is no wall: a plugin is
code in our process.
Knows: Jinja, signals, regular expressions. Does not know: hooks, content types, projects.
"""
