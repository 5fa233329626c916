import { type Content, h, NOTHING, table } from './dom.ts';
import { sparkline } from './sparkline.ts';
import { MODEL_NAMES, type Voice } from './state.ts';
import { modelName } from './view-forecast.ts';
import type { ModelName, Training } from './wire.ts';

const SHOWN = 20;

/** How good the models of each training were, and how the last trainings ended. Newest first. */
export function trainingsCard(trainings: readonly Training[], voice: Voice): Content {
  const { words } = voice;
  // What learnt nothing new has no skill of its own.
  const fitted = trainings.filter(({ outcome }) => outcome === 'released' || outcome === 'kept_back').reverse();
  const released = fitted.filter(({ outcome }) => outcome === 'released').length;
  return [
    h('h2', {}, words.trainings),
    h('p', { class: 'lead' }, words.trainingsLead(fitted.length, released)),
    fitted.length > 1 ? skillTable(fitted, voice) : undefined,
    pastTable(trainings.slice(0, SHOWN), voice),
  ];
}

function skillTable(fitted: readonly Training[], voice: Voice): Content {
  const { words, format } = voice;
  const skillsOf = (name: ModelName) => fitted.map(({ models }) => models[name]?.skill ?? null);
  const rows = MODEL_NAMES.map((name) => ({ name, skills: skillsOf(name) })).filter(({ skills }) =>
    skills.some((skill) => skill !== null),
  );
  const known = rows.flatMap(({ skills }) => skills.filter((skill) => skill !== null));
  const bounds = { low: Math.min(0, ...known), high: Math.max(0, ...known) };
  return table(words.skillByTraining, rows, [
    { title: words.model, cell: ({ name }) => modelName(name, voice) },
    {
      title: words.skillByTraining,
      cell: ({ name, skills }) => {
        const told = skills.map((skill) => (skill === null ? NOTHING : format.change(skill))).join(', ');
        return sparkline(skills, bounds, `${words.models[name]}: ${told}`);
      },
    },
    {
      title: h('abbr', { title: words.skillMeaning }, words.skillNow),
      isNumber: true,
      cell: ({ skills }) => {
        const newest = skills.at(-1) ?? null;
        return newest === null ? NOTHING : format.change(newest);
      },
    },
  ]);
}

function pastTable(trainings: readonly Training[], { words, format }: Voice): Content {
  return h(
    'details',
    { id: 'past-trainings' },
    h('summary', { id: 'past-trainings-summary' }, words.pastTrainings),
    table(words.pastTrainings, trainings, [
      { title: words.started, cell: ({ started_at: started }) => format.moment(started) },
      {
        title: words.ended,
        cell: ({ outcome, times }) => words.outcomes[outcome] + (times > 1 ? ` (${format.count(times)} ×)` : ''),
      },
      { title: words.version, cell: ({ version }) => version ?? NOTHING },
      { title: words.took, isNumber: true, cell: ({ seconds }) => format.duration(seconds) },
      { title: words.why, cell: ({ reason }) => h('span', { lang: 'en' }, reason) },
    ]),
  );
}
