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
        "pages/what_if.py",
        "What if",
        ":material/alt_route:",
        "Inside the cell",
        "Which gate, unit or weight carries the memory, and what happens without it?",
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
    Exhibit(
        "pages/chains_of_numbers.py",
        "Chains of numbers",
        ":material/link:",
        "Gradients through time",
        "Why does a gradient vanish or explode on its way back through time?",
    ),
    Exhibit(
        "pages/backpropagation.py",
        "Backpropagation through time",
        ":material/undo:",
        "Gradients through time",
        "How does one loss at the end reach a weight that was used at every step?",
    ),
    Exhibit(
        "pages/gradient_decay.py",
        "Gradient decay",
        ":material/trending_down:",
        "Gradients through time",
        "How much does an early step still count at the last one?",
    ),
    Exhibit(
        "pages/clipping_and_remedies.py",
        "Clipping and remedies",
        ":material/healing:",
        "Gradients through time",
        "What can be done against gradients that explode, or vanish?",
    ),
    Exhibit(
        "pages/training_lab.py",
        "Training lab",
        ":material/science:",
        "Training",
        "What happens inside a network while it learns?",
    ),
    Exhibit(
        "pages/shapes_of_networks.py",
        "Shapes of networks",
        ":material/account_tree:",
        "Sequences at work",
        "Where do inputs go in and outputs come out, and what shape does each tensor have?",
    ),
    Exhibit(
        "pages/words_into_numbers.py",
        "Words into numbers",
        ":material/tag:",
        "Sequences at work",
        "How does a word become numbers, and what gets lost on the way?",
    ),
    Exhibit(
        "pages/language_model.py",
        "Language model",
        ":material/text_fields:",
        "Sequences at work",
        "How probable is a sentence, and what does a network write that knows what comes next?",
    ),
    Exhibit(
        "pages/sentiment.py",
        "Sentiment",
        ":material/thumbs_up_down:",
        "Sequences at work",
        "Does a review praise or blame, and after which word does a network know?",
    ),
    Exhibit(
        "pages/tagging.py",
        "Tagging",
        ":material/sell:",
        "Sequences at work",
        "Who, where, which company: how does a network mark names that it has never seen?",
    ),
    Exhibit(
        "pages/translation.py",
        "Translation",
        ":material/translate:",
        "Sequences at work",
        "How does one network read a date in any spelling, and another one write it in ISO?",
    ),
    Exhibit(
        "pages/forecasting.py",
        "Forecasting",
        ":material/show_chart:",
        "Sequences at work",
        "What comes next in a series, and does a recurrent network say it better than yesterday does?",
    ),
    Exhibit(
        "pages/glossary.py",
        "Glossary and notation",
        ":material/menu_book:",
        "Look it up",
        "What is this letter, and what does another lecture call it?",
    ),
    Exhibit(
        "pages/questions.py",
        "Questions learners ask",
        ":material/contact_support:",
        "Look it up",
        "What do learners ask most, and what do the numbers say?",
    ),
    Exhibit(
        "pages/corrections.py",
        "Slips in the lectures",
        ":material/spellcheck:",
        "Look it up",
        "What do lecture slides print that is not so, and how does one see it?",
    ),
    Exhibit(
        "pages/your_own_model.py",
        "Your own model",
        ":material/upload_file:",
        "In your own work",
        "What does your own trained network compute, step by step?",
    ),
    Exhibit(
        "pages/lessons.py",
        "Lessons",
        ":material/school:",
        "In class",
        "What shall we look at together, step by step?",
    ),
)
"""Every exhibit. A new one is a new file in pages/ and a new entry here."""
