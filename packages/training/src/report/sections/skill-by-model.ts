import { MODEL_NAMES, type ReleaseManifest } from '@pavio/core';
import { figure, modelLabel, table } from '../figure.ts';
import { formatFixed, formatP, formatSkill, formatSkillInterval } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { bar, drawing, horizontalAxis, line, text, WIDTH } from '../svg/drawing.ts';
import { linearScale } from '../svg/scale.ts';
import { overallOf, VERDICT_SIGNS, VERDICT_WORDS } from '../words.ts';

const ROW = 36;
const LEFT = 110;
const RIGHT = WIDTH - 84;

/** A bar a model, from zero; undefined where no skill is known. */
export function skillByModel(manifest: ReleaseManifest): Markup | undefined {
  const rows = MODEL_NAMES.flatMap((name) => {
    const { skill, ...score } = overallOf(manifest, name);
    return skill === null ? [] : [{ name, skill, ...score }];
  });
  if (rows.length === 0) return undefined;
  const skills = rows.flatMap(({ skill, skillInterval }) => [
    skill,
    skillInterval?.low ?? skill,
    skillInterval?.high ?? skill,
  ]);
  const scale = linearScale([Math.min(0, ...skills), Math.max(0, ...skills)], [LEFT, RIGHT], { count: 4 });
  const bottom = rows.length * ROW;
  const bars = rows.map(({ name, skill, skillInterval, verdict, dieboldMariano }, i) => {
    const middle = (i + 0.5) * ROW;
    return [
      text(0, middle + 4, name),
      bar(scale(0), scale(skill), middle - 9, 18, verdict === 'beats_naive' ? 'good layer' : 'none layer'),
      skillInterval ? whisker(scale(skillInterval.low), scale(skillInterval.high), middle) : undefined,
      text(WIDTH, middle - 2, `${formatSkill(skill)} ${VERDICT_SIGNS[verdict]}`, 'end strong'),
      text(WIDTH, middle + 13, `p ${formatP(dieboldMariano?.pValue)}`, 'end note'),
    ];
  });
  const label = `Skill by model: ${rows.map(({ name, skill, verdict }) => `${name} ${formatSkill(skill)}, ${VERDICT_WORDS[verdict]}`).join('; ')}.`;
  return figure({
    title: 'Skill by model',
    lead: html`Right of zero is better than naive. Whiskers are 95 % intervals. Green and ${VERDICT_SIGNS.beats_naive}: by more than luck, even after correction for ${rows.length} models.`,
    body: drawing(bottom + 22, label, [
      horizontalAxis(scale, 0, bottom, (value) => `${formatFixed(value * 100, digitsOf(scale.ticks))} %`),
      bars,
      line(scale(0), 0, scale(0), bottom, 'zero'),
    ]),
    table: table(
      rows,
      [
        { title: 'Model', cell: ({ name }) => modelLabel(name) },
        { title: 'Skill', isNumber: true, cell: ({ skill }) => formatSkill(skill, 3) },
        { title: '95 %', isNumber: true, cell: ({ skillInterval }) => formatSkillInterval(skillInterval) },
        { title: 'Statistic', isNumber: true, cell: ({ dieboldMariano }) => formatFixed(dieboldMariano?.statistic, 3) },
        { title: 'p', isNumber: true, cell: ({ dieboldMariano }) => formatP(dieboldMariano?.pValue) },
        { title: 'Verdict', cell: ({ verdict }) => VERDICT_WORDS[verdict] },
      ],
      'Skill by model, with the Diebold-Mariano test',
    ),
  });
}

function whisker(from: number, to: number, y: number): Markup[] {
  return [
    line(from, y, to, y, 'whisker text'),
    line(from, y - 5, from, y + 5, 'whisker text'),
    line(to, y - 5, to, y + 5, 'whisker text'),
  ];
}

/** Decimals that ticks a share apart need in percent. */
export function digitsOf(ticks: readonly number[]): number {
  const step = ((ticks[1] ?? 1) - (ticks[0] ?? 0)) * 100;
  return Math.min(4, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
}
