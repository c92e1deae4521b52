"""The colours of charts, in light and in dark, and the stripes of what is not complete."""

from __future__ import annotations

from typing import Final

CSS: Final = """
svg { --ink: #14171a; --quiet: #4c545c; --line: #d9d6ce; --paper: #fff; --all: #a9a69d;
  --c0: #17498f; --c1: #d0732b; --c2: #1f7a5c; --c3: #b04a72; --c4: #8272c9; --c5: #7d7a72;
  font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
@media (prefers-color-scheme: dark) {
  svg { --ink: #eceae4; --quiet: #b3b8bd; --line: #363c42; --paper: #14171a; --all: #6d757c;
    --c0: #7fb0ff; --c1: #e8975a; --c2: #5cc49b; --c3: #ee8db0; --c4: #b8abf4; --c5: #9aa1a7; }
}
text { fill: var(--quiet); stroke: none; font-variant-numeric: tabular-nums; }
text.title, text.name, text.number { fill: var(--ink); }
text.title { font-weight: 600; }
text.number { text-anchor: middle; font-size: 12px; }
.axis.x text, text.year { text-anchor: middle; }
text.year { font-weight: 600; }
.baseline { stroke: var(--quiet); }
.axis.y text { text-anchor: end; }
.axis .line { stroke: none; fill: none; }
.axis.y .guide.line { stroke: var(--line); }
.bar rect { stroke: var(--paper); stroke-width: 1; vector-effect: non-scaling-stroke; }
.dense .bar rect { stroke-width: 0; }
.color-0 rect, rect.color-0 { fill: var(--c0); }
.color-1 rect, rect.color-1 { fill: var(--c1); }
.color-2 rect, rect.color-2 { fill: var(--c2); }
.color-3 rect, rect.color-3 { fill: var(--c3); }
.color-4 rect, rect.color-4 { fill: var(--c4); }
.color-5 rect, rect.color-5 { fill: var(--c5); }
.all .bar rect { fill: var(--all); }
.unfinished { fill: url(#unfinished); }
.incomplete { fill: url(#incomplete); }
.not_known { fill: url(#not_known); }
.veil { fill: url(#veil); }
pattern line { stroke: var(--quiet); stroke-width: 1.4; }
#veil line { stroke: var(--paper); stroke-width: 2; }
@media print {
  svg { --ink: #000; --quiet: #333; --paper: #fff; }
}
"""
"""The style sheet within a chart, which is a document of its own: no page's style reaches it.

The colours of the departments are at least 3 to 1 against the ground, as WCAG 2.2 asks of graphics (1.4.11), and
neighbours in a stack differ in lightness as well as in hue. They are in the order of the stack, the grey one for the
others together.
"""

PATTERNS: Final = """
<defs>
<pattern id="unfinished" width="6" height="6" patternUnits="userSpaceOnUse">
<line x1="1" y1="0" x2="1" y2="6"/><line x1="4" y1="0" x2="4" y2="6"/></pattern>
<pattern id="not_known" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<line x1="1" y1="0" x2="1" y2="6"/></pattern>
<pattern id="incomplete" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<line x1="1" y1="0" x2="1" y2="6"/><line x1="0" y1="1" x2="6" y2="1"/></pattern>
<pattern id="veil" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<line x1="1" y1="0" x2="1" y2="6"/></pattern>
</defs>
"""
"""Stripes by what is known of a month, and those laid over the bars of one that is not over."""
