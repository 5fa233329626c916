import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Logger, ModelRegistry, ObjectStore, TrainingRunLog } from '@pavio/core';
import type { History, Predictor } from '@pavio/prediction';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
  type RawServerDefault,
} from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { noteBasePath } from './base-path.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { answerError, noSuchRoute } from './errors.ts';
import { Freshness } from './freshness.ts';
import type { GuardRules } from './guard.ts';
import { setHeaders } from './headers.ts';
import { isLoopback } from './loopback.ts';
import { refuseOtherMethods } from './methods.ts';
import { type DocsPage, describeRoutes, docsRoutes } from './openapi.ts';
import { assetRoutes } from './routes/assets.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { frontRoutes } from './routes/front.ts';
import { healthRoutes } from './routes/health.ts';
import { historyRoutes } from './routes/history.ts';
import { modelRoutes } from './routes/models.ts';
import { reloadRoutes } from './routes/reload.ts';
import { reportRoutes } from './routes/reports.ts';
import { statusRoutes } from './routes/status.ts';
import { symbolRoutes } from './routes/symbol.ts';

export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface ApiConfig {
  /**
   * Key for requests that change state, or what fetches it when the first of them comes. Undefined: none is asked for on
   * loopback, and outside nothing may be changed.
   */
  readonly apiKey?: string | (() => Promise<string>) | undefined;
  /** May requests come from other machines? True behind Lambda or a proxy; listening beyond loopback makes it true. */
  readonly isReachableFromOutside: boolean;
  /** Least time between two looks for a new release, in milliseconds; 5 s when not given. */
  readonly checkEvery?: number;
  /** Do requests wait for a look that is due? True where the process sleeps between requests, as in Lambda. */
  readonly isAsleepBetweenRequests?: boolean;
  /** What `/docs` shows: Swagger UI, which brings 3 MB of files, or a list of the addresses. Swagger UI when not given. */
  readonly docs?: DocsPage;
  /** What stands before our paths in the addresses that the client of a request sees, as `/prod`; nothing by default. */
  readonly basePathOf?: (request: FastifyRequest) => string;
}

export interface ApiOptions {
  readonly predictor: Predictor;
  readonly registry: ModelRegistry;
  readonly history: History;
  readonly runs: TrainingRunLog;
  /** The lake: what kind it is, and the reports in it. */
  readonly store: Pick<ObjectStore, 'url' | 'get'>;
  /** Address of the database that has candles, forecasts and records of trainings; undefined: they are in the lake. */
  readonly database?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: ApiConfig;
}

const CHECK_EVERY_MS = 5000;
/** Room for a JSON body of parameters; nothing here takes files. */
const BODY_LIMIT = 64 * 1024;
/** How long a client may take to send a request. */
const REQUEST_TIMEOUT_MS = 30_000;
const LONGEST_PATH_PART = 500;

/**
 * The application, apart from any server: `inject` a request, listen with `startServer`, or wrap it for Lambda. It
 * touches nothing until it is made ready; then it looks for the live release, and again from time to time: on requests,
 * and by a timer while it listens.
 */
export function buildApp(options: ApiOptions): Api {
  const { predictor, registry, history, clock, log, config } = options;
  let { isReachableFromOutside } = config;
  const rules = async (): Promise<GuardRules> => {
    const apiKey = typeof config.apiKey === 'function' ? await config.apiKey() : config.apiKey;
    return { apiKey, isReachableFromOutside };
  };
  const checkEvery = config.checkEvery ?? CHECK_EVERY_MS;
  const { isAsleepBetweenRequests: isPatient = false, docs = 'swagger-ui', basePathOf = () => '' } = config;
  const freshness = new Freshness({ predictor, clock, log, checkEvery, isPatient });
  const logger: FastifyBaseLogger = log;
  const api: Api = Fastify({
    loggerInstance: logger,
    // Errors are logged where they are answered; what went well is nobody's news.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Requests on open connections are answered to the end while the server closes.
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PATH_PART },
    // Given here, and not set later, so that Fastify does not load its own compilers (Ajv), which nothing would use.
    schemaController: {
      compilersFactory: {
        buildValidator: () => validatorCompiler as never,
        buildSerializer: () => serializerCompiler as never,
      },
    },
    // Addresses that the router cannot read: no hook runs for them.
    frameworkErrors: (error, request, reply) => {
      setHeaders(request, reply);
      answerError(error, request, reply);
    },
    clientErrorHandler: answerBrokenRequest,
  }).withTypeProvider<ZodTypeProvider>();

  noteBasePath(api, basePathOf);
  api.setErrorHandler(answerError);
  api.setNotFoundHandler((request, reply) => answerError(noSuchRoute(request), request, reply));
  api.addHook('onRequest', async (request, reply) => setHeaders(request, reply));
  refuseOtherMethods(api);
  describeRoutes(api);

  api.addHook('onReady', async () => {
    const looked = freshness.check();
    if (isPatient) await looked;
  });
  api.addHook('onListen', async () => {
    isReachableFromOutside ||= api.addresses().some((bound) => typeof bound === 'string' || !isLoopback(bound.address));
    const timer = setInterval(() => void freshness.check(), checkEvery).unref();
    api.server.once('close', () => clearInterval(timer));
  });
  api.addHook('onClose', () => freshness.idle());

  api.register(async (scope) => {
    const routes = scope.withTypeProvider<ZodTypeProvider>() as Api;
    frontRoutes(routes);
    healthRoutes(routes, predictor, freshness);
    symbolRoutes(routes, predictor, freshness);
    modelRoutes(routes, { predictor, freshness, registry, clock });
    reloadRoutes(routes, freshness, rules);
    assetRoutes(routes, { freshness, history, clock });
    historyRoutes(routes, { predictor, freshness, history });
    statusRoutes(routes, { ...options, freshness });
    reportRoutes(routes, options.store);
    dashboardRoutes(routes);
    docsRoutes(routes, docs);
  });
  return api;
}
