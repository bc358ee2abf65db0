"""Pages that anyone may read: published limits, privacy, accessibility, the API's documentation.

Also passes software's own requests on to the gate. Read first: `urls.py`.
"""
