export type Content = Node | string | number | undefined | readonly Content[];
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** An element. Attributes that are false, null or undefined are left out; text is text, never markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, content);
  return element;
}

function append(parent: Element, content: Content): void {
  if (content === undefined) return;
  if (content instanceof Node) parent.append(content);
  else if (typeof content === 'object') for (const one of content) append(parent, one);
  else parent.append(String(content));
}

/** What was shown last in an element: what stays the same is left alone, so that nothing flickers and nothing is lost. */
const shown = new WeakMap<Element, string>();

/** Shows what `draw` makes of `facts`, unless that is what is shown already. The focus stays where it was. */
export function show(element: Element, facts: unknown, draw: () => Content): void {
  const key = JSON.stringify(facts);
  if (shown.get(element) === key) return;
  shown.set(element, key);
  const focused = element.contains(document.activeElement) ? document.activeElement?.id : undefined;
  const scrolled = element.querySelector('.scroll')?.scrollTop ?? 0;
  const open = new Set(Array.from(element.querySelectorAll('details[open]'), ({ id }) => id));
  element.replaceChildren();
  append(element, draw());
  for (const details of element.querySelectorAll('details')) if (open.has(details.id)) details.open = true;
  const region = element.querySelector('.scroll');
  if (region !== null) region.scrollTop = scrolled;
  if (focused) document.querySelector<HTMLElement>(`#${CSS.escape(focused)}`)?.focus({ preventScroll: true });
}

/** Stands where there is nothing to say. */
export const NOTHING = '–';

export interface Column<Row> {
  readonly title: Content;
  readonly cell: (row: Row) => Content;
  readonly isNumber?: boolean;
}

/**
 * A table whose first column names the rows. On a narrow screen its rows become cards in which every cell names its
 * column; the roles say that it still is a table.
 */
export function table<Row>(
  caption: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  attributesOf: (row: Row) => Attributes = () => ({}),
): HTMLElement {
  const head = columns.map(({ title, isNumber }) =>
    h('th', { scope: 'col', role: 'columnheader', class: isNumber && 'number' }, title),
  );
  const cellOf = (row: Row, { cell, isNumber }: Column<Row>, i: number) => {
    const content = cell(row);
    if (i === 0) return h('th', { scope: 'row', role: 'rowheader' }, content);
    const kind = `${isNumber ? 'number ' : ''}${content === NOTHING ? 'none' : ''}`;
    const attributes = { role: 'cell', class: kind || undefined, 'data-column': head[i]?.textContent };
    return h('td', attributes, h('div', {}, content));
  };
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h(
      'table',
      { role: 'table' },
      h('caption', { class: 'unseen' }, caption),
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, head)),
      h(
        'tbody',
        { role: 'rowgroup' },
        rows.map((row) =>
          h(
            'tr',
            { role: 'row', ...attributesOf(row) },
            columns.map((column, i) => cellOf(row, column, i)),
          ),
        ),
      ),
    ),
  );
}
