/** One row of the report: cells by column. Most have `what`, `value` and perhaps `target`. */
export interface Row {
  readonly [column: string]: string | undefined
}

const HEADS: { readonly [column: string]: string } = { value: 'median (min–max)' }

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const short = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2))

/** Median and spread: `0.21 (0.18–0.25)`. */
export function spread(values: readonly number[], unit = ''): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map(short)
  return `${middle}${unit}${least === most ? '' : ` (${least}–${most})`}`
}

/** A Markdown table with a column for each that a row has. */
export function toMarkdown(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap(Object.keys))]
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(columns.map((column) => HEADS[column] ?? column)), line(columns.map(() => '---')), ...rows.map((row) => line(columns.map((column) => row[column] ?? '')))].join('\n')
}
