export { type Artefacts, createDeployment, type Deployment, type DeploymentOptions } from './app.ts';
export { stateMachineDefinition, type TemplateJson } from './definition.ts';
export { loadSettings, PASSED_ON_SETTINGS, SETTINGS, type Settings, variableOf } from './settings.ts';
