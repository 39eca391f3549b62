"""The exhibits: what there is to see, in the order in which it is taught. Navigation, home page and tests read this."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Exhibit:
    """One page.

    Attributes:
        file: its script, from the repository's root; the name without folder and ending is its URL.
        title: as the navigation shows it.
        icon: a Material Symbols name, as Streamlit writes it.
        section: heading in the navigation; empty stands above all sections.
        question: the question that the page answers, one sentence.
    """

    file: str
    title: str
    icon: str
    section: str
    question: str


EXHIBITS = (
    Exhibit(
        "pages/home.py",
        "Home",
        ":material/home:",
        "",
        "What does a recurrent network remember while it reads?",
    ),
    Exhibit(
        "pages/step_a_cell.py",
        "Step a cell",
        ":material/step_into:",
        "Inside the cell",
        "Which values does a cell compute at every word, and what is each of them for?",
    ),
    Exhibit(
        "pages/three_cells.py",
        "Three cells, one text",
        ":material/view_column:",
        "Inside the cell",
        "What do an RNN, an LSTM and a GRU make of the same sentence?",
    ),
    Exhibit(
        "pages/recurrence_on_paper.py",
        "Recurrence on paper",
        ":material/edit:",
        "By hand",
        "What does a recurrent network compute, and why does the order of its inputs matter?",
    ),
    Exhibit(
        "pages/memory_counter.py",
        "The memory counter",
        ":material/calculate:",
        "By hand",
        "How can gates make a network add, hold, show and forget a number, exactly?",
    ),
)
"""Every exhibit. A new one is a new file in pages/ and a new entry here."""
