"""The pages: a research assistant's bench over the same objects as every other surface.

Pages are rendered on the server with Jinja, and each works without a script. Small modules of JavaScript, sent as they
are written, add what a page can't do by itself: copying, the basket, announcements. There is no framework and nothing
to build, because a search is one page and its URL: the browser's own history, focus and loading then work as users and
screen readers know them.
"""
