import { isDeepStrictEqual } from 'node:util';
import { isoTime, PavioError, SIMULATED_SOURCE, type Trial, trainingWindowMs, type Winners } from '@pavio/core';
import { createTrainer } from '@pavio/estimators';
import { type DataSet, hashDataSet } from '../data-set.ts';
import { completeParameters } from '../parameters.ts';
import { readDataSet } from '../read-data-set.ts';
import { FOLDS, planFolds } from '../walk-forward.ts';
import { planStages } from './choose.ts';
import { decide } from './decide.ts';
import { judge } from './judge.ts';
import { readWinners, storeWinners } from './records.ts';
import { search } from './search.ts';
import { openStudy, type Study } from './study.ts';
import { budgetOf, type TuningJob, type TuningReport } from './tuning-job.ts';
import { belongTo } from './tunings.ts';

/**
 * Searches better parameters by random search inside the walk-forward, and hands those over to the next training that
 * are better beyond chance.
 *
 * What is chosen by results must not be judged by the same results. So the search is judged, not its last choice: before
 * each fold it chooses the trial with the lowest loss on the folds before that one, whose labels are all known by then,
 * and only that choice is judged on the fold (prequential evaluation; Dawid, "Statistical theory: the prequential
 * approach", JRSS A 1984). The folds before a fold are a walk-forward inside its training part, so this is nested
 * selection, and each trial costs one walk-forward only. The first fold has nothing before it and is left out.
 *
 * The same holds for trainings to come. The winners tell what was chosen when; a training fits each fold with what had been
 * chosen by its time, so that its scores, intervals, calibration and gate are those of models whose parameters had not seen
 * the fold, and only the released models have the last choice. One thing is still chosen on all folds: whether to search
 * at all. So found parameters are taken over only where their nested loss is lower than that of the defaults beyond
 * chance (one-sided Diebold-Mariano test, corrected by Holm for the models and by Bonferroni for the searches so far), and
 * the verdict of a tuned model holds its p-values to as many times less as ways of fitting were compared.
 *
 * Every trial is recorded as it ends. Run again, the search continues with what is missing, and with the same
 * number of trials it finds the same, whatever happened in between.
 *
 * @throws PavioError `bad_usage` for a budget or models that make no sense; `no_features`; `not_enough_data`;
 * `bad_features`; `bad_config` for parameters and for damaged records; `conflict` when another search stored its winners
 * in the meantime.
 */
export async function tune(job: TuningJob): Promise<TuningReport> {
  const { features, store, clock, log, software, seed, signal, onProgress } = job;
  const started = performance.now();
  const { names, trials, time } = budgetOf(job);
  const stored = await readWinners(store);
  const data = await readDataSet(features);
  const parameters = completeParameters(job.parameters);
  const window = job.window && trainingWindowMs(job.window, data.source.interval);
  const folds = planFolds(data, job.folds ?? FOLDS, window);
  const stages = planStages(data, folds);
  if (stages.length < 2) {
    throw new PavioError(
      'not_enough_data',
      'There are too few candles to choose parameters on some and judge them on others.',
      {
        remedy: 'Crawl further back (--start), then run: pavio features.',
      },
    );
  }
  await using trainer = job.trainer ?? createTrainer(job.threads === undefined ? {} : { threads: job.threads });
  const stop = () => void trainer.close();
  signal?.throwIfAborted();
  signal?.addEventListener('abort', stop);
  try {
    const walk = { trainer, data, folds, window, parameters, seed };
    const base = { store, walk, hash: hashDataSet(data), software };
    const studies = await Promise.all(names.map((name) => openStudy(name, base)));
    const resumed = studies.map((study) => trialsOf(study, trials).length);
    await search(studies, { ...base, clock, trials, time, ...(onProgress === undefined ? {} : { onProgress }) });
    const judged = await Promise.all(
      studies.map(async (study, i) => {
        const tried = trialsOf(study, trials);
        const judgement = await judge(study.name, tried, stages, walk);
        return { ...judgement, study: study.id, trials: tried.length, resumed: resumed[i]! };
      }),
    );
    const before = stored !== undefined && belongTo(stored.winners, data.source, window) ? stored.winners.models : {};
    const decisions = decide(judged, before);
    const models = { ...before, ...Object.fromEntries(decisions.map(({ report, entry }) => [report.name, entry])) };
    signal?.throwIfAborted();
    if (!isDeepStrictEqual(models, before)) {
      await storeWinners(store, describeWinners(job, data.source, window, models), stored?.tag);
    }
    const reports = decisions.map(({ report }) => report);
    for (const { name, isTakenOver, reason } of reports) log.info({ model: name, isTakenOver }, `${name}: ${reason}`);
    return {
      isSimulated: data.source.source === SIMULATED_SOURCE,
      rows: data.time.length,
      folds: folds.map(({ testSpan }) => ({ from: isoTime(testSpan.from), to: isoTime(testSpan.to) })),
      judgedFrom: isoTime(stages[0]!.from),
      seed,
      models: reports,
      seconds: (performance.now() - started) / 1000,
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** The trials that count, in the order of their numbers: more may be recorded than were asked for. */
function trialsOf({ trials }: Study, limit = Infinity): Trial[] {
  return [...trials.values()].filter(({ number }) => number <= limit).sort((a, b) => a.number - b.number);
}

function describeWinners(
  { clock, software }: TuningJob,
  about: DataSet['source'],
  window: number | undefined,
  models: Winners['models'],
): Winners {
  const { source, quote, interval, featureSet } = about;
  const { name, hash } = featureSet;
  const createdAt = isoTime(clock.now());
  const market = { source, quote, interval, featureSet: { name, hash } };
  return { format: 1, createdAt, software, ...market, ...(window === undefined ? {} : { window }), models };
}
