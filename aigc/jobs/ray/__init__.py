"""A job on a Ray cluster, with the same ledger: the driver hands out blocks of briefs and takes finished pieces.

`ray_runner` is the driver, `assignment` what a worker must know, `blocks` how briefs are cut, `connection` the cluster,
`foreman` who hands blocks out next to it, `worker` and `author` who writes them there. Nothing here imports ray until
it is used.

Names: `RayRunner`, `ray_runner`. Knows: Ray, projects, the writing of a block. Does not know: SQL, rows, exports.
"""

from __future__ import annotations

from aigc.jobs.ray.ray_runner import RayRunner, ray_runner

__all__ = ["RayRunner", "ray_runner"]
