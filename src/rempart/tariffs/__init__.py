"""Tariffs: what an act costs and who pays which part of it, on a given day.

Pure: values in, values out, the day passed in. Read first: `rules/split.py`.
"""
