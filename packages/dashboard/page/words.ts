import type { ModelName, PastForecast, Status, Verdict } from './wire.ts';

/** Everything that the page says, in one language. */
export interface Words {
  /** Locale of numbers and dates. */
  readonly locale: string;
  readonly title: string;
  readonly tagline: string;
  readonly language: string;
  readonly span: (low: string, high: string) => string;
  readonly docs: string;
  readonly skip: string;
  readonly loading: string;
  readonly updated: (time: string) => string;
  readonly refreshing: (seconds: number) => string;
  readonly simulated: string;
  readonly simulatedMore: string;
  readonly gone: string;
  readonly goneMore: (since: string | undefined) => string;
  readonly noModels: string;
  readonly noCandles: string;
  readonly noCandlesMore: string;
  readonly degraded: string;
  readonly staleTitle: (asset: string) => string;
  readonly staleMore: (newest: string) => string;
  readonly unknownAsset: (asset: string) => string;
  readonly assets: string;
  readonly asset: string;
  readonly price: string;
  readonly change: string;
  readonly changeLong: string;
  readonly modelsShort: string;
  readonly verdict: string;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly verdictMeanings: Readonly<Record<Verdict, string>>;
  readonly models: Readonly<Record<ModelName, string>>;
  readonly up: string;
  readonly down: string;
  readonly closeOf: (time: string, source: string) => string;
  readonly outcome: {
    readonly beats: (n: number, total: number, asset: string) => string;
    readonly none: (asset: string) => string;
    readonly open: (asset: string) => string;
  };
  readonly outcomeMore: string;
  readonly chart: string;
  readonly range: string;
  readonly rangeOf: (candles: number) => string;
  readonly shownModel: string;
  readonly legend: {
    readonly rising: string;
    readonly falling: string;
    readonly fan: string;
    readonly past: string;
    readonly forecast: string;
  };
  readonly readout: { readonly open: string; readonly high: string; readonly low: string; readonly close: string };
  readonly chartSummary: (facts: {
    asset: string;
    candles: number;
    from: string;
    to: string;
    low: string;
    high: string;
    close: string;
  }) => string;
  readonly forecastSummary: (facts: { model: string; close: string; low: string; high: string }) => string;
  readonly forecastsOf: (time: string) => string;
  readonly forecastsMore: (closes: string) => string;
  readonly model: string;
  readonly forecast: string;
  readonly interval: (level: string) => string;
  readonly probability: string;
  readonly skill: string;
  readonly skillMeaning: string;
  readonly history: string;
  readonly historyNone: string;
  readonly historyPending: (closes: string) => string;
  readonly historyLead: (scored: number, pending: number) => string;
  readonly alwaysUp: (share: string) => string;
  readonly scored: string;
  readonly directionRight: string;
  readonly meanError: string;
  readonly ofNaive: string;
  readonly held: (level: string) => string;
  readonly pastForecasts: (model: string) => string;
  readonly candle: string;
  readonly actual: string;
  readonly error: string;
  readonly direction: string;
  readonly within: (level: string) => string;
  readonly inside: string;
  readonly outside: string;
  readonly yes: string;
  readonly no: string;
  readonly statuses: Readonly<Record<PastForecast['status'], string>>;
  readonly released: string;
  readonly releasedLead: (facts: { version: string; trained: string; assets: number; rows: string }) => string;
  readonly pinned: string;
  readonly skillOverall: string;
  readonly directionTested: string;
  readonly naiveRight: (share: string) => string;
  readonly report: string;
  readonly trainings: string;
  readonly trainingsLead: (fitted: number, released: number) => string;
  readonly skillByTraining: string;
  readonly skillNow: string;
  readonly pastTrainings: string;
  readonly started: string;
  readonly ended: string;
  readonly version: string;
  readonly took: string;
  readonly why: string;
  readonly data: string;
  readonly newestCandle: string;
  readonly storedCandles: string;
  readonly holes: string;
  readonly holesNone: string;
  readonly behind: string;
  readonly behindNone: string;
  readonly source: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly lake: string;
  readonly lakes: Readonly<Record<string, string>>;
  readonly databases: Readonly<Record<string, string>>;
  readonly lastTraining: string;
  readonly outcomes: Readonly<Record<NonNullable<Status['last_training']>['outcome'], string>>;
  readonly never: string;
  readonly uptime: string;
  readonly counting: string;
  readonly footer: string;
}

const en: Words = {
  locale: 'en-US',
  title: 'Crypto forecasts',
  tagline: 'Forecasts of the next candle that say whether they beat a naive guess',
  language: 'Language',
  span: (low, high) => `${low} to ${high}`,
  docs: 'API',
  skip: 'Skip to the asset',
  loading: 'Loading …',
  updated: (time) => `Updated ${time}`,
  refreshing: (seconds) => `Looks for news every ${seconds} s`,
  simulated: 'Simulated market',
  simulatedMore: 'All candles on this page are made up. Nothing here says anything about a real market.',
  gone: 'The server does not answer.',
  goneMore: (since) =>
    since === undefined ? 'Trying again by itself.' : `Trying again by itself. What you see is of ${since}.`,
  noModels: 'No models yet',
  noCandles: 'No candles yet',
  noCandlesMore:
    '“pavio up” does everything; where it runs already, they come within a minute. “pavio crawl” fetches candles alone.',
  degraded: 'The newest models cannot be used; older ones serve.',
  staleTitle: (asset) => `The candles of ${asset} are old.`,
  staleMore: (newest) => `The newest one is of ${newest}, and a newer one has closed. Is “pavio up” running?`,
  unknownAsset: (asset) => `There is no asset “${asset}” here.`,
  assets: 'Assets',
  asset: 'Asset',
  price: 'Last close',
  change: 'Change',
  changeLong: 'Change from the close before',
  modelsShort: 'Models',
  verdict: 'Verdict',
  verdicts: { beats_naive: 'beats naive', no_edge: 'no edge', inconclusive: 'inconclusive' },
  verdictMeanings: {
    beats_naive: 'better than the naive guess beyond chance, on data that it had not seen',
    no_edge: 'not better than the naive guess',
    inconclusive: 'too little was tested to tell',
  },
  models: {
    regressor_lin: 'Linear',
    regressor_gbr: 'Boosted trees',
    regressor_rf: 'Random forest',
    classifier_log: 'Logistic',
    classifier_rf: 'Forest of directions',
  },
  up: 'up',
  down: 'down',
  closeOf: (time, source) => `Close of the candle of ${time}. Source: ${source}`,
  outcome: {
    beats: (n, total, asset) => `${n} of ${total} models beat the naive guess on ${asset}.`,
    none: (asset) => `No model beats the naive guess on ${asset}.`,
    open: (asset) => `Whether any model beats the naive guess on ${asset} is open.`,
  },
  outcomeMore: 'The naive guess: the price stays where it is. Measured on candles that the models had not seen.',
  chart: 'Candles and forecast',
  range: 'Candles shown',
  rangeOf: (candles) => `${candles}`,
  shownModel: 'Forecast by',
  legend: {
    rising: 'rose',
    falling: 'fell',
    fan: '50, 80, 95 % interval',
    past: 'earlier forecasts',
    forecast: 'forecast',
  },
  readout: { open: 'Open', high: 'High', low: 'Low', close: 'Close' },
  chartSummary: ({ asset, candles, from, to, low, high, close }) =>
    `${candles} candles of ${asset}, ${from} to ${to}: lowest ${low}, highest ${high}, last close ${close}.`,
  forecastSummary: ({ model, close, low, high }) =>
    `${model} forecasts a close of ${close} for the next one; 95 % interval ${low} to ${high}.`,
  forecastsOf: (time) => `Forecasts for ${time}`,
  forecastsMore: (closes) => `The candle closes at ${closes}.`,
  model: 'Model',
  forecast: 'Forecast',
  interval: (level) => `${level} % interval`,
  probability: 'Chance of a rise',
  skill: 'Skill',
  skillMeaning: 'How much smaller the error is than that of the naive guess; below zero it is larger',
  history: 'Forecasts against what happened',
  historyNone: 'No forecast of this asset has been logged yet.',
  historyPending: (closes) => `The first forecast can be judged when its candle closes: ${closes}.`,
  historyLead: (scored, pending) => `${scored} forecasts held against the truth, ${pending} pending.`,
  alwaysUp: (share) => `Always saying “up” would have been right in ${share}.`,
  scored: 'Judged',
  directionRight: 'Direction right (95 %)',
  meanError: 'Mean error',
  ofNaive: 'of the naive guess',
  held: (level) => `${level} % interval held`,
  pastForecasts: (model) => `The last ones by ${model}`,
  candle: 'Candle',
  actual: 'Happened',
  error: 'Error',
  direction: 'Direction',
  within: (level) => `${level} % interval`,
  inside: 'inside',
  outside: 'outside',
  yes: 'right',
  no: 'wrong',
  statuses: { scored: 'judged', pending: 'pending', missing: 'candle missing', late: 'made too late' },
  released: 'Models',
  releasedLead: ({ version, trained, assets, rows }) =>
    `Version ${version}, trained ${trained} on ${rows} rows of ${assets} assets.`,
  pinned: 'Pinned: no training replaces it.',
  skillOverall: 'Skill over all assets (95 %)',
  directionTested: 'Direction right in tests (95 %)',
  naiveRight: (share) => `naive guess ${share}`,
  report: 'The whole report of this version',
  trainings: 'Trainings',
  trainingsLead: (fitted, released) =>
    `${fitted} made new models, ${released} of them were released. Dashed: the naive guess.`,
  skillByTraining: 'Skill over time',
  skillNow: 'Newest',
  pastTrainings: 'The last trainings',
  started: 'Started',
  ended: 'Ended',
  version: 'Version',
  took: 'Took',
  why: 'Why',
  data: 'Data',
  newestCandle: 'Newest candle',
  storedCandles: 'Candles stored',
  holes: 'Missing between first and last',
  holesNone: 'none',
  behind: 'Behind',
  behindNone: 'none: all assets are up to date',
  source: 'Source',
  sources: { simulated: 'simulated market', import: 'imported files' },
  lake: 'Kept in',
  lakes: { folder: 'a folder', s3: 'an S3 bucket' },
  databases: { sqlite: 'SQLite', postgresql: 'PostgreSQL' },
  lastTraining: 'Last training',
  outcomes: {
    released: 'released',
    kept_back: 'kept back by the gate',
    nothing_new: 'nothing new to learn',
    failed: 'failed',
  },
  never: 'never',
  uptime: 'Server up for',
  counting: 'being counted',
  footer: 'Forecasts are no advice. All times are UTC.',
};

const pt: Words = {
  locale: 'pt-BR',
  title: 'Previsões de criptoativos',
  tagline: 'Previsões do próximo candle que dizem se superam um palpite ingênuo',
  language: 'Idioma',
  span: (low, high) => `${low} a ${high}`,
  docs: 'API',
  skip: 'Ir para o ativo',
  loading: 'Carregando …',
  updated: (time) => `Atualizado às ${time}`,
  refreshing: (seconds) => `Procura novidades a cada ${seconds} s`,
  simulated: 'Mercado simulado',
  simulatedMore: 'Todos os candles desta página são inventados. Nada aqui diz algo sobre um mercado real.',
  gone: 'O servidor não responde.',
  goneMore: (since) =>
    since === undefined ? 'Tentando de novo sozinho.' : `Tentando de novo sozinho. O que se vê é de ${since}.`,
  noModels: 'Ainda não há modelos',
  noCandles: 'Ainda não há candles',
  noCandlesMore: '“pavio up” faz tudo; se já está rodando, eles chegam em um minuto. “pavio crawl” só busca candles.',
  degraded: 'Os modelos mais novos não podem ser usados; os anteriores seguem servindo.',
  staleTitle: (asset) => `Os candles de ${asset} estão velhos.`,
  staleMore: (newest) => `O mais novo é de ${newest}, e outro já fechou. O “pavio up” está rodando?`,
  unknownAsset: (asset) => `Não há o ativo “${asset}” aqui.`,
  assets: 'Ativos',
  asset: 'Ativo',
  price: 'Último fechamento',
  change: 'Variação',
  changeLong: 'Variação desde o fechamento anterior',
  modelsShort: 'Modelos',
  verdict: 'Veredito',
  verdicts: { beats_naive: 'supera o ingênuo', no_edge: 'sem vantagem', inconclusive: 'inconclusivo' },
  verdictMeanings: {
    beats_naive: 'melhor que o palpite ingênuo além do acaso, em dados que não tinha visto',
    no_edge: 'não é melhor que o palpite ingênuo',
    inconclusive: 'foi testado muito pouco para dizer',
  },
  models: {
    regressor_lin: 'Linear',
    regressor_gbr: 'Árvores com boosting',
    regressor_rf: 'Floresta aleatória',
    classifier_log: 'Logístico',
    classifier_rf: 'Floresta de direções',
  },
  up: 'alta',
  down: 'baixa',
  closeOf: (time, source) => `Fechamento do candle de ${time}. Fonte: ${source}`,
  outcome: {
    beats: (n, total, asset) => `${n} de ${total} modelos superam o palpite ingênuo em ${asset}.`,
    none: (asset) => `Nenhum modelo supera o palpite ingênuo em ${asset}.`,
    open: (asset) => `Ainda não se sabe se algum modelo supera o palpite ingênuo em ${asset}.`,
  },
  outcomeMore: 'O palpite ingênuo: o preço fica onde está. Medido em candles que os modelos não tinham visto.',
  chart: 'Candles e previsão',
  range: 'Candles mostrados',
  rangeOf: (candles) => `${candles}`,
  shownModel: 'Previsão de',
  legend: {
    rising: 'subiu',
    falling: 'caiu',
    fan: 'intervalo de 50, 80, 95 %',
    past: 'previsões anteriores',
    forecast: 'previsão',
  },
  readout: { open: 'Abertura', high: 'Máxima', low: 'Mínima', close: 'Fechamento' },
  chartSummary: ({ asset, candles, from, to, low, high, close }) =>
    `${candles} candles de ${asset}, de ${from} a ${to}: mínima ${low}, máxima ${high}, último fechamento ${close}.`,
  forecastSummary: ({ model, close, low, high }) =>
    `${model} prevê um fechamento de ${close} para o próximo; intervalo de 95 % de ${low} a ${high}.`,
  forecastsOf: (time) => `Previsões para ${time}`,
  forecastsMore: (closes) => `O candle fecha em ${closes}.`,
  model: 'Modelo',
  forecast: 'Previsão',
  interval: (level) => `Intervalo de ${level} %`,
  probability: 'Chance de alta',
  skill: 'Ganho',
  skillMeaning: 'Quanto o erro é menor que o do palpite ingênuo; abaixo de zero ele é maior',
  history: 'Previsões e o que aconteceu',
  historyNone: 'Ainda não há previsões registradas deste ativo.',
  historyPending: (closes) => `A primeira previsão pode ser julgada quando seu candle fechar: ${closes}.`,
  historyLead: (scored, pending) => `${scored} previsões comparadas com a realidade, ${pending} pendentes.`,
  alwaysUp: (share) => `Dizer sempre “alta” teria acertado ${share}.`,
  scored: 'Julgadas',
  directionRight: 'Direção certa (95 %)',
  meanError: 'Erro médio',
  ofNaive: 'do palpite ingênuo',
  held: (level) => `Dentro do intervalo de ${level} %`,
  pastForecasts: (model) => `As últimas de ${model}`,
  candle: 'Candle',
  actual: 'Aconteceu',
  error: 'Erro',
  direction: 'Direção',
  within: (level) => `Intervalo de ${level} %`,
  inside: 'dentro',
  outside: 'fora',
  yes: 'certa',
  no: 'errada',
  statuses: { scored: 'julgada', pending: 'pendente', missing: 'falta o candle', late: 'feita tarde demais' },
  released: 'Modelos',
  releasedLead: ({ version, trained, assets, rows }) =>
    `Versão ${version}, treinada em ${trained} com ${rows} linhas de ${assets} ativos.`,
  pinned: 'Fixada: nenhum treino a substitui.',
  skillOverall: 'Ganho em todos os ativos (95 %)',
  directionTested: 'Direção certa nos testes (95 %)',
  naiveRight: (share) => `palpite ingênuo ${share}`,
  report: 'O relatório completo desta versão',
  trainings: 'Treinos',
  trainingsLead: (fitted, released) =>
    `${fitted} fizeram modelos novos, ${released} deles foram publicados. Tracejado: o palpite ingênuo.`,
  skillByTraining: 'Ganho ao longo do tempo',
  skillNow: 'Mais novo',
  pastTrainings: 'Os últimos treinos',
  started: 'Início',
  ended: 'Fim',
  version: 'Versão',
  took: 'Duração',
  why: 'Por quê',
  data: 'Dados',
  newestCandle: 'Candle mais novo',
  storedCandles: 'Candles guardados',
  holes: 'Faltam entre o primeiro e o último',
  holesNone: 'nenhum',
  behind: 'Atrasados',
  behindNone: 'nenhum: todos os ativos estão em dia',
  source: 'Fonte',
  sources: { simulated: 'mercado simulado', import: 'arquivos importados' },
  lake: 'Guardado em',
  lakes: { folder: 'uma pasta', s3: 'um bucket S3' },
  databases: { sqlite: 'SQLite', postgresql: 'PostgreSQL' },
  lastTraining: 'Último treino',
  outcomes: {
    released: 'publicado',
    kept_back: 'retido pelo controle',
    nothing_new: 'nada de novo a aprender',
    failed: 'falhou',
  },
  never: 'nunca',
  uptime: 'Servidor no ar há',
  counting: 'contando',
  footer: 'Previsões não são conselhos. Todos os horários são UTC.',
};

export const LANGUAGES = { en, pt } as const;
export type Language = keyof typeof LANGUAGES;

/** The reader's first language that is spoken here; English where none is. */
export function chooseLanguage(remembered: string | null, preferred: readonly string[]): Language {
  const wanted = [remembered ?? '', ...preferred].map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  return wanted.find((tag): tag is Language => Object.hasOwn(LANGUAGES, tag)) ?? 'en';
}
