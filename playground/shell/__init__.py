"""What stands around every page: the link to it, and the steps of a lesson."""

from playground.shell.shell import Way, share, steps, ways

__all__ = ["Way", "share", "steps", "ways"]
