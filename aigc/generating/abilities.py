"""What is known of the model that a source writes with, and which model of the catalogue has what it lacks."""

from __future__ import annotations

from dataclasses import replace

from aigc.generating.fitting import config_known, memory_catalogued
from aigc.generating.source import Source
from aigc.models import Catalogue, Model, catalogued
from aigc.models.needs import Abilities, Needs


def abilities(source: Source) -> Abilities:
    """Return what is known of a source's model.

    The catalogue knows parameters and languages, of its own models and of a file that is byte for byte one of them. Of
    other weights on this machine the parameters are counted by their `config.json` or the GGUF's header, and no
    languages are known. Of a model that runs elsewhere nothing is.
    """
    if not source.takes_weights:
        return Abilities(name=source.model)
    weights = None
    found = Catalogue.load().find(source.model)
    if found is None and (weights := source.known_weights()) is not None:
        found = catalogued(weights)
    if found is not None:
        return Abilities(name=source.model, parameters=found.parameters, languages=found.languages)
    from aigc.engine.weight_files import dimensions

    shape = dimensions(config) if weights is not None and (config := config_known(weights)) else None
    return Abilities(name=source.model, parameters=shape.parameters if shape else 0)


def model_for(source: Source, content_type: str, parameters: int, language: str = "") -> str:
    """Name the best model of the catalogue that follows instructions, has the parameters, knows the language and fits
    into this machine's memory, with what else runs there left aside; nothing where there is none. The best is one that
    was measured and is recommended for the content type, else the smallest. Gated ones come last."""
    from aigc.engine.machine import machine_memory

    machine = machine_memory()
    machine = replace(machine, free=machine.whole, held=0)
    needs = Needs(parameters=parameters, languages=(language,) if language else ())
    fits = []
    for model in Catalogue.load():
        known = Abilities(name=model.name, parameters=model.parameters, languages=model.languages)
        if model.chat and needs.met_by(known):
            memory = memory_catalogued(model, source.tell)
            if memory is None or not memory.lacking(machine):
                fits.append(model)
    return min(fits, key=lambda one: _standing(one, content_type)).name if fits else ""


def _standing(model: Model, content_type: str) -> tuple[bool, bool, int]:
    return not model.recommended_for(content_type), getattr(model.source, "gated", False), model.parameters


def judges(needs: Needs, source: Source | None, otherwise: Source | None) -> bool:
    """Say whether what judges for a source, or the model that does so `otherwise`, meets the needs; one that is not
    known may."""
    judge = (source.judge if source else None) or otherwise
    return judge is None or needs.met_by(abilities(judge))
