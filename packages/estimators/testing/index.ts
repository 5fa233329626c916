export {
  askScikitLearn,
  type LinearAnswer,
  type Question,
  type ReferenceProblem,
  scikitLearn,
} from './scikit-learn.ts';
