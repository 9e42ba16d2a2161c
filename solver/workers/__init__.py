"""Where blocks and runs are worked on: threads, processes, Ray.

``protocol`` is what workers do, ``outcome`` what comes of a task, ``selection`` chooses workers:
``threads`` and ``processes`` of this machine, or ``ray_workers`` on a cluster, to which
``ray_cluster`` connects, or which it starts here.
"""
