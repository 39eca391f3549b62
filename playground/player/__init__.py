"""The token player: one component that steps traces token by token in the browser."""

from playground.player.player import (
    Cursor,
    Go,
    Held,
    Numbers,
    Says,
    Token,
    Traced,
    Track,
    Words,
    asked,
    payload,
    player,
)

__all__ = ["Cursor", "Go", "Held", "Numbers", "Says", "Token", "Traced", "Track", "Words", "asked", "payload", "player"]
