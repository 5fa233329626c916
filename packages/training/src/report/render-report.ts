import type { ReleaseManifest } from '@pavio/core';
import { html, Markup } from './html.ts';
import { coverage } from './sections/coverage.ts';
import { direction } from './sections/direction.ts';
import { facts } from './sections/facts.ts';
import { importance } from './sections/importance.ts';
import { intervalWidths } from './sections/interval-widths.ts';
import { reliability } from './sections/reliability.ts';
import { skillByAsset } from './sections/skill-by-asset.ts';
import { skillByModel } from './sections/skill-by-model.ts';
import { skillOverTime } from './sections/skill-over-time.ts';
import { meanings, verdictTable } from './sections/verdicts.ts';
import { STYLE } from './style.ts';
import { describeOutcome, describeTraining } from './words.ts';

/**
 * A release as one HTML page that a person understands in a minute: what was trained, whether anything beats the naive
 * forecast, and how sure that is. It needs neither script nor network; what the manifest does not know is left out.
 */
export function renderReport(manifest: ReleaseManifest): string {
  const warning = manifest.isSimulated
    ? html`<p class="loud" role="note">SIMULATED: these candles are made up. Nothing on this page says anything about a real market.</p>\n`
    : undefined;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<title>Pavio release ${manifest.version}${manifest.isSimulated ? ' (SIMULATED)' : ''}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
${warning}<p class="kicker">Pavio, release ${manifest.version}</p>
<h1>${describeOutcome(manifest)}<span class="trained">${describeTraining(manifest)}</span></h1>
<div class="cards">
${[
  verdictTable(manifest),
  skillByModel(manifest),
  direction(manifest),
  meanings(),
  skillByAsset(manifest),
  html`<div class="stack">${[skillOverTime(manifest), intervalWidths(manifest)]}</div>`,
  coverage(manifest),
  reliability(manifest),
  importance(manifest),
  facts(manifest),
]}
</div>
</main>
</body>
</html>
`;
  return page.text;
}
