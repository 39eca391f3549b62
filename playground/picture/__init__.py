"""Picture: saves what the browser has drawn as SVG or PNG."""

from playground.picture.picture import picture

__all__ = ["picture"]
