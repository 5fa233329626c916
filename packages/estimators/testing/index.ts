export { askOnnxRuntime, type OnnxAnswer, type OnnxQuestion, onnxRuntime } from './onnx-runtime.ts';
export {
  askScikitLearn,
  type LinearAnswer,
  largestDifference,
  type Question,
  type ReferenceProblem,
  scikitLearn,
} from './scikit-learn.ts';
export {
  answerWithOurTrees,
  askTreePeers,
  median,
  type TreeAnswer,
  type TreeProblem,
  type TreeQuestion,
} from './tree-parity.ts';
