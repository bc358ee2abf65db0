"""The command `rempart`: one file per command, and the supervisor that starts and watches the processes.

Read first: `main.py`, then `serve.py`.
"""
