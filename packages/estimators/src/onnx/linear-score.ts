import type { LinearArrays } from '../linear/model.ts';
import type { ScoreGraph } from './graph.ts';
import { ELEMENT_TYPES } from './model-proto.ts';

/**
 * `intercept + sum of (x - mean) * slope`, all in float64. x - x is 0 for numbers and NaN for what is missing or infinite:
 * there the training mean stands in, which adds nothing.
 */
export function linearScore({ intercept, coefficients, means, scales }: LinearArrays): ScoreGraph {
  const columns = means.length;
  const slopes = coefficients.map((coefficient, c) => coefficient / scales[c]!);
  return {
    nodes: [
      { operator: 'Cast', inputs: ['features'], outputs: ['x'], attributes: { to: ELEMENT_TYPES.double } },
      { operator: 'Sub', inputs: ['x', 'means'], outputs: ['centred'] },
      { operator: 'Sub', inputs: ['x', 'x'], outputs: ['nothing'] },
      { operator: 'Equal', inputs: ['nothing', 'zero'], outputs: ['is_number'] },
      { operator: 'Where', inputs: ['is_number', 'centred', 'zero'], outputs: ['known'] },
      { operator: 'MatMul', inputs: ['known', 'slopes'], outputs: ['sum'] },
      { operator: 'Add', inputs: ['sum', 'intercept'], outputs: ['score'] },
    ],
    constants: {
      means: { shape: [columns], data: means },
      slopes: { shape: [columns, 1], data: slopes },
      intercept: { shape: [1], data: Float64Array.of(intercept) },
      zero: { shape: [1], data: Float64Array.of(0) },
    },
  };
}
