/** What was wanted of a benchmark, and what this run reached. */
export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly reached: string;
  readonly isMet: boolean;
}

export function times(value: number): string {
  return `${value.toFixed(2)}x`;
}

export function atLeast(what: string, value: number, bound: number, show: (value: number) => string): Target {
  return { what, wanted: `>= ${show(bound)}`, reached: show(value), isMet: value >= bound };
}

export function atMost(what: string, value: number, bound: number, show: (value: number) => string): Target {
  return { what, wanted: `<= ${show(bound)}`, reached: show(value), isMet: value <= bound };
}

/** As Markdown. */
export function describeTargets(targets: readonly Target[]): string {
  const met = targets.filter(({ isMet }) => isMet).length;
  return [
    `${met} of ${targets.length} targets met.`,
    '',
    '| target | wanted | reached | |',
    '|---|---:|---:|---|',
    ...targets.map(({ what, wanted, reached, isMet }) => tableRow([what, wanted, reached, isMet ? 'met' : 'NOT MET'])),
  ].join('\n');
}

/** Of a Markdown table. */
export function tableRow(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}
