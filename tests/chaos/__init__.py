"""``make chaos``: a whole site for some minutes under syncs, readers, editors, faults and kills; then every invariant.

Not collected by ``make test``: it takes minutes, and what happens in it is drawn by lot (the seed is printed).
"""
