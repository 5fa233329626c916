import { type Content, html, type Markup } from './html.ts';

/** A part of the page. Those with a drawing have its numbers in a table below. */
export interface FigureParts {
  readonly title: string;
  /** What to see in it, in a sentence or two. */
  readonly lead: Content;
  readonly body: Content;
  readonly table?: Markup | undefined;
  readonly isWide?: boolean;
}

export function figure({ title, lead, body, table, isWide = false }: FigureParts): Markup {
  const numbers = table && html`<details><summary>The numbers</summary>${table}</details>`;
  return html`<section class="card${isWide ? ' wide' : ''}">
<h2>${title}</h2>
<p class="lead">${lead}</p>
${body}
${numbers}
</section>`;
}

export interface TableColumn<Row> {
  readonly title: Content;
  readonly cell: (row: Row) => Content;
  readonly isNumber?: boolean;
}

/** A table whose first column names the rows. */
export function table<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[], caption?: string): Markup {
  const classOf = ({ isNumber }: TableColumn<Row>) => (isNumber === true ? 'number' : '');
  const head = columns.map((column) => html`<th scope="col" class="${classOf(column)}">${column.title}</th>`);
  const cellOf = (row: Row) => (column: TableColumn<Row>, i: number) =>
    i === 0
      ? html`<th scope="row">${column.cell(row)}</th>`
      : html`<td class="${classOf(column)}">${column.cell(row)}</td>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption ?? 'Table'}"><table>
<thead><tr>${head}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map(cellOf(row))}</tr>\n`)}</tbody>
</table></div>`;
}

/** A model's name, which may break after each underscore. */
export function modelLabel(name: string): Markup {
  const [first = '', ...rest] = name.split('_');
  return html`${first}${rest.map((part) => html`_<wbr/>${part}`)}`;
}
