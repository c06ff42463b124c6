"""How far a simulated firm can be told from real work, marginal by marginal.

For each marginal a classifier is asked to tell real rows from simulated ones. An area under the curve of .5 says that it
cannot, 1 that it always can; up to .75 is the aim (models.md B5, 6). What is above is listed, not hidden: conclusions that
lean on such a marginal are about the simulator, not about firms.
"""
