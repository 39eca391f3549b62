"""A sentence that knows what it was made of, so that somebody else can say it in another language.

    raise ValueError(Told("{name} is {value}, expected 0 to 1", name="rate", value=3))

It is English, an ordinary `str`: who only wants to read or print it does so. A page that speaks another language takes
`template` and `values` instead of the finished text. The models know nothing of languages, and no catalogue.
"""

from collections.abc import Mapping
from typing import Self


class Told(str):
    """An English sentence, with the text and the values that it was made of.

    Attributes:
        template: its text, with names in braces; the text itself where there are no values.
        values: by name; a value may be a `Told`, too.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """A sentence.

        Raises:
            KeyError: The template has a name in braces for which there is no value.
        """
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = template, values
        return made

    def __reduce__(self) -> tuple[object, ...]:
        """Ready for a pipe to another process."""
        return _again, (self.template, dict(self.values))


def _again(template: str, values: Mapping[str, object]) -> Told:
    return Told(template, **values)
