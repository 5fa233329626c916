export { type Console, createConsole, createConsoleLogger, type TextStream } from './console.ts';
export { formatCount, formatDuration, formatPercent, formatTime } from './format.ts';
export { chooseCrawl, chooseStored, type MarketChoice, namedMarket } from './market.ts';
export { openHistory, openPredictor } from './predictor.ts';
export { runProgram, type Surroundings } from './program.ts';
export { computeFeatures, refuseOtherInterval, trainModels, tuneModels } from './steps.ts';
export { type Column, renderTable } from './table.ts';
export { openWorkspace, readConfig, type Workspace } from './workspace.ts';
