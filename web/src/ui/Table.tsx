import type { ReactNode } from 'react';
import { cx } from './cx';
import styles from './Table.module.css';

export interface Column<Row> {
  id: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the end of their column. */
  numeric?: boolean;
  /** The title is for screen readers only, as over a column of buttons. */
  hideTitle?: boolean;
  /** On a phone it stands in the card's upper corner: for a button or two. */
  corner?: boolean;
}

export interface TableProps<Row> {
  /** Names the table. */
  label: string;
  /** The first column names its row. */
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  className?: string | undefined;
}

// On a phone the style sheet makes cards of the rows; without these roles browsers would forget the table then.
const roles = {
  table: { role: 'table' },
  row: { role: 'row' },
  columnHeader: { role: 'columnheader' },
  rowHeader: { role: 'rowheader' },
  cell: { role: 'cell' },
} as const;

/** Table lists things alike in rows; on a phone each row becomes a card. */
export function Table<Row>({ label, columns, rows, keyOf, className }: TableProps<Row>) {
  const [first, ...others] = columns;
  return (
    <div className={cx(styles['frame'], className)}>
      <table {...roles.table} className={styles['table']} aria-label={label}>
        <thead>
          <tr {...roles.row}>
            {columns.map((column) => (
              <th
                key={column.id}
                {...roles.columnHeader}
                scope="col"
                className={cx(column.numeric && styles['numeric'])}
              >
                <span className={cx(column.hideTitle && 'visually-hidden')}>{column.title}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} {...roles.row}>
              {first && (
                <th {...roles.rowHeader} scope="row">
                  {first.cell(row)}
                </th>
              )}
              {others.map((column) => (
                <td
                  key={column.id}
                  {...roles.cell}
                  className={cx(
                    column.numeric && styles['numeric'],
                    column.hideTitle && styles['untitled'],
                    column.corner && styles['corner'],
                  )}
                  data-title={column.hideTitle ? undefined : column.title}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
