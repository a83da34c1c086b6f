"""The page's style sheet; nothing from outside, readable in print."""

CSS = """
:root { --ink: #181e2a; --quiet: #606978; --line: #d9dde5; --paper: #ffffff; --wash: #f5f7fb; --blue: #2667d6;
  --good: #1b7f52; --weak: #b4560f; --bad: #b3282d; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--wash); font: 16px/1.55 system-ui, -apple-system, "Segoe UI",
  Roboto, "Helvetica Neue", Arial, sans-serif; }
header { color: #fff; background: linear-gradient(120deg, #14213d, #2667d6); padding: 2.6rem 1.5rem 2.2rem; }
header > div, main, footer { max-width: 66rem; margin: 0 auto; }
header h1 { margin: 0 0 .3rem; font-size: 2rem; letter-spacing: -.01em; }
header p { margin: .2rem 0 0; opacity: .88; max-width: 46rem; }
nav { margin-top: 1.1rem; display: flex; flex-wrap: wrap; gap: .4rem 1.1rem; }
nav a { color: #fff; text-underline-offset: .25em; font-size: .95rem; }
main { padding: 1.5rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(12.5rem, 1fr)); gap: .9rem; margin: 0 0 1.4rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .7rem; padding: .9rem 1.1rem; }
.card b { display: block; font-size: 1.7rem; line-height: 1.2; letter-spacing: -.01em;
  font-variant-numeric: tabular-nums; }
.card span { color: var(--quiet); font-size: .88rem; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: .7rem; padding: 1.2rem 1.5rem 1.5rem;
  margin: 0 0 1.4rem; }
h2 { margin: 0 0 .4rem; font-size: 1.35rem; letter-spacing: -.01em; }
h3 { margin: 1.6rem 0 .3rem; font-size: 1.05rem; }
p { max-width: 48rem; margin: .4rem 0 .8rem; }
.note { color: var(--quiet); font-size: .92rem; }
figure { margin: 1rem 0; }
figure img { display: block; width: 100%; height: auto; }
figure.narrow { max-width: 46rem; }
figcaption { color: var(--quiet); font-size: .9rem; max-width: 48rem; margin-top: .4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .38rem .8rem .38rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--quiet); font-weight: 600; font-size: .84rem; }
td.number, th.number { text-align: right; white-space: nowrap; }
.good { color: var(--good); } .weak { color: var(--weak); } .bad { color: var(--bad); }
details { margin-top: .9rem; } summary { cursor: pointer; color: var(--blue); }
.takes { display: grid; gap: 1.2rem; }
audio { width: 100%; margin-top: .4rem; }
code { font: .88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
footer { padding: 0 1.5rem 2.5rem; color: var(--quiet); font-size: .9rem; }
@media print {
  body { background: none; font-size: 10.5pt; } header { background: none; color: var(--ink); padding: 0 0 1rem; }
  nav, audio { display: none; } main { padding: 0; } section, .card { border-color: #bbb; box-shadow: none; }
  figure, .card, tr { break-inside: avoid; } h2, h3 { break-after: avoid; }
}
"""
