"""The one table of rules that tell what a sentence of an answer does.

Each rule gives its evidence: in how many of 23,464 answers of 2023 to 2025 it fires (on some sentence, with
or without other rules), and a few words of one of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from retrieval.needed_words import needed_in


class Label(StrEnum):
    """What one sentence does."""

    COURTESY = "courtesy"  # thanks, apologies, bare links: says nothing
    EXCUSE = "excuse"  # says nothing beside a promise to answer or to write, content anywhere else
    HOLDING = "holding"
    PROROGATION = "prorogation"
    POINTER = "pointer"
    WILL_WRITE = "will_write"
    NOT_HELD = "not_held"
    COST = "disproportionate_cost"
    ELSEWHERE = "refers_elsewhere"
    ATTACHMENT = "attachment_holds_the_answer"
    CORRECTED = "corrected"
    GIVES = "gives"  # has a clause that gives something, whatever else the sentence says
    FIGURE = "figure"  # gives a figure, so it says something, whatever else it says


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table. Primary key: `id`.

    Attributes:
        id: Name that kinds and findings are reported under.
        label: What a sentence that matches does.
        pattern: Searched for in the sentence, case ignored; every gap in it is bounded.
        unless: A sentence that matches this too is left alone; None for no such case.
        evidence: How many answers it fires in, and a few words of one.
        only_if_asked: Counts only where a document named in the sentence is what the question asks for.
        needs: Pieces of text, case folded, one of which is in any sentence that matches; none if that is not certain.
    """

    id: str
    label: Label
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    evidence: str
    only_if_asked: bool = False
    needs: tuple[str, ...] = ()

    def may_fire_on(self, folded: str | None) -> bool:
        """Say whether a sentence, as `foldable` gives it, is worth the search: six in seven are not."""
        return folded is None or not self.needs or any(piece in folded for piece in self.needs)

    def fires_on(self, sentence: str, asked: frozenset[str] = frozenset()) -> bool:
        """Say whether this rule holds for a sentence, where the question asks for the documents `asked`."""
        found = self.pattern.search(sentence)
        if not found or (self.unless is not None and self.unless.search(sentence)):
            return False
        return not self.only_if_asked or bool(asked & documents_in(sentence[: found.end()]))


def _rule(name: str, label: Label, pattern: str, evidence: str, unless: str = "", only_if_asked: bool = False) -> Rule:
    exception = re.compile(unless, re.IGNORECASE) if unless else None
    compiled = re.compile(pattern, re.IGNORECASE)
    return Rule(name, label, compiled, exception, evidence, only_if_asked, needed_in(compiled))


# Documents that a question may ask for, and that an answer may then give a link to.
_DOCUMENT = re.compile(
    r"\b(guidance|guidelines|representation|assessment|review|strateg|letter|correspondence|report|code"
    r"|minutes|"
    r"contract|criteri|framework|legislation|definition)",
    re.IGNORECASE,
)
# "With reference to the report entitled ..., what steps": that report is at hand, not asked for.
_AT_HAND = re.compile(r"\b(?:with reference to|pursuant to|further to|following)\b[^,]{0,300},", re.IGNORECASE)


def documents_in(text: str) -> frozenset[str]:
    """Return the kinds of document that a text names, as lower-case stems."""
    return frozenset(found.lower() for found in _DOCUMENT.findall(text))


def documents_asked_for(question: str) -> frozenset[str]:
    """Return the kinds of document that a question asks for, leaving out those it only refers to."""
    return documents_in(_AT_HAND.sub(" ", question))


# The Member who asked, however addressed.
_MEMBER = (
    r"\b(?:hon|right hon|honou?rable|rt|rh|noble|member|gentlem[ae]n|lady|ladies|lord|baroness|friend|him"
    r"|her|"
    r"you|them|mp)\b"
)
# What a question asks for, as the subject of a sentence that gives or refuses it.
_DATA = (
    r"\b(?:information|data|datasets?|figures?|statistics|estimates?|numbers?|proportions?|breakdowns?"
    r"|details?|"
    r"records?|lists?|answers?|costs?|expenditure|spend(?:ing)?|rates?|forecasts?|analys[ie]s|allocations?"
    r"|results?|findings)\b"
)
# The narrower words by which a refusal names it: "the rates are not available" may be about anything.
_INFORMATION = (
    r"\b(?:information|data|datasets?|figures?|statistics|estimates?|numbers?|proportions?|breakdowns?|details?|"
    r"records?|lists?|forecasts?|analys[ie]s|allocations?|results?|registers?|copy|answer)\b"
)
_REPLY = r"\b(?:answers?|repl(?:y|ies)|responses?)\b"
# What a Minister said in Parliament, as it is named in a reference to it.
_SAID = (
    rf"(?:{_REPLY}|\b(?:statements?|w?pqs?|pq ?\d+|(?:written |parliamentary ){{0,2}}questions?|uins?"
    r"|hc[lw]?ws ?\d+|"
    r"hlws ?\d+|debates?|official report|hansard|remarks|speech|oral evidence)\b)"
)
# "I refer the hon. Member to", "I would also refer back to".
_REFER = rf"\b(?:i|we)\b(?: [\w’']+){{0,4}}? refer (?:back )?(?:to|(?:the |my |both |our )?\W?{_MEMBER})\b"
_NOT = r"(?:\bnot|\bnor|\bneither|\bnever|n[’']t)\b"
_KEEP = r"(?:h[eo]ld|collect|record|collate|captur|retain|k[ee]ep|kept|monitor|track|disaggregat)\w*"
_LIBRARY = r"\b(?:house|the) (?:of commons )?librar|\blibrar(?:y|ies) of\b|\blibrar(?:y|ies)\.?$"
_FURTHER = r"\b(?:further|more|additional) (?:information|details?)\b|\bmore data\b"
# "..., which confirmed that" gives the substance of what it refers to.
_SUBSTANCE = (
    r"\b(?:which|where|wherein|and|noting|it|that) (?:\w+ ){0,4}(?:confirm|not|stat|sa[iy]|expla"
    r"|ma[dk]e?s? clear|"
    r"set out)\w* that\b"
)

RULES: tuple[Rule, ...] = (
    _rule(
        "thanks",
        Label.COURTESY,
        r"^(?:i|we|i[’']d) (?:would like to |like to )?(?:thank|am grateful"
        rf"|are grateful)\b.{{0,60}}{_MEMBER}",
        "16: 'I thank the hon. Member for'",
    ),
    _rule(
        "apology",
        Label.COURTESY,
        r"\bapolog(?:i[sz]es?|ies)\b.{0,80}\b(?:delay|time taken|late)|\bsorry for the delay",
        "29: 'I apologise for the delay in responding'",
    ),
    _rule(
        "asked-to-reply",
        Label.COURTESY,
        r"^i have been asked to (?:reply|respond|answer)",
        "1: 'I have been asked to reply.'",
    ),
    _rule(
        "reference-alone",
        Label.COURTESY,
        r"^\W*(?:\d{1,2}\W+)?(?:(?:https?://|www\.)\S+|(?:w?pq|uin|hc[lw]s|hcws|hlws)? ?\d+)\W*$"
        r"|^\W*(?:it|this|these|they) (?:is|are|can be) (?:also )?(?:available|found"
        r"|accessed)\b.{0,40}(?:link|here)?\W*(?:https?\S*)?\W*$"
        r"|^\W*written (?:questions|statements)\b.{0,120}uk parliament\W*$",
        "703: a line that is a link, '(UIN 8811)'",
    ),
    _rule(
        "more-to-come",
        Label.COURTESY,
        r"\b(?:further|more) (?:updates?|details?|information)\b.{0,60}\b(?:in due course|shortly"
        r"|at that time)\b",
        "275: 'We will provide further updates in due course'",
    ),
    _rule(
        "copy-in-library",
        Label.COURTESY,
        rf"\bcop(?:y|ies) of .{{0,120}}(?:{_LIBRARY})",
        "201: 'A copy of the letter was placed in the Library of the House'",
        unless=rf"{_NOT}|\b(?:published|available) (?:on|at)\b",
    ),
    _rule(
        "being-collated",
        Label.EXCUSE,
        r"\b(?:taking|takes?)\b.{0,40}\btime to\b|\btaking longer\b|\btake (?:longer|some time)\b"
        r"|\bbeing (?:collated|compiled|gathered)\b|\bcollating\b|\bconsolidated response\b"
        r"|^(?:the )?(?:information|data) (?:required |needed |requested )?to answer\b",
        "229: 'It is taking time to collate the information'",
    ),
    _rule(
        "not-in-time",
        Label.EXCUSE,
        rf"{_NOT}.{{0,80}}\b(?:time available|in time|within this timeframe|at this time)\b",
        "187: 'not been possible to obtain the information in the time available'",
    ),
    _rule(
        "matter-for",
        Label.EXCUSE,
        r"\b(?:is|are) (?:a )?matters? for\b|\b(?:falls?|is|are) (?:under|within) the (?:remit"
        r"|responsibility) of\b",
        "362: 'falls under the remit of the UK Statistics Authority'",
    ),
    _rule(
        "usual-time",
        Label.HOLDING,
        rf"{_NOT}.{{0,20}}\bpossible to (?:answer|respond|reply|provide)\b.{{0,80}}\b(?:usual|normal"
        r"|required) time",
        "18: 'will not be possible to answer this question within the usual time period'",
    ),
    _rule(
        "answer-coming",
        Label.HOLDING,
        r"\banswers? (?:is|are) being prepared\b"
        r"|\b(?:i|we) (?:will|shall) (?:answer|respond to|reply to) (?:the |this |these "
        r"|your )(?:\w+ ){0,2}questions?\b",
        "16: 'An answer is being prepared and will be provided as soon as'",
    ),
    _rule(
        "before-prorogation",
        Label.PROROGATION,
        rf"(?:{_NOT}|\bunable\b).{{0,120}}\b(?:before|prior to|ahead of|due to|because of|owing to|following)"
        r" (?:the )?(?:prorogation|dissolution)\b",
        "149: 'not proved possible to respond in the time available before Prorogation'",
    ),
    _rule(
        "refer-to-answer",
        Label.POINTER,
        rf"{_REFER}.{{0,200}}?{_SAID}|\bmembers? (?:is|are) referred to\b.{{0,120}}?{_SAID}",
        "829: 'I refer the hon. Member to the answer given to Question UIN'",
        unless=rf"\bto (?:my|a|the|our) letter\b|{_SUBSTANCE}",
    ),
    _rule(
        "see-answer",
        Label.POINTER,
        rf"\b(?:see|refer to) (?:the|my|our) (?:\w+ )?{_REPLY}(?: \w+)? (?:to|of|on|in)\b"
        r"|\b(?:the|this|that) (?:answer|written statement|statement) (?:can be found|is available"
        r"|was given)\b",
        "17: 'Please see the response to UIN'",
        unless=rf"{_FURTHER}|{_SUBSTANCE}",
    ),
    _rule(
        "will-write",
        Label.WILL_WRITE,
        r"\b(?:i|we|minister|secretary|department|office|officials?|he|she|they) (?:will|shall|have"
        r"|has)(?: also| now){0,2}"
        rf" (?:write|written|reply|respond|replied|responded)(?: \w+ly)? to (?:the |my |both )?{_MEMBER}"
        r"|\b(?:will|shall|has) (?:write|written|reply|respond)(?: \w+ly)? to (?:the |my )(?:noble|rt"
        r"|right|hon\w*)\b"
        rf"|\b(?:i|we) wrote to (?:the |my )?{_MEMBER}|\bwrite a letter\b.{{0,30}}{_MEMBER}",
        "170: 'I will write to the hon. Member'",
        unless=r"\b(?:members?|friends?|her|his)[’']?s? (?:letters?|correspondence)\b",
    ),
    _rule(
        "asked-to-write",
        Label.WILL_WRITE,
        rf"\basked\b.{{0,120}}\bto (?:write|reply|respond)\b(?: \w+ly)?(?: to (?:the |my |both "
        rf"|your )?(?:{_MEMBER}|question)|\W*$)",
        "13: 'I have asked its Chief Regulator to write to the hon. Member'",
        unless=r"^i have been asked to",
    ),
    _rule(
        "refer-to-letter",
        Label.WILL_WRITE,
        rf"\brefer\b.{{0,80}}\bto (?:my|the|a|our) (?:letters?|correspondence)\b.{{0,20}}\bto {_MEMBER}",
        "10: 'I refer the right hon. Member to my letter to him dated'",
    ),
    _rule(
        "reply-attached",
        Label.WILL_WRITE,
        rf"{_REPLY} to .{{0,80}}\bquestions?\b.{{0,80}}\b(?:attached|librar(?:y|ies)|(?:will be"
        r"|was) provided)\b",
        "71: 'A response to the Hon gentleman's Parliamentary Question of 2 December is attached'",
        unless=r"\bbeing prepared\b",
    ),
    _rule(
        "not-recorded",
        Label.NOT_HELD,
        rf"{_NOT} (?:\w+ ){{0,3}}?(?:(?:collect(?:s|ed|ing)?|record(?:ed|ing)?|collat(?:e|es|ed|ing)"
        rf"|captur(?:e|es|ed)|retain(?:s|ed)?)\b(?!-)|(?:monitor|track)\b.{{0,60}}?{_INFORMATION})",
        "457: 'does not routinely collect data on'",
        unless=r"\bnot only\b|\bcollect (?:council )?tax|\bneed to\b"
        r"|\b(?:should|must|will|can) ?not be (?:record|collect|captur|retain|collat)"
        r"|\b(?:or|including) not recorded\b",
    ),
    _rule(
        "not-held",
        Label.NOT_HELD,
        rf"{_NOT} (?:[\w&]+ ){{0,8}}?(?:hold|keep)\b(?: (?:this|that|these|it|them)\b"
        rf"|[^.;]{{0,60}}?(?:{_INFORMATION}|\bcentral(?:ly|ised)?\b))"
        rf"|{_NOT} (?:\w+ ){{0,2}}?have (?!to\b)(?:[\w-]+ ){{0,3}}?{_INFORMATION}"
        rf"|{_NOT} have a business (?:requirement|need)\b"
        rf"|{_NOT} contain (?:\w+ ){{0,3}}(?:required|requested|needed)\b",
        "723: 'does not hold the information requested'",
        unless=r"\bhold (?:meetings|discussions|events)\b|\bwill not hold\b|\bdata (?:coverage|sharing)\b",
    ),
    _rule(
        "is-not-held",
        Label.NOT_HELD,
        rf"{_INFORMATION}[^\t]{{0,240}}?{_NOT} (?:\w+ ){{0,4}}?(?:held|kept|available|broken down"
        r"|disaggregated)\b"
        rf"|{_NOT} (?:\w+ ){{0,2}}?(?:held|kept|available) (?:centrally|in (?:the|a|this"
        r"|that) (?:\w+ )?(?:form|format|manner|way|detail)|at (?:the|this|a) (?:\w+ )?level)\b"
        r"|\bnot centrally held\b",
        "793: 'The information requested is not held centrally'",
        unless=r"\bnot available (?:for (?:\d+|one|some|a (?:small|few)|around)"
        r"|to (?!estimate|answer|provide|produce|show)\w+)\b",
    ),
    _rule(
        "no-data",
        Label.NOT_HELD,
        rf"\bno (?:\w+ ){{0,2}}?{_INFORMATION}(?: \w+){{0,6}}? (?:is|are) (?:\w+ )?(?:held|collected"
        r"|recorded|kept|available)\b"
        rf"|\b(?:holds?|has|have|is|are) no (?:\w+ ){{0,2}}?(?:data|records?|information|central \w+"
        r"|statistics)\b",
        "98: 'There is no central record of'",
    ),
    _rule(
        "cannot-break-down",
        Label.NOT_HELD,
        rf"(?:{_NOT}|\bunable\b|\bcannot\b).{{0,40}}\b(?:disaggregate|break down .{{0,40}}{_DATA}"
        r"|separately identif|identify separately|(?:provide|give) (?:a|the|this|any) (?:\w+ )?breakdown)"
        rf"|{_DATA}.{{0,80}}\bcannot be (?:\w+ )?(?:provided|obtained|disaggregated|broken down|identified"
        r"|separated)\b",
        "105: 'cannot be provided in the format requested'",
        unless=r"\b(?:security|operational|confiden\w+|sensitiv\w+|ongoing|in advance|pre-release"
        r"|personal data|identif(?:y|ication) of)\b",
    ),
    _rule(
        "cost",
        Label.COST,
        r"\bdisproportionate(?:ly)?\b.{0,20}\b(?:costs?|expens|grounds)"
        r"|\bcosts?\b.{0,30}\bdisproportionate\b|\bdisproportionate to obtain\b",
        "397: 'could be provided only at disproportionate cost'",
        unless=r"\bdisproportionate (?:burden|impact)",
    ),
    _rule(
        "refer-elsewhere",
        Label.ELSEWHERE,
        _REFER,
        "869: 'I refer the Hon Member to the read-out of the meeting'",
    ),
    _rule(
        "document-found-at",
        Label.ELSEWHERE,
        r"\b(?:can|may) (?:also )?be (?:found|accessed|viewed|obtained)\b"
        r"|\b(?:is|are|was|were)(?: \w+ly| also){0,2} (?:available|published)\b.{0,20}\b(?:at|on|in|here|via"
        r"|through|online)\b"
        r"|\b(?:publishes|has published|have published)\b",
        "230: 'The guidance can be found at', where the question asks what guidance there is",
        unless=rf"{_FURTHER}|{_NOT}|\bwill\b",
        only_if_asked=True,
    ),
    _rule(
        "in-that-answer",
        Label.ELSEWHERE,
        rf"{_DATA}.{{0,120}}?\b(?:is|are|was|were) (?:set out|given|provided|published|listed"
        rf"|contained) in (?:that|my|the|an?) (?:\w+ ){{0,3}}answers?\b"
        r"|\banswer to (?:\w+ ){0,2}questions? (?:uin )?\d+ was (?:published|answered|given)\b"
        r"|\b(?:the|below|following) links? to .{0,80}? is\b|\b(?:data|information"
        r"|tables?) in the links? below\b",
        "10: 'The costs are set out in that answer'",
        unless=rf"{_FURTHER}|\battach|\bthis answer\b",
    ),
    _rule(
        "data-found-at",
        Label.ELSEWHERE,
        rf"(?:{_DATA}.{{0,240}}?|\bthese |\bthis )\b(?:can|may) (?:also )?be (?:found|accessed|viewed"
        r"|obtained)\b",
        "594: 'This data can be found here'",
        unless=rf"{_FURTHER}|\b(?:attached(?! links?)|attachment|disproportionate)\b"
        rf"|(?<!link)(?<!links) (?:below(?! links?)|above)\b|{_LIBRARY}",
    ),
    _rule(
        "data-published",
        Label.ELSEWHERE,
        rf"(?:{_DATA}.{{0,240}}?|\b(?:these|this) )\b(?:is|are)(?: \w+ly| also){{0,2}} (?:available"
        r"|published)"
        r" (?:at|on|in(?! \w+ areas)|here|by|from|via|through|online|monthly|quarterly|annually|as part)\b"
        r"|\b(?:is|are) published\b.{0,120}\b(?:statistics|tables?|release|bulletin|accounts|website"
        r"|gov\.uk)",
        "1,088: 'Details of Ministers' meetings are published quarterly'",
        unless=rf"{_FURTHER}|{_NOT}|\b(?:attached|attachment|only (?:available|published)|(?:taken|sourced"
        r"|derived|drawn) from)\b|(?<!link)(?<!links) below\b(?! links?)|\bavailable from (?:\w+ )?\d"
        rf"|\b(?:available|published) (?:at|by) (?:an?|the)? ?(?:\w+ )?(?:level|phase)\b|{_LIBRARY}",
    ),
    _rule(
        "publishes-data",
        Label.ELSEWHERE,
        rf"\b(?:publish|publishes|published)\b(?! by\b)(?: \w+){{0,5}}? {_DATA}.{{0,240}}?\b(?:in|at|on"
        r"|here|quarterly|monthly|annually|annual|available|link)\b",
        "497: 'The Home Office publishes data on asylum in the'",
        unless=rf"{_FURTHER}|{_NOT}|\b(?:will|plans?|(?:required|intends?) to|latest published|(?:the|our"
        r"|most recent(?:ly)?) published)\b|\b(?:show|suggest|indicate)(?:s|ed)?\b",
    ),
    _rule(
        "attached",
        Label.ATTACHMENT,
        r"\b(?:attached|annexed) (?:\w+ )?(?:\w+ )?(?:tables?|spreadsheets?|documents?|annex|files?"
        r"|letters?|excel|lists?|pdf|data)\b"
        r"|\b(?:tables?|spreadsheets?|documents?|files?|letters?|lists?|response|reply|information|data"
        r"|figures|breakdown|annex)\b"
        r".{0,120}?(?: (?:is|are|see|have|as) attached\b| attached\W*$| attached (?:(?:show|set|provide"
        r"|contain|give|list|present|include)s?\b|to this|with this))"
        r"|^(?:please (?:see|find) )?attached\b|\bannexed to this\b|\bin the (?:attachment|annex to this)\b",
        "231: 'provided in the attached table'",
    ),
    _rule(
        "in-the-library",
        Label.ATTACHMENT,
        rf"\b(?:placed?|placing|deposit(?:ed)?|available)\b.{{0,120}}(?:{_LIBRARY})|\bdeposited papers?\b",
        "56: 'has been deposited in the Library of the House'",
        unless=rf"{_NOT}|\bno plans\b|\b(?:will|to) (?:write|respond|reply)\b"
        r"|^(?!.{0,200}\bwrote\b).{0,200}\bcop(?:y|ies) of (?:my|this|his|her|its|their|the) (?:letter"
        r"|reply|response)\b.{0,20}\bwill be placed\b",
    ),
    _rule(
        "says-corrected",
        Label.CORRECTED,
        rf"\b(?:answer|reply|response)\b.{{0,60}}\b(?:has been|was|is being) corrected\b"
        r"|\bcorrect(?:s|ed|ing|ion)?\b.{0,40}\b(?:answers?|reply|response) (?:given|i gave|to|of|cited)\b"
        rf"|\berrors?\b.{{0,60}}\b(?:in|of) (?:(?:the|my|our) (?:\w+ ){{0,2}})?(?:{_REPLY}|pq|uin)"
        r"|\bcorrect (?:answer|reply|response) (?:is|should)",
        "3: 'This response has been corrected'",
    ),
    _rule(
        "but-gives",
        Label.GIVES,
        r"\w,? but\b|(?:[,;–—-]| and) ?(?:however|although|though|whilst|while|whereas)\b|^(?:although"
        r"|while|whilst)\b"
        r"|\b(?:will|to) be (?:published|available|provided)\b",
        "3,617: 'is not held centrally, but may be held locally'",
    ),
    _rule(
        "gives-a-figure",
        Label.FIGURE,
        r"£ ?\d|\d ?%|\d per cent\b|(?<![\d,])\d{1,3}(?:,\d{3}){1,4}(?![\d,])",
        "5,264: 'spent £4.2 million and I will write with details'",
        unless=r"(?:\b(?:questions?|uins?|w?pqs?|hc[lw]s|hcws|hlws)\b|\bunder £)",
    ),
)  # fmt: skip
