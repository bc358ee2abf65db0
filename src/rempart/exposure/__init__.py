"""Who was exposed: exactly which persons' data were disclosed, to whom, and when. No estimate anywhere.

Read first: `selection` (what is asked), `statements` (the SQL, the same for every engine), `source`
(which files and rows it runs over), then `answer`.
"""
