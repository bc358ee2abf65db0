"""Parts of a made-up French population: names, places, numbers, households.

Nobody in it exists. Read first: `../population.py`.
"""
