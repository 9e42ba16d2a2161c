"""Training as a job: request, runs side by side, curves, scores, export.

``train`` takes a ``request`` and trains several brains in ``parallel``, each as a ``job`` whose
``messages`` tell how it goes. ``curves`` is what it writes down and reads
back, ``scores`` judges on the reference grid, ``responses`` shows how a brain answers. ``export``
makes a brain file of it, and ``ship`` trains those that come with the package.
"""
