"""What HTML pages wear: its style sheet, for screens light and dark and for paper, and its few lines of script."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --soft: #55565e; --rule: #d9d9df; --tint: #f6f6f9;
        --link: #1f4e9c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6ea; --paper: #16171b; --soft: #a6a8b3; --rule: #34363f; --tint: #1d1f25; --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 62rem; color: var(--ink); background: var(--paper);
       font: 1.0625rem/1.6 "Latin Modern Roman", "STIX Two Text", Charter, Georgia, "Times New Roman", serif; }
h1, h2, h3 { line-height: 1.3; font-weight: bold; }
h1 { font-size: 1.5rem; margin: 0 0 1.5rem; }
h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 0; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math; }
h1 math, h2 math, h3 math { font-weight: normal; }
a { color: var(--link); text-decoration: none; } a:hover, a:focus { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
:target { outline: 2px solid var(--rule); outline-offset: 4px; }
section { margin: 1.5rem 0; }
.theorem, .lemma, .corollary { background: var(--tint); border-left: 3px solid var(--rule); padding: .75rem 1rem; }
.theorem p, .lemma p, .corollary p { font-style: italic; }
.layouts { display: flex; flex-wrap: wrap; gap: .75rem 1rem; }
.layout { flex: 1 1 22rem; min-width: 0; border: 1px solid var(--rule); border-radius: .4rem; padding: .5rem .75rem;
          background: var(--paper); }
.stacked .layout { flex-basis: 100%; }
.layout h3 { color: var(--soft); font-size: .92rem; } .layout p { margin: .25rem 0; }
.formula { display: flex; align-items: center; gap: .5rem; margin: .75rem 0; }
.display { overflow-x: auto; flex: 1 1 auto; min-width: 0; }
.display table { border-collapse: collapse; width: 100%; }
.display td { padding: .3rem 0; vertical-align: baseline; white-space: nowrap; }
.lhs { text-align: right; width: 1%; } .display td.rhs { text-align: left; padding-left: .3em; }
.display td.more { padding-left: 2.6em; }
.display td.why { padding-left: 1.5em; color: var(--soft); font-size: .92em; white-space: normal; min-width: 7em; }
.display td.why:empty { min-width: 0; padding: 0; }
.display td.number { text-align: right; padding-left: 1em; width: 1%; }
@media screen and (max-width: 48rem) { /* in sight while the formula scrolls under it */
  .display td.number:not(:empty) { position: sticky; right: 0; background: var(--behind, var(--paper)); }
  .theorem, .lemma, .corollary { --behind: var(--tint); } .layout { --behind: var(--paper); } }
.qed { float: right; }
details > summary { cursor: pointer; } summary > h2, summary > h3 { display: inline; }
details > summary::marker { color: var(--soft); }
.step { margin: .75rem 0 .75rem .1rem; padding-left: 1rem; border-left: 2px solid var(--rule); }
.step > summary { margin-left: -.25rem; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--rule); padding-top: .75rem; color: var(--soft); }
pre { overflow-x: auto; background: var(--tint); color: var(--ink); padding: 1rem; font: .8rem/1.45 monospace; }
button { font: inherit; font-size: .75rem; padding: .1rem .4rem; border: 1px solid transparent; border-radius: .3rem;
         background: transparent; color: var(--soft); cursor: pointer; }
.formula:hover button, button:hover, button:focus, footer button { border-color: var(--rule); color: var(--ink); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (forced-colors: active) { .theorem, .lemma, .corollary { border: 1px solid; } }
@media print {
  @page { margin: 20mm; }
  :root { --ink: #000; --paper: #fff; --soft: #333; --rule: #999; --tint: #fff; --link: #000; color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10.5pt; } footer, button { display: none; }
  details::details-content { content-visibility: visible; display: block; }
  details > summary { list-style: none; }
  .formula, .theorem, .lemma, .corollary, h2, h3, summary { break-inside: avoid; }
  h2, h3, summary { break-after: avoid; } .display { overflow: visible; } }
""".strip()

VERDICT = """
:root { --good: #17693a; --good-tint: #e3f4e8; --bad: #a3231f; --bad-tint: #fbe6e4; --open: #7a5200;
        --open-tint: #fbf0d6; }
@media (prefers-color-scheme: dark) {
  :root { --good: #7fd69c; --good-tint: #17331f; --bad: #ff9d94; --bad-tint: #431b19; --open: #f0c265;
          --open-tint: #3a2d0f; } }
.asked { margin: 0; color: var(--soft); }
h1.verdict { display: inline-block; font-size: 1.9rem; margin: 0; }
.said { font-size: 1.15rem; margin: .25rem 0 1.5rem; }
.true { color: var(--good); } .false, .misfit, .unreadable { color: var(--bad); } .undecided { color: var(--open); }
.old { background: var(--bad-tint); color: var(--bad); } .new { background: var(--good-tint); color: var(--good); }
.here { background: var(--bad-tint); color: var(--bad); }
mark { background: var(--bad-tint); color: var(--bad); font-weight: bold; outline: 1px solid; }
.new, .old, .here { padding: .1em; border-radius: .2em; }
tr.broken { background: var(--bad-tint); } .display tr.broken .why { color: var(--bad); font-weight: bold; }
.grid { overflow-x: auto; }
.grid table { border-collapse: collapse; } .grid caption { text-align: left; color: var(--soft); font-size: .92em; }
.grid th, .grid td { text-align: left; vertical-align: middle; padding: .4rem 1.25rem .4rem 0;
                     border-bottom: 1px solid var(--rule); }
.grid thead th { color: var(--soft); font-size: .92em; } .grid tbody th { font-weight: normal; }
.grid .word { font-weight: bold; white-space: nowrap; }
.values { list-style: none; display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.75rem; padding: 0;
          margin: .5rem 0 1rem; }
@media (forced-colors: active) { .new, .here { border: 1px solid; } .old { text-decoration: line-through; } }
@media print {
  :root { --good: #0a5227; --good-tint: #fff; --bad: #8c1512; --bad-tint: #fff; --open: #5c3d00; --open-tint: #fff; }
  .new, .old, .here { border: 1px solid; } tr, .values li { break-inside: avoid; } .grid { overflow: visible; } }
""".strip()
"""What a page about a verdict wears besides."""

SCRIPT = """
const said = document.getElementById('said');
for (const b of document.querySelectorAll('button[data-copy]')) {
  if (!navigator.clipboard) continue;
  b.hidden = false;
  const text = () => b.dataset.tex ?? document.getElementById(b.dataset.copy).textContent, word = b.textContent;
  b.addEventListener('click', () => navigator.clipboard.writeText(text()).then(() => {
    b.textContent = said.textContent = b.dataset.done;
    setTimeout(() => { b.textContent = word; said.textContent = ''; }, 1500); }));
}
// What is selected and copied carries its formulas as LaTeX.
document.addEventListener('copy', e => {
  const from = getSelection();
  if (!from.rangeCount || from.isCollapsed) return;
  const held = document.createElement('div');
  held.append(from.getRangeAt(0).cloneContents());
  if (!held.querySelector('math')) return;
  for (const m of held.querySelectorAll('math')) m.replaceWith('$' + m.getAttribute('alttext') + '$');
  for (const b of held.querySelectorAll('button')) b.remove();
  for (const r of held.querySelectorAll('tr')) // a row's two sides are one formula
    r.textContent = [...r.cells].map(c => c.textContent).join(' ').trim().replace('$ $', ' ');
  for (const p of held.querySelectorAll('p, tr, h1, h2, h3, summary')) p.append('\\n');
  e.clipboardData.setData('text/plain', held.textContent.trim());
  e.preventDefault();
});
// Paper cannot unfold.
addEventListener('beforeprint', () => document.querySelectorAll('main details').forEach(d => { d.open = true; }));
""".strip()
