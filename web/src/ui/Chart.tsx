import styles from './Chart.module.css';
import { cx } from './cx';

export interface ChartPoint {
  /** Under the chart at some of the points, and in its table. */
  label: string;
  value: number;
}

export interface ChartProps {
  /** Says what is shown and its highest value: a chart is a picture. */
  label: string;
  points: readonly ChartPoint[];
  /** A level to compare with, drawn as a dashed line, such as how many there may be. */
  limit?: number | undefined;
  limitLabel?: string | undefined;
}

// In the units of the drawing, which fills its box in width and keeps its height.
const width = 720;
const height = 200;
const left = 40;
const top = 12;
const bottom = 24;

/** Chart draws counts over time as bars. Put the same numbers into a table beside it. */
export function Chart({ label, points, limit = 0, limitLabel }: ChartProps) {
  const most = niceCeiling(Math.max(limit, ...points.map(({ value }) => value)));
  const step = (width - left) / Math.max(1, points.length);
  const y = (value: number) => top + (height - top - bottom) * (1 - value / most);
  const labelled = Math.max(1, Math.ceil(points.length / 6));
  return (
    <svg className={styles['chart']} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {[0, most / 2, most].map((level) => (
        <g key={level}>
          <line className={styles['grid']} x1={left} x2={width} y1={y(level)} y2={y(level)} />
          <text className={styles['words']} x={left - 8} y={y(level) + 4} textAnchor="end">
            {level}
          </text>
        </g>
      ))}
      {points.map(({ label: at, value }, index) => (
        <g key={at}>
          <rect
            className={styles['bar']}
            x={left + index * step + Math.min(1, step * 0.1)}
            width={Math.max(1, step - Math.min(2, step * 0.2))}
            y={y(value)}
            height={Math.max(0, y(0) - y(value))}
          />
          {index % labelled === 0 && (
            <text className={styles['words']} x={left + index * step} y={height - 6}>
              {at}
            </text>
          )}
        </g>
      ))}
      {limit > 0 && (
        <g>
          <line className={styles['limit']} x1={left} x2={width} y1={y(limit)} y2={y(limit)} />
          {limitLabel !== undefined && (
            <text
              className={cx(styles['words'], styles['limitWords'])}
              x={width}
              y={y(limit) - 4}
              textAnchor="end"
            >
              {limitLabel}
            </text>
          )}
        </g>
      )}
    </svg>
  );
}

/** niceCeiling gives the next even 1, 2 or 5 times a power of ten, at least 2, so that the middle is whole. */
export function niceCeiling(value: number): number {
  if (value <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(value));
  const found = [1, 2, 4, 6, 8, 10].find((factor) => factor * power >= value) ?? 10;
  return found * power;
}
