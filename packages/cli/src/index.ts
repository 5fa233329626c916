export { chooseCrawl, chooseStored, type MarketChoice } from './market.ts';
export { openPredictor } from './predictor.ts';
export { runProgram, type Surroundings } from './program.ts';
export { computeFeatures, trainModels } from './steps.ts';
export { openWorkspace, type Workspace } from './workspace.ts';
