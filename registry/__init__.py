"""The losses that ship: declarations only, one file per loss, ``<family>/<name>.py``.

A file defines ``LOSS = sl.Loss(...)``; its name is the loss's name and it imports nothing but SymPy
and symloss. To add a loss, copy the nearest file. The tests, the table in the README and ``symloss
list`` loop over the folder.
"""
