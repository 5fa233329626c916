/** For the tests of the rooms that use features. */
export { featureTable } from './feature-table.ts';
