/**
 * The style of the page: light and dark as the reader's system is, one column on a telephone and two on a wide screen.
 * Text has a contrast of at least 4.5 to its ground, marks of at least 3.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f5f2; --card: #ffffff; --text: #1d1c1a; --soft: #5d5a54; --rule: #e2dfd8; --axis: #8a867d;
  --first: #1f5fbf; --second: #b4530a; --third: #0b7a6b; --none: #7d7a73;
  --good: #17713a; --good-ground: #e1f3e6; --even: #55524c; --even-ground: #efede8; --open: #7a5200; --open-ground: #fbf0d5;
  --loud: #8f1d12; --loud-ground: #fde4df;
  --plus1: #e6f3ea; --plus2: #c3e5cd; --plus3: #93d0a6; --minus1: #fbeee6; --minus2: #f5d5c0; --minus3: #ecb08d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #151514; --card: #1f1f1d; --text: #edebe6; --soft: #b0aca3; --rule: #373632; --axis: #8a867d;
    --first: #7fb0ff; --second: #f0a35e; --third: #4fcdb8; --none: #928e85;
    --good: #7ddc9a; --good-ground: #17351f; --even: #c6c2b9; --even-ground: #32312d; --open: #f2c96b; --open-ground: #3b2f10;
    --loud: #ffb4a8; --loud-ground: #4a1811;
    --plus1: #1d2f23; --plus2: #1e4a2d; --plus3: #20693a; --minus1: #33261e; --minus2: #543219; --minus3: #7a4215;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 24px 20px 48px; }
.loud { background: var(--loud-ground); color: var(--loud); border: 2px solid var(--loud); border-radius: 10px; padding: 12px 16px; margin: 0 0 20px; font-weight: 600; }
.kicker { color: var(--soft); margin: 0; font-size: 14px; }
h1 { font-size: clamp(22px, 3.4vw, 32px); line-height: 1.25; margin: 4px 0 16px; text-wrap: balance; }
h1 .trained { display: block; font-size: 0.62em; font-weight: 400; color: var(--soft); margin-top: 8px; line-height: 1.4; text-wrap: wrap; }
h2 { font-size: 18px; margin: 0 0 4px; }
h3 { font-size: 14px; margin: 12px 0 4px; }
.lead { color: var(--soft); font-size: 14px; margin: 0 0 12px; }
.cards { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px; align-items: start; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 18px 20px; min-width: 0; }
.wide { grid-column: 1 / -1; }
.stack { display: grid; gap: 20px; min-width: 0; }
.many { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 8px 32px; }
.badge { display: inline-block; white-space: nowrap; border-radius: 999px; padding: 1px 10px; font-size: 13px; font-weight: 600; }
.beats_naive { background: var(--good-ground); color: var(--good); }
.no_edge { background: var(--even-ground); color: var(--even); }
.inconclusive { background: var(--open-ground); color: var(--open); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 6px 16px; margin: 0; font-size: 14px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid var(--first); }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 5px 8px; border-bottom: 1px solid var(--rule); vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; font-size: 13px; } tbody th { font-weight: 600; }
.number { text-align: right; white-space: nowrap; } .below { display: block; color: var(--soft); font-size: 12px; }
.heat td { text-align: center; white-space: nowrap; border: 2px solid var(--card); border-radius: 6px; padding: 4px 2px; }
.heat th { padding: 4px 6px 4px 0; border: 0; } .heat thead th { text-align: center; vertical-align: bottom; font-size: 12px; }
.plus1 { background: var(--plus1); } .plus2 { background: var(--plus2); } .plus3 { background: var(--plus3); }
.minus1 { background: var(--minus1); } .minus2 { background: var(--minus2); } .minus3 { background: var(--minus3); }
.key { display: flex; flex-wrap: wrap; gap: 4px 14px; font-size: 13px; color: var(--soft); margin: 10px 0 0; padding: 0; list-style: none; }
.key i { display: inline-block; width: 14px; height: 14px; border-radius: 4px; vertical-align: -2px; margin-right: 5px; }
details { margin-top: 10px; font-size: 14px; } summary { cursor: pointer; color: var(--soft); padding: 4px 0; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--text); font-size: 13px; } svg .tick, svg .note { fill: var(--soft); font-size: 12px; }
svg .middle { text-anchor: middle; } svg .end { text-anchor: end; } svg .strong { font-weight: 600; }
svg .grid { stroke: var(--rule); } svg .zero { stroke: var(--axis); stroke-width: 1.5; } svg .whisker { stroke-width: 2; } svg .dashed { stroke-dasharray: 5 4; }
svg .text { --ink: var(--text); } svg .good { --ink: var(--good); } svg .none { --ink: var(--none); }
svg .first { --ink: var(--first); } svg .second { --ink: var(--second); } svg .third { --ink: var(--third); }
svg rect, svg circle { fill: var(--ink); } svg .whisker { stroke: var(--ink); } svg polyline { fill: none; stroke: var(--ink); stroke-width: 2; }
svg .layer { fill-opacity: 0.4; }
@media (max-width: 760px) {
  main { padding: 16px 12px 32px; } .cards { grid-template-columns: minmax(0, 1fr); gap: 14px; } .stack { gap: 14px; } .card { padding: 14px 12px; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: 8px; } th, td { padding: 5px 6px; } table { font-size: 13px; }
}
@media print { body { background: none; } .card { break-inside: avoid; } }
`;
