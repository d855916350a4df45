"""The bundled plugins: each folder is one plugin, found through the entry points of the group `aigc`."""
