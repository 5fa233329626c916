export {
  askScikitLearn,
  type LinearAnswer,
  largestDifference,
  type Question,
  type ReferenceProblem,
  scikitLearn,
} from './scikit-learn.ts';
