/** The page's style sheet: light and dark, from 320 px up. */
export const PAGE_STYLE: string = `
:root {
  color-scheme: light dark;
  --paper: #f7f7f5; --card: #ffffff; --ink: #1b1d21; --soft: #5d636d; --line: #e3e3de; --link: #2456c4;
  --green: #16713f; --amber: #855300; --red: #b3261e; --blue: #2456c4; --grey: #5d636d;
  --green-bg: #e2f4e9; --amber-bg: #fbeed6; --red-bg: #fbe6e4; --blue-bg: #e3ebfb; --grey-bg: #ececea;
  --mono: ui-monospace, 'SF Mono', SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121316; --card: #1a1c20; --ink: #e9eaec; --soft: #a0a6b0; --line: #2c2f36; --link: #8fb2ff;
    --green: #6fd39b; --amber: #edbb69; --red: #ff9c93; --blue: #8fb2ff; --grey: #a0a6b0;
    --green-bg: #17301f; --amber-bg: #35290f; --red-bg: #3a1d1b; --blue-bg: #1c2947; --grey-bg: #272a30;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  -webkit-text-size-adjust: 100%;
}
a { color: var(--link); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
code, .mono { font-family: var(--mono); font-size: 0.875em; }
.wrap { max-width: 54rem; margin: 0 auto; padding: 2.5rem 1.25rem 3rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1rem; margin-bottom: 1.5rem; }
h1 { margin: 0; font-size: 1.375rem; font-weight: 650; letter-spacing: -0.015em; }
#summary { margin: 0; color: var(--soft); }
#link { margin: 0 0 0 auto; color: var(--soft); font-size: 0.875rem; white-space: nowrap; }
#link::before {
  content: ''; display: inline-block; width: 0.5rem; height: 0.5rem; margin-right: 0.45rem;
  border-radius: 50%; background: var(--amber); vertical-align: 0.06rem;
}
#link.on::before { background: var(--green); }
ul { list-style: none; margin: 0; padding: 0; }
#plugins { display: grid; gap: 0.625rem; }
#plugins > li {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 0.875rem 1rem 0.9375rem;
  min-width: 0; overflow-wrap: anywhere;
}
#plugins > li.bad { border-left: 3px solid var(--red); padding-left: calc(1rem - 2px); }
#plugins > li.odd { border-left: 3px solid var(--amber); padding-left: calc(1rem - 2px); }
.top { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.125rem 0.625rem; }
h2 { margin: 0; font-size: 1.0625rem; font-weight: 620; letter-spacing: -0.01em; }
.version, .facts { color: var(--soft); font-size: 0.875rem; font-variant-numeric: tabular-nums; }
.facts { margin-left: auto; white-space: nowrap; }
.state {
  align-self: center; border-radius: 99px; padding: 0.0625rem 0.5625rem; font-size: 0.8125rem; font-weight: 560;
  color: var(--grey); background: var(--grey-bg);
}
.state.active { color: var(--green); background: var(--green-bg); }
.state.blocked { color: var(--amber); background: var(--amber-bg); }
.state.failed, .state.invalid { color: var(--red); background: var(--red-bg); }
.state.loading, .state.stopping { color: var(--blue); background: var(--blue-bg); }
li p { margin: 0.25rem 0 0; }
.why { color: var(--soft); font-size: 0.875rem; }
.traffic { color: var(--soft); font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.traffic:empty { display: none; }
.routes { display: flex; flex-wrap: wrap; gap: 0.375rem 0.5rem; margin-top: 0.625rem; }
.routes li { max-width: 100%; }
.routes a, .routes span {
  display: inline-block; max-width: 100%; border: 1px solid var(--line); border-radius: 6px; padding: 0.125rem 0.5rem;
  font-family: var(--mono); font-size: 0.8125rem; text-decoration: none;
}
.routes a:hover { border-color: currentColor; }
.routes span { color: var(--soft); }
.routes b { font-weight: 500; color: var(--soft); margin-right: 0.4em; }
.problem { margin-top: 0.75rem; padding: 0.625rem 0.75rem; border-radius: 7px; font-size: 0.875rem; background: var(--red-bg); }
.odd .problem { background: var(--amber-bg); }
.problem p:first-child { margin-top: 0; }
.problem .where { color: var(--red); }
.odd .problem .where { color: var(--amber); }
.problem .said { white-space: pre-wrap; }
.problem .hint { color: var(--soft); }
.code { color: var(--soft); font-family: var(--mono); font-size: 0.75rem; }
.empty { border: 1px dashed var(--line); border-radius: 10px; padding: 2.5rem 1.25rem; text-align: center; color: var(--soft); }
.empty p { margin: 0.25rem 0; }
footer { margin-top: 1.75rem; color: var(--soft); font-size: 0.8125rem; }
[hidden] { display: none; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@keyframes told { from { box-shadow: 0 0 0 3px var(--blue-bg); border-color: var(--link); } }
#plugins > li.told { animation: told 1.4s ease-out; }
@media (prefers-reduced-motion: reduce) { #plugins > li.told { animation: none; } }
@media (max-width: 480px) {
  .wrap { padding: 1.5rem 0.875rem 2rem; }
  .facts { margin-left: 0; width: 100%; }
}
`
