"""A Ray cluster of several nodes on this machine, until stdin ends: `ray_cluster.py CPUS...`, a node of so many each.

It prints its address, the port of its client server and the process ids of its nodes' raylets, as JSON.
"""

from __future__ import annotations

import json
import socket
import sys

from ray.cluster_utils import Cluster


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def main(cpus: list[int]) -> None:
    node = {"node_ip_address": "127.0.0.1", "object_store_memory": 80 << 20}
    port = free_port()
    cluster = Cluster()
    head = cluster.add_node(num_cpus=0, include_dashboard=False, ray_client_server_port=port, **node)
    nodes = [cluster.add_node(num_cpus=each, **node) for each in cpus]
    raylets = [one.all_processes["raylet"][0].process.pid for one in nodes]
    print(json.dumps({"address": head.gcs_address, "client": f"127.0.0.1:{port}", "raylets": raylets}), flush=True)
    sys.stdin.read()
    cluster.shutdown()


main([int(each) for each in sys.argv[1:]])
