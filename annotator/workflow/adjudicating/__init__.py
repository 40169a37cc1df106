"""From finished work to gold: what curators say, where they differ, what was settled, and what then stands."""
