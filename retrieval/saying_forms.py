"""The forms of words that tie who, where or when to the saying; `understanding` has the rule."""

from __future__ import annotations

import re

from retrieval.records import House

_OFTEN = r"(?:(?:ever|already|also|just|now|previously|publicly|recently|so far|actually) )*"
_SAID = "said|stated|announced|confirmed|promised|pledged|explained"
_SAY = "say|state|announce|confirm|promise|pledge|explain"
_TELL = r"(?:told|tell) (?:MPs|peers|Members|Parliament|the House(?: of (?:Lords|Commons))?|the (?:Lords|Commons))"
_WHO = r"(?P<who>.{1,120}?)"
_GIVES = r"(?:written|ministerial|parliamentary|departmental|government)"

_I = re.IGNORECASE
LEAD = re.compile(r"(?:(?:please|tell me|show me|find me|find|list|give me|search for),? )*", _I)
FRAMES = tuple(
    re.compile(form, _I)
    for form in (
        rf"what(?: else)? (?:has|have|had|was|were|is) (?:been )?{_OFTEN}(?P<verb>{_SAID}|answered|replied)\b",
        rf"(?:what|anything|everything)(?: else)? (?P<words>(?:has|have|had) {_WHO} {_OFTEN}"
        rf"(?P<verb>{_SAID}|{_TELL}|answered|replied|asked|tabled))\b",
        rf"(?:what|anything|everything)(?: else)? (?P<words>(?:did|does|do) {_WHO} {_OFTEN}"
        rf"(?P<verb>{_SAY}|{_TELL}|answer|reply|ask|table))\b",
        rf"(?P<words>(?:has|have|had) {_WHO} {_OFTEN}(?P<verb>{_SAID}|{_TELL}))\b",
        rf"(?P<words>(?:did|does|do) {_WHO} {_OFTEN}(?P<verb>{_SAY}|{_TELL}))\b",
        rf"(?:what|anything|everything) (?P<words>{_WHO} (?:(?:has|have|had) )?{_OFTEN}"
        rf"(?P<verb>{_SAID}|{_TELL}|answered|replied|asked|tabled))\b",
        rf"(?P<words>{_WHO} (?:(?:has|have|had) )?{_OFTEN}(?P<verb>said|stated|{_TELL}))\b",
        r"(?:(?:what|which|any|all|the) )*(?:(?:written|parliamentary) )*questions? (?:that )?"
        r"(?:(?:was|were|(?:have|has) been) )?(?P<verb>asked|tabled|put|answered)\b",
        rf"(?:(?:what (?:is|are|was|were)|any|all) )?(?P<words>{_WHO}(?:[’']s?)? (?:{_GIVES} )*"
        r"(?P<verb>(?P<noun>answers?|replies|reply|statements?)))\b",
        rf"(?:(?:what (?:is|are|was|were)|any|all|the) )*(?P<kind>(?:(?:{_GIVES}|ministers[’']) )+)?"
        r"(?P<verb>(?P<noun>answers|replies|statements))\b",
    )
)
"""The forms in which a question about what was said begins; the first that fits counts."""

ASKING = re.compile(r"ask|tabl|put", _I)
GOVERNMENT = re.compile(
    r"(?:the |his majesty[’']s |her majesty[’']s |hm |uk |british |current )*(?:government|ministers?|whitehall)"
    r"|MPs|members|peers",
    _I,
)
MINISTERS_OF = re.compile(r"(?:the )?(?:ministers?|officials) (?:in|at|from|of) ", _I)
OF_MINISTERS = re.compile(r" (?:ministers?|officials)$", _I)
HOUSES = {"lords": House.LORDS, "peers": House.LORDS, "commons": House.COMMONS, "mps": House.COMMONS}

# What may stand between the saying and who, where or when.
BETWEEN = re.compile(
    r"(?: (?:given|made|published|publicly|recently|so far|in parliament|to parliament|in (?:written )?answers?"
    r"|to (?:MPs|peers|Members|the House)))+(?= )",
    _I,
)
IN_HOUSE = re.compile(r",? (?P<words>in the (?:house of )?(?P<house>lords|commons)|by (?P<members>peers|MPs))\b", _I)
BY = re.compile(r",? (?P<words>(?:by|from) )(?:the )?", _I)
OF_WHOM = re.compile(r" (?P<words>)(?:the )?", _I)
TIME_NEXT = re.compile(r",? (?=\w)")
AFTER_TIME = re.compile(
    r"(?=$|[,.;:?!)]|\s(?:about|on|regarding|concerning|relating|in relation|with|over|to|that|whether|if|when|how|why"
    r"|by|in|as|and|what|has|have|did|does)\b)",
    _I,
)
TOPIC_NEXT = re.compile(
    r",? (?:about|on|regarding|concerning|in relation to|relating to|with regard to|in respect of)\b", _I
)
# After "answers" and the like: "Home Office reply times" are a topic.
AFTER_NOUN = re.compile(
    r"$|[,.;:?!]|\s(?:about|on|regarding|concerning|relating|in relation|in respect|with|that"
    r"|to (?:questions|MPs|peers|Members|Parliament))\b",
    _I,
)
WHERE_WORDS_BEGIN = re.compile(r"(?<=[ ,])\w")
END = re.compile(r"[\s?.!]*$")

ANYWHERE = re.compile(
    r"\b(?:(?P<verb>said|stated|answered|asked|tabled) (?=by |in the (?:house of )?(?:lords|commons)\b)"
    r"|(?P<noun>answers?|replies|reply|statements?|questions?) (?:given |made |asked |tabled )?(?=by |from )"
    r"|(?P<according>according )(?=to ))",
    _I,
)
# "Answers from" is of the saying, "exam questions from" of something else: what may stand before such a noun.
BEFORE_NOUN = re.compile(
    r"(?:^|[^\w\s’')\]] ?|(?:^|\s)(?:which|what|any|all|the|some|other|recent|latest|written|oral|parliamentary"
    r"|ministerial|departmental|government|find|list|show|me|see|read|in|of|to|and|or|for|with) )$",
    _I,
)
ACCORDING_TO = re.compile(r" (?P<words>to )(?:the )?", _I)
# Things that are answered and are no questions, and words that turn the sense round.
NOT_SAID = re.compile(
    r"(?:\b(?:calls?|letters?|e-?mails?|requests?|correspondence|complaints?|enquir(?:y|ies)|inquir(?:y|ies)"
    r"|quer(?:y|ies)|petitions?|FOIs?)(?: (?:to|from|by)(?: [\w’'-]+){1,3}?)?"
    r"|\b(?:not|cannot|never|except(?: those)?)|n[’']t)"
    r"(?: (?:is|are|was|were|been|being|be|to be|get|got|getting|yet))* $",
    _I,
)
FIGURES = re.compile(r"\b(?:how (?:many|much|often|long|far|large)|(?:number|proportion|percentage|share) of)\b", _I)
