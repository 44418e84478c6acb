"""What other rows say of a case: that it came twice, is a repeat, was returned so often.

``rules`` are what a city wants of this, ``links`` computes it from rows alone, ``restate`` does so
for the cases a load has touched and writes what differs.
"""
