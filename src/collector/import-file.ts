import { uuidv8 } from '../ids.js'
import { SDK } from '../version.js'
import { anything, type Check, isObject, mapOf, shape, text } from './checks.js'
import { readCsv } from './csv.js'
import { storable } from './read-body.js'
import type { Batch, Fields, Row, Visit } from './types.js'
import { bornAt, checkChannel, checkId, checkName, checkSite, propsReason } from './validate.js'

/** What is wrong with a line of a file, counted from 1. */
export interface LineError {
  readonly line: number
  readonly reason: string
}

/** A line of a file, as fields. */
interface Line {
  readonly line: number
  readonly fields: unknown
}

/** Offline touchpoints of a file: either all can be stored, or what is wrong with which line. */
export type Imported = { readonly batches: readonly Batch[] } | { readonly errors: readonly LineError[] }

const DAY = 86_400_000
/** Parameters that are numbers, in a file that has nothing but text. */
const NUMERIC = /^(?:value|tax|shipping|score|rating|discount|price|quantity|duration)$/
const OWN = /^(?:id|site|name|at|user|visitor|channel|url|title|kind|stage)$/

const toTime = (value: unknown) => (typeof value === 'string' ? (/^\d{10,16}$/.test(value) ? Number(value) : Date.parse(value)) : value)

const checkTime: Check = (value, path) => {
  const ms = toTime(value)
  return Number.isSafeInteger(ms) && (ms as number) >= 0 ? undefined : `${path}: expected ms since epoch or an ISO 8601 date`
}

const checkLine = shape(
  { name: checkName, at: checkTime },
  { id: checkId, site: checkSite, user: text(256), visitor: text(128), channel: checkChannel, url: text(2048), title: text(2048), kind: text(64), stage: text(64), props: mapOf(anything) },
)

/** As `checkLine` lets it pass. */
interface Given {
  readonly name: string
  readonly at: unknown
  readonly id?: string
  readonly site?: string
  readonly user?: string
  readonly visitor?: string
  readonly channel?: string
  readonly url?: string
  readonly title?: string
  readonly kind?: string
  readonly stage?: string
  readonly props?: Fields
}

function reasonOf(fields: unknown, site: string | undefined, now: number): string | undefined {
  const reason = checkLine(fields, '')
  if (reason) return reason.startsWith('body: ') ? 'expected an object' : reason
  const { user, visitor, at, props, site: own = site } = fields as Given
  if (own === undefined) return 'site: missing; give it here, or for all lines as ?site='
  if (!user && !visitor) return 'user: missing; whose it is must be known, by user or visitor'
  if ((toTime(at) as number) > now + DAY) return 'at: expected a time that is not in the future'
  return propsReason(props)
}

/** Cells by the names of their columns: what is no field of a touchpoint is one of its parameters. */
function fieldsOf(names: readonly string[], cells: readonly string[]): Fields {
  const entries = names.flatMap((name, i) => (cells[i] ? [[name.replace(/^props\./, ''), cells[i]] as const] : []))
  const number = (name: string, cell: string) => (NUMERIC.test(name) && /^-?\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : cell)
  const props = entries.filter(([name]) => !OWN.test(name)).map(([name, cell]) => [name, number(name, cell)])
  return { ...Object.fromEntries(entries.filter(([name]) => OWN.test(name))), ...(props.length && { props: Object.fromEntries(props) }) }
}

function linesOfCsv(file: string): (Line | LineError)[] {
  const [head, ...lines] = readCsv(file)
  const names = (head?.cells ?? []).map((name) => name.trim())
  const twice = names.find((name, i) => !name || names.indexOf(name) < i)
  if (twice !== undefined) return [{ line: 1, reason: twice ? `${twice}: expected each column once` : 'expected a name for each column' }]
  return lines.map(({ line, cells }) => (cells.length > names.length ? { line, reason: `expected at most ${names.length} cells, got ${cells.length}` } : { line, fields: fieldsOf(names, cells) }))
}

function linesOfJson(file: string): (Line | LineError)[] {
  return file.split('\n').flatMap((each, i): (Line | LineError)[] => {
    if (!each.trim()) return []
    try {
      return [{ line: i + 1, fields: JSON.parse(each) as unknown }]
    } catch {
      return [{ line: i + 1, reason: 'expected JSON' }]
    }
  })
}

/** The same line is the same touchpoint, however often a file is sent. An order has the id that a tracker gives it. */
function idOf(site: string, { id, name, at, user, visitor, props = {}, channel, stage }: Given): string {
  if (id) return id
  const order = /^(?:purchase|refund)$/.test(name) && props.transaction_id
  if (order) return uuidv8(`${site}|${name}|${String(order)}|${name === 'refund' ? JSON.stringify(props) : ''}`)
  return uuidv8(`import|${JSON.stringify([site, name, toTime(at), user, visitor, channel, stage, props])}`)
}

/** What somebody does on one day, away from the shop's pages, is one visit. */
function storedOf(given: Given, site: string, received: number): { readonly row: Row; readonly visit: Visit } {
  const { name, user, visitor, channel = 'offline', url = '', title, kind, stage, props } = given
  const at = toTime(given.at) as number
  const id = idOf(site, given)
  const visit = uuidv8(`offline|${site}|${user ?? ''}|${visitor ?? ''}|${channel}|${Math.floor(at / DAY)}`)
  const hint = stage ? { stage, confidence: 1, rule: 'explicit' } : {}
  return {
    row: { n: 0, id, born: bornAt(id, received), site, name, at, received_at: received, happened_at: at, tab: 'offline', seq: 0, page: '', visit, user, url, title, kind, props, ...hint, source: 'import', sdk: SDK },
    visit: { site, visit, visitor, started: at, channel },
  }
}

/** Reads a file of offline touchpoints, one on each line: JSON, or CSV with the names of the fields in its first line. One bad line and none is stored. `site` is that of lines that name none. */
export function importFile(file: string, isCsv: boolean, site: string | undefined, received: number): Imported {
  let lines: (Line | LineError)[]
  try {
    lines = isCsv ? linesOfCsv(file) : linesOfJson(file)
  } catch (error) {
    const [, line, reason] = /^line (\d+): (.*)/.exec((error as Error).message) ?? [undefined, 1, String(error)]
    return { errors: [{ line: Number(line), reason: reason! }] }
  }
  const errors = lines.flatMap((each): LineError[] => {
    if ('reason' in each) return [each]
    const reason = reasonOf(each.fields, site, received)
    return reason ? [{ line: each.line, reason }] : []
  })
  if (errors.length) return { errors }
  if (!lines.length) return { errors: [{ line: 1, reason: 'expected at least one touchpoint' }] }
  const stored = lines.map((each) => {
    const fields = storable((each as Line).fields)
    const given = (isObject(fields) ? fields : {}) as unknown as Given
    return storedOf(given, given.site ?? site!, received)
  })
  const batch = (of: string): Batch => {
    const own = stored.filter(({ row }) => row.site === of)
    return { site: of, received, rows: own.map(({ row }) => row), visits: [...new Map(own.map(({ visit }) => [visit.visit, visit])).values()], refused: [], documents: [], loss: [] }
  }
  return { batches: [...new Set(stored.map(({ row }) => row.site))].map(batch) }
}
