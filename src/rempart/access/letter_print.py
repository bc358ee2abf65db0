"""A letter with an enrolment code as a PDF page: A4, French, the address where a DL window shows it.

The window stands as postal stationery has it on the right (NF Z 11-001): from 45 mm below the top edge,
100 mm from the left. The text is data to the typesetter, never its markup.
"""

from datetime import date

import orjson
import typst

_PAGE = """
#let letter = json(bytes(sys.inputs.letter))
#set document(title: letter.subject, date: none)
#set page(paper: "a4", margin: (left: 25mm, right: 25mm, top: 20mm, bottom: 20mm))
#set text(lang: "fr", size: 11pt, font: ("Libertinus Serif",))
#set par(leading: 0.75em, spacing: 1.3em)
#place(top + left)[*#letter.sender*]
#place(top + left, dx: 75mm, dy: 29mm, block(width: 85mm)[
  #set text(size: 11pt)
  #letter.address.join(linebreak())
])
#v(68mm)
#align(right, letter.date)
#v(4mm)
*#letter.subject*
#v(2mm)
#letter.greeting

#for part in letter.before [#part #parbreak()]
#v(3mm)
#align(center, block(
  stroke: 0.8pt,
  inset: (x: 9mm, y: 5mm),
  text(font: "DejaVu Sans Mono", size: 19pt, letter.code),
))
#v(3mm)
#for part in letter.after [#part #parbreak()]
"""

ASKED = (
    "Un compte a été demandé pour vous (RPPS {rpps}) dans cet établissement. Voici le code qui prouve que ce "
    "courrier vous est parvenu :"
)
HOW = (
    "Rendez-vous à l’adresse {url} ; saisissez votre numéro RPPS et ce code, avant le {until}. Il ne sert "
    "qu’une fois, et ne vaut plus rien après cinq essais faux."
)
NEXT = (
    "Vous choisirez ensuite votre identifiant, votre mot de passe et un second facteur. Personne ne vous "
    "demandera ce code au téléphone ni par message."
)
NOT_YOU = (
    "Si vous n’avez rien demandé, détruisez ce courrier : sans lui, aucun compte ne s’ouvre. Signalez-le à "
    "l’exploitation du service."
)


def page(  # the letter's parts, all named
    *, name: str, organisation: str, address: str, rpps: str, code: str, url: str, today: date, until: date
) -> bytes:
    """The PDF. `address`: lines as the directory has them."""
    lines = [line for line in (name, organisation, *address.splitlines()) if line]
    told = {
        "sender": "Rempart — ouverture de compte",
        "address": lines,
        "date": f"Le {today:%d/%m/%Y}",
        "subject": "Votre code pour ouvrir un compte",
        "greeting": "Madame, Monsieur,",
        "before": [ASKED.format(rpps=rpps)],
        "after": [HOW.format(url=url, until=f"{until:%d/%m/%Y}"), NEXT, NOT_YOU],
        "code": code,
    }
    made: bytes = typst.compile(
        _PAGE.encode(), sys_inputs={"letter": orjson.dumps(told).decode()}, format="pdf"
    )
    return made
