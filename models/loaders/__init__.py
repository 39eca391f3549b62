"""Files that visitors bring: one family of formats a file, bytes in, plain values out, a sentence where it fails."""
