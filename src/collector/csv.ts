/** A line of a table: its number in the file, counted from 1, and its cells. */
export interface CsvLine {
  readonly line: number
  readonly cells: readonly string[]
}

/** Reads CSV as RFC 4180 has it, with commas or, where the first line has more of them, semicolons. Empty lines are left out. Throws a `SyntaxError` that names the line of a quote that is never closed. */
export function readCsv(text: string): CsvLine[] {
  const [first = ''] = text.split('\n', 1)
  const separator = first.split(';').length > first.split(',').length ? ';' : ','
  // A cell in quotes, one without, and what ends it.
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|((?!")[^${separator}\\r\\n]*))(${separator}|\\r?\\n|\\r|$)`, 'y')
  const lines: CsvLine[] = []
  let cells: string[] = []
  let line = 1
  let start = 1
  cell.lastIndex = text.startsWith('\ufeff') ? 1 : 0
  while (cell.lastIndex < text.length || cells.length) {
    const found = cell.exec(text)
    if (!found) throw new SyntaxError(`line ${start}: expected quotes around a whole cell, doubled within it`)
    const [all, quoted, plain = '', end] = found
    cells.push(quoted === undefined ? plain : quoted.replace(/""/g, '"'))
    line += all.split('\n').length - 1
    if (end === separator) continue
    if (cells.length > 1 || cells[0]) lines.push({ line: start, cells })
    cells = []
    start = line
    if (!all && cell.lastIndex >= text.length) break
  }
  return lines
}
