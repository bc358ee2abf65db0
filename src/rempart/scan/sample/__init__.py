"""A made-up log of 2022's shape: nobody in it exists. Made by tests/scan/make_sample.py."""
