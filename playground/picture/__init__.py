"""Picture: saves what the browser has drawn as SVG, PNG or HTML."""

from playground.picture.picture import picture

__all__ = ["picture"]
