"""A project for a test: its files, some of the installed plugins, and the plugin that is tested."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from aigc.plugs.registry import Registry
from aigc.project import Project


def open_project(
    folder: Path,
    files: Mapping[str, str] | None = None,
    *,
    only: Collection[str] | None = None,
    plugins: Mapping[str, object] | None = None,
    **settings: str,
) -> Project:
    """Write files (path in the folder → text) and open the folder as a project.

    It has the installed plugins, or `only` those of these names, and then `plugins`: name → module, or any object with
    hooks. AssertionError where one of these is quarantined, with the reason and the line. `settings` go over aigc.yaml.
    """
    for name, text in {**({} if (folder / "aigc.yaml").exists() else {"aigc.yaml": ""}), **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    registry = Registry.discover(only=only)
    for name, plugin in (plugins or {}).items():
        registry.add(plugin, name)
    project = Project.open(folder, options=settings, registry=registry)
    for found in project.registry.plugins:
        assert found.name not in (plugins or {}) or not found.error, (
            f"plugin {found.name!r}: {found.error} {found.place}"
        )
    return project
