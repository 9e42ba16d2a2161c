"""Where blocks and runs are worked on: threads, processes, Ray.

``protocol`` is what workers do, ``selection`` chooses them, ``ray_cluster`` connects to a cluster
or starts one here, ``ray_workers`` works there.
"""
