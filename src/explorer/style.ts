/**
 * The look of the explorer's page: light, or dark where the reader's system is.
 */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --back: #fff; --panel: #f5f6f8; --line: #d5d9e0; --text: #1b1f27; --faint: #565e6c;
  --accent: #0b57d0; --on-accent: #fff; --string: #0a6640; --number: #8a3b00; --name: #5b2a86; --fault: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14171c; --panel: #1c2027; --line: #363d49; --text: #e5e8ee; --faint: #a3abb9;
    --accent: #8ab4f8; --on-accent: #10131a; --string: #8fd6a8; --number: #f0b27a; --name: #cda6f0; --fault: #f2a19b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header {
  display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: space-between;
  padding: .6rem 1.25rem; background: var(--panel); border-bottom: 1px solid var(--line);
}
nav ol { display: flex; flex-wrap: wrap; margin: 0; padding: 0; list-style: none; }
nav li + li::before { content: '/'; margin: 0 .4rem; color: var(--faint); }
main { max-width: 96rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; }
main:focus { outline: none; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.3; overflow-wrap: anywhere; }
h2 { margin: 0 0 .6rem; font-size: 1.05rem; }
h1 + p { margin: .2rem 0 1rem; color: var(--faint); }
section { margin: 0 0 1.5rem; min-width: 0; }
a { color: var(--accent); }
.columns { display: grid; gap: 0 1.75rem; }
.columns > * { min-width: 0; }
@media (min-width: 64rem) {
  .split { grid-template: auto 1fr / minmax(22rem, 27rem) minmax(0, 1fr); }
  .split > .answer { grid-area: 1 / 2 / 3 / 3; }
}
fieldset { margin: 0 0 .8rem; padding: .5rem .75rem .75rem; border: 1px solid var(--line); border-radius: 6px; min-width: 0; }
legend { padding: 0 .3rem; color: var(--faint); font-size: .875rem; font-weight: 600; }
label { font-size: .875rem; }
input, select, button { font: inherit; color: inherit; min-width: 0; }
input:not([type=checkbox]), select {
  padding: .25rem .45rem; background: var(--back); border: 1px solid var(--faint); border-radius: 4px;
}
input[type=number] { width: 6rem; }
input[type=checkbox] { width: 1rem; height: 1rem; margin: 0 .35rem 0 0; vertical-align: -.125rem; accent-color: var(--accent); }
button { padding: .25rem .8rem; background: var(--back); border: 1px solid var(--faint); border-radius: 4px; cursor: pointer; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
button.small { padding: 0 .5rem; font-size: .8125rem; }
::placeholder { color: var(--faint); opacity: .8; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.row { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; margin: 0 0 .5rem; }
.row > select, .row > input { flex: 1 1 6rem; }
.row > [data-part=op], .row > [data-part=direction] { flex: 0 1 8rem; }
.row > [data-part=value] { flex: 1 1 9rem; }
.filter { display: grid; grid-template-columns: minmax(0, 1fr) auto; margin-bottom: .8rem; }
.filter > .row { grid-area: 2 / 1 / 3 / 3; flex-wrap: nowrap; margin: 0; }
.actions { gap: .4rem 1rem; }
.boxes { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; }
.login { display: flex; gap: .5rem; align-items: center; flex: 0 1 24rem; min-width: 0; }
.login input { flex: 1 1 13rem; width: 0; }
.tag {
  display: inline-block; padding: 0 .4rem; border: 1px solid var(--line); border-radius: 4px; color: var(--faint);
  font: .8125rem/1.5 ui-monospace, monospace;
}
.fault { padding: .6rem .8rem; border: 1px solid var(--fault); border-left-width: 4px; border-radius: 4px; color: var(--fault); }
.fault:empty { display: none; }
.line { display: flex; gap: .6rem; align-items: baseline; margin: 0 0 .5rem; }
.line > :first-child { flex: none; width: 2.6rem; color: var(--faint); font-size: .875rem; }
.line code { flex: 1; overflow-wrap: anywhere; }
code, pre { font: .8438rem/1.55 ui-monospace, monospace; }
pre {
  margin: 0; padding: .75rem 1rem; overflow: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9063rem; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--faint); font-size: .8125rem; font-weight: 600; white-space: nowrap; }
tbody th { color: inherit; font: inherit; }
td.cell { max-width: 22rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
details { margin: 0 0 .6rem; }
.resources details { padding: .5rem .75rem; border: 1px solid var(--line); border-radius: 6px; }
summary { cursor: pointer; }
summary .tag { margin-left: .5rem; }
details > div { margin-top: .5rem; }
.pages { display: flex; flex-wrap: wrap; gap: .3rem 1rem; margin: 0 0 .6rem; }
.name { color: var(--name); } .string { color: var(--string); } .number { color: var(--number); } .faint { color: var(--faint); }
`;
