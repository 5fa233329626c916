import { CRAWL_COMPLETED } from '@pavio/lambda';
import { Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledgeVersions } from '../acknowledge.ts';
import type { FunctionBundle } from '../artefacts.ts';
import { deadLetters } from '../dead-letters.ts';
import { DeploymentStack, type DeploymentStackProps } from '../deployment.ts';
import { PavioFunction } from '../pavio-function.ts';
import type { DataStack } from './data-stack.ts';

export interface CrawlerStackProps extends DeploymentStackProps {
  readonly data: DataStack;
  readonly bundle: FunctionBundle;
}

/** Lambda ends a function after 15 minutes; the crawler stops by itself before, and calls itself to go on. */
const LONGEST_RUN = Duration.minutes(15);
/** After that the next schedule is near enough. */
const LATEST_START = Duration.hours(2);
const START_RETRIES = 3;
/** As often as Lambda repeats an asynchronous call at most: after one minute and after two more. */
const RUN_RETRIES = 2;

/** Candles into `raw/`: by schedule, one run at a time, with what failed for good in a queue. */
export class CrawlerStack extends DeploymentStack {
  readonly crawl: PavioFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, { data, bundle, ...props }: CrawlerStackProps) {
    super(scope, 'Crawler', { description: 'Pavio: the crawler and its schedule', ...props });
    const { crawlMemory, crawlReserved, crawlSchedule } = this.settings;
    this.deadLetters = deadLetters(this);
    this.crawl = new PavioFunction(this, 'crawl', {
      description: 'Fetches candles and the market-cap ranking into raw/',
      bundle,
      memory: crawlMemory,
      timeout: LONGEST_RUN,
      bucket: data.lakeFor(this),
      environment: { CRYPTOCOMPARE_SECRET_ARN: data.providerKey.secretArn },
      // Two crawls at once would share the provider's quota and do the same work twice.
      ...(crawlReserved && { reservedConcurrentExecutions: 1 }),
      retryAttempts: RUN_RETRIES,
      maxEventAge: LATEST_START,
      onFailure: new SqsDestination(this.deadLetters),
    });
    this.#allow('ReadProviderKey', ['secretsmanager:GetSecretValue'], data.providerKey.secretArn);
    this.#allow('GoOn', ['lambda:InvokeFunction'], this.crawl.functionArn);
    const bus = EventBus.fromEventBusName(this, 'Bus', 'default');
    this.#allow('Announce', ['events:PutEvents'], bus.eventBusArn, {
      StringEquals: { 'events:source': CRAWL_COMPLETED.source, 'events:detail-type': CRAWL_COMPLETED.detailType },
    });

    const scheduler = new Role(this, 'SchedulerRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    acknowledgeVersions(scheduler, this.crawl);
    new Schedule(this, 'Schedule', {
      scheduleName: this.named('crawl'),
      description: 'Starts the crawler',
      schedule: ScheduleExpression.expression(crawlSchedule),
      target: new LambdaInvoke(this.crawl, {
        input: ScheduleTargetInput.fromObject({}),
        retryAttempts: START_RETRIES,
        maxEventAge: LATEST_START,
        role: scheduler,
        deadLetterQueue: this.deadLetters,
      }),
    });
  }

  /** A policy apart from the role: the function must not wait for one that names the function. */
  #allow(id: string, actions: string[], resource: string, conditions?: Record<string, Record<string, string>>): void {
    const statement = new PolicyStatement({ actions, resources: [resource], conditions });
    const roles = this.crawl.role === undefined ? [] : [this.crawl.role];
    new Policy(this, id, { statements: [statement], roles });
  }
}
