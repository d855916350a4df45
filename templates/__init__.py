"""Bundled content types: FAMILY/NAME.yaml, its templates FAMILY/*.j2 and sample briefs in FAMILY/briefs.

A package only so that the files travel in a wheel; the plugins of the same names declare them.
"""
