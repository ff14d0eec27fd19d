/** One row of the report. */
export interface Row {
  readonly what: string
  readonly value: string
  readonly target?: string
}

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

/** A Markdown table. */
export function toMarkdown(rows: readonly Row[]): string {
  const lines = rows.map(({ what, value, target }) => `| ${what} | ${value} | ${target ?? ''} |`)
  return ['| what | median (min–max) | target |', '|---|---|---|', ...lines].join('\n')
}
