"""The page "lessons" in words."""

from playground.language import say
from playground.lesson import Lesson

ASKED = (
    "**What shall we look at together, step by step?** A lesson opens one page after the other in the state that it needs, "
    "with a few words and a question above it. **Space** or **Next** goes on, **Shift + Space** or **Back** returns; "
    "everything on the page still works meanwhile."
)

LEADS = (
    "*The cat, which already ate the fish, was full.* Seven tokens stand between the cat and its verb, and still the network "
    "says “was” and not “were”. Where does it keep the number meanwhile? Press **→** and watch the input gate."
)

FILE = (
    "A lesson is a text file in JSON: a title and up to {most_steps} steps. A step names a **page**, its **state** (the "
    "parameters that the address bar shows when you have set the page as you want it) and your **text** in Markdown, up to "
    "{most_letters:,} characters. It may **hide** controls and frame what to **look** at. The file is read in this session "
    "alone and kept nowhere else; your students open the same file on this page."
)

EXAMPLE = """{
  "title": "My lesson",
  "minutes": 5,
  "steps": [
    {
      "page": "step_a_cell",
      "state": {"cell_cell": "GRU", "cell_text": "The dogs were tired.", "step": 3, "unit": 8},
      "text": "Guess first: which gate is nearly 1 at *were*?",
      "hide": ["cell_network", "cell_letters"],
      "look": "cell_player"
    }
  ]
}"""

UPLOAD = "A lesson file (JSON, up to {most} kB)"

NO_GUESSES = (
    "There are none yet. Wherever a page says “Guess first”, your answer is written down here: the first one and, if you "
    "change your mind, the later ones. Only this browser session knows them."
)

KEPT = "Only this session knows them: close or reload the page, and they are gone. Take the file home, or hand it in."

NOTICE = (
    "- **A step is a link.** The address bar carries the lesson, the step and the state of the page. Copy it, and somebody "
    "else stands where you stand.\n"
    "- **You may leave the path.** Move a slider, look at another page: “Back to the lesson” in the sidebar or the "
    "browser's own back button returns. A step that is opened again has its own state again.\n"
    "- **A guess counts when it is made before looking.** So the first answer stays in the list."
)

LINK_TRY = (
    "**Make a lesson link.** Open any page, set it, and open “Make a lesson link” in the sidebar: write a question, tick "
    "what your students shall not touch, copy."
)
FILE_TRY = (
    "**Change a lesson.** Download one above, change a step's text or its state in an editor, and open the file here. What "
    "is wrong with it is said in a sentence."
)


def card(lesson: Lesson) -> str:
    """What a lesson shows, how long it takes, how many steps it has."""
    steps = say("{lesson_steps} steps", lesson_steps=len(lesson.steps)) if len(lesson.steps) > 1 else say("1 step")
    return say("{steps}, about {minutes} minutes", steps=steps, minutes=lesson.minutes) if lesson.minutes else steps


def refused(told: str) -> str:
    """What is wrong with a file, and that nothing is lost."""
    return say("**Not a lesson yet:** {told}. What you had before is unchanged.", told=told)
