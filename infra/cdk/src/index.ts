export { createDeployment, type Deployment, type DeploymentOptions } from './app.ts';
export { type Artefacts, buildArtefacts } from './artefacts.ts';
export { loadSettings, PASSED_ON_SETTINGS, SETTINGS, type Settings, variableOf } from './settings.ts';
