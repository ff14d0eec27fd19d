// @vitest-environment node
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { Window } from 'happy-dom'
import ts from 'typescript'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { helpFor } from '../examples/collector/options.js'
import { importFile } from '../src/collector/import-file.js'
import { toTouchpoint } from '../src/collector/to-touchpoint.js'
import { validate } from '../src/collector/validate.js'
import { weights } from '../scripts/sizes.js'
import { checkOptions } from '../src/check-options.js'
import { hint } from '../src/stage.js'
import { five } from '../src/stages/five.js'
import { models } from './fixtures/models.js'
import { attributes, brokenLinksOf, bundle, compile, complaintsOf, openPage, runMarkup, samplesOf, script, shopUrl } from './harness/samples.js'
import type { Batch, Format, Source, TrackerOptions } from '../src/types.js'

const root = process.cwd()
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const readme = read('README.md')

const samples = samplesOf('README.md')
const samplesIn = (...languages: string[]) => samples.filter(({ language }) => languages.includes(language))

/** The text of a chapter, to the next heading of its level. */
const chapter = (title: string) => new RegExp(`^## ${title}\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(readme)?.[1] ?? expect.unreachable(`no chapter "${title}"`)

/** The rows of the table whose head begins with a cell. */
const table = (head: string): string[][] => {
  const [, body = ''] = new RegExp(`^\\| ${head} \\|.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`, 'm').exec(readme) ?? expect.unreachable(`no table "${head}"`)
  return body.trim().split('\n').map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()))
}

/** What stands in a cell's first backticks. */
const code = (cell = '') => /`([^`]+)`/.exec(cell)?.[1]
const filesIn = (folder: string) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).sort()
/** `page-views` is the file, `pageViews` its export. */
const toCamel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
const toKebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const unique = (list: string[]) => [...new Set(list)].sort()

// --- types ---

let program: ts.Program

/** The members of an interface in dist, and its inherited ones, with what `@default` says. */
const membersOf = (file: string, type: string) => {
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, 'dist', file))!)!
  const symbol = checker.getExportsOfModule(module).find(({ name }) => name === type)!
  const members = checker.getDeclaredTypeOfSymbol(symbol).getProperties()
  return new Map(members.map((member) => [member.name, ts.displayPartsToString(member.getJsDocTags(checker).find(({ name }) => name === 'default')?.text)]))
}

/** A size is said to 0.1 KB: what brotli makes of one module changes with its neighbours. */
const expectSaid = (what: string, said: string | undefined, bytes: number) => {
  expect(said, what).toMatch(/^\d+\.\d KB$/)
  expect(Math.abs(parseFloat(said!) - bytes / 1000), `${what} is said to be ${said} and has ${bytes} bytes`).toBeLessThanOrEqual(0.1)
}

beforeAll(async () => {
  await vi.waitFor(() => expect(existsSync('dist/rihla.js'), 'run "npm run build" first').toBe(true), { timeout: 20_000, interval: 500 })
  program = compile(samplesIn('ts', 'js'), { entries: ['dist/index.d.ts', 'dist/storefront.d.ts'] })
}, 60_000)

afterEach(() => void vi.unstubAllGlobals())

describe('the page', () => {
  test('shows the script tag and the npm sample before line 25', () => {
    expect(samplesIn('html')[0]!.line).toBeLessThan(25)
    expect(samplesIn('ts')[0]!.line + samplesIn('ts')[0]!.code.split('\n').length).toBeLessThan(25)
  })

  test('says which Node it takes, the same as package.json: what both vite and vitest take, or npm ci fails', () => {
    const nodeOf = (folder: string): string => JSON.parse(read(join(folder, 'package.json'))).engines.node
    expect(['', 'node_modules/vite', 'node_modules/vitest'].map(nodeOf)).toEqual(['^20.19.0 || ^22.12.0 || >=24.0.0', '^20.19.0 || >=22.12.0', '^20.0.0 || ^22.0.0 || >=24.0.0'])
    expect(chapter('Try it')).toContain(`\`${nodeOf('')}\``)
  })

  test('has no sample that is not tested', () => {
    expect(samples.filter(({ language }) => !['ts', 'js', 'html', 'csv', 'json', 'sh', 'text'].includes(language))).toEqual([])
  })

  test('links to files and headings that exist', () => {
    expect(brokenLinksOf('README.md')).toEqual([])
  })

  test('names npm scripts, flags and variables that exist', () => {
    const commands = samplesIn('sh').map((sample) => sample.code).join('\n')
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { [name: string]: string } }
    const wanted = [...`${commands}\n${readme}`.matchAll(/npm (?:run ([\w:]+)|(start|test)\b)/g)].map(([, script, short]) => script ?? short ?? '')
    expect(unique(wanted).filter((name) => !scripts[name])).toEqual([])
    expect([...commands.matchAll(/^(?:\S+=\S+ )?(?:node|npx vitest run --project unit) (\S+)/gm)].map(([, file = '']) => file).filter((file) => !existsSync(file))).toEqual([])
    expect(unique(readme.match(/\b[A-Z]+(?:_[A-Z]+)*_BIN\b/g) ?? [])).toEqual(unique(read('scripts/browsers.js').match(/\b[A-Z]+(?:_[A-Z]+)*_BIN\b/g) ?? []))
  })

  test('lists every file of src', () => {
    expect(table('file in `src`').map(([file]) => code(file)).sort()).toEqual(filesIn('src'))
  })
})

describe('samples', () => {
  test('in TypeScript type-check against the built types', () => {
    expect(complaintsOf(program, samplesIn('ts', 'js'))).toEqual([])
    expect(program.getSourceFiles().some(({ fileName }) => fileName === join(root, 'src/index.ts')), 'types come from dist').toBe(false)
  }, 60_000)

  test.each(samplesIn('ts', 'js'))('at line $line runs in a page', async (sample) => {
    const page = openPage()
    const exported = page.run<{ [name: string]: unknown }>(await bundle(sample))
    for (const value of Object.values(exported)) typeof value === 'function' ? tryOutSource(value as () => Source) : tryOutFormat(value as Format)
    expect(page.printed).toEqual([])
    await page.close()
  }, 30_000)

  test.each(samplesIn('html'))('at line $line starts the script', async (sample) => {
    expect(await runMarkup(sample)).toEqual({ unknown: [], version: '1', printed: [] })
  })

  test('of JSON settings hold known options of the right kind', () => {
    vi.stubGlobal('location', { href: shopUrl })
    const options = membersOf('storefront.d.ts', 'StorefrontOptions')
    const settings = samplesIn('html').flatMap(({ code: html }) => [...openPage(html).document.querySelectorAll('script#rihla')].map((element) => JSON.parse(element.textContent) as { [option: string]: unknown }))
    expect(settings).not.toEqual([])
    for (const given of settings) {
      expect(Object.keys(given).filter((option) => !options.has(option))).toEqual([])
      expect(checkOptions({ endpoint: '/collect', site: 'my-shop', ...given })).toMatchObject(given)
    }
  })

  test('of requests are valid against the schema', () => {
    const isValid = new Ajv({ allErrors: true }).compile(JSON.parse(read('docs/protocol.schema.json')))
    const objects = samplesIn('json').map((sample) => JSON.parse(sample.code) as { v?: number })
    for (const request of objects.filter(({ v }) => v !== undefined)) expect(isValid(request), JSON.stringify(isValid.errors)).toBe(true)
  })

  test('of a touchpoint are what the collector makes of a valid request', () => {
    const isValid = new Ajv({ allErrors: true }).compile(JSON.parse(read('docs/protocol.schema.json')))
    const shown = JSON.parse(samplesIn('json')[0]!.code)
    const { id, name, at, seq, page, props, stage, source, tab, visit, user, model, url, title, referrer, kind, locale, site, sdk, received_at, happened_at } = shown
    const { visitor, started, landing, visit_referrer, channel, visit_number, first_touch, campaign } = shown
    const envelope = { v: 1, site, sdk, sent_at: at + received_at - happened_at, documents: { [tab]: seq } }
    const visits = { [visit]: { visitor, started, landing, referrer: visit_referrer, channel, number: visit_number, first: first_touch, campaign } }
    const pages = { [page]: { tab, visit, user, model, url, title, referrer, kind, locale } }
    const request = JSON.parse(JSON.stringify({ ...envelope, visits, pages, touchpoints: [{ id, name, at, seq, page, props, stage, source }] }))
    expect(isValid(request), JSON.stringify(isValid.errors)).toBe(true)
    const judged = validate(request, received_at)
    if ('reason' in judged) throw new Error(judged.reason)
    const { batch } = judged
    expect(batch.refused).toEqual([])
    const { n: _n, ...touchpoint } = toTouchpoint(batch.rows[0]!, batch.visits[0])
    expect(touchpoint).toEqual(shown)
    expect(stage).toEqual(hint(five, { name, props, kind }, { visits: visit_number, purchases: 0 }))
    expect(model).toBe(`${five.id}@${five.version}`)
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(at)
  })

  test('hold the stub in less than 250 bytes', () => {
    const stubs = samplesIn('html').flatMap(({ code: html }) => html.match(/^<script>typeof rihla==.*$/gm) ?? [])
    expect(unique(stubs)).toHaveLength(1)
    expect(Buffer.byteLength(stubs[0]!)).toBeLessThan(250)
    expect(read('examples/storefront/public/shop.js')).toContain(stubs[0]!.replace(/<\/?script>/g, ''))
  })
})

/** A source starts, and its undo works. */
function tryOutSource(create: () => Source): void {
  const seen: unknown[] = []
  vi.stubGlobal('document', new Window({ url: shopUrl }).document)
  const stop = create()((moment) => seen.push(moment))
  stop()
  stop()
  expect(seen).toEqual([])
}

/** A format takes a full batch and an empty one, and knows what to do with every answer. */
function tryOutFormat(format: Format): void {
  const empty: Batch = { site: 'my-shop', sdk: 'rihla/0.1.0', sentAt: 1, visits: [], pages: [], touchpoints: [], documents: {}, loss: [], ask: [] }
  const batch = { ...empty, visits: ['"v":{"started":1}'], pages: ['"p-1":{"visit":"v","url":"https://shop.example/"}'], touchpoints: ['{"id":"a","page":"p-1"}', '{"id":"b","page":"p-1"}'] }
  expect(format.encode(batch)).toMatch(/^a\b[^]*shop\.example[^]*\nb\b/)
  expect(format.encode(empty)).toBeTypeOf('string')
  const kinds = [204, 413, 400, 422, 429, 503, 404, 0].map((status) => format.classify({ status, body: '', header: () => null }).kind)
  expect(kinds).toEqual(['ok', 'smaller', 'split', 'split', 'retry', 'retry', 'misconfigured', 'misconfigured'])
}

describe('the API', () => {
  test('lists every option with its real default and its attribute', () => {
    vi.stubGlobal('location', { href: shopUrl })
    const given = { endpoint: '/collect', site: 'my-shop' }
    const settings = checkOptions(given) as unknown as { [option: string]: unknown }
    const members = new Map([...membersOf('index.d.ts', 'TrackerOptions'), ...membersOf('storefront.d.ts', 'StorefrontOptions')])
    const rows = table('option \\| default')
    expect(rows.map(([option]) => code(option)).sort()).toEqual([...members.keys()].sort())
    for (const [cell, shown = '', attribute = ''] of rows) {
      const option = code(cell)!
      const inScript = `data-${toKebab(option)}`
      expect(code(attribute), option).toBe(attributes.includes(inScript) ? inScript : undefined)
      expect(defaultIn(shown), option).toEqual(defaultOf(option, given, settings, members.get(option)))
    }
  })

  test('lists every method', () => {
    const members = [...membersOf('index.d.ts', 'Tracker').keys(), ...membersOf('commerce/commerce.d.ts', 'CartMethods').keys(), ...membersOf('journey/journey.d.ts', 'JourneyMethods').keys()].sort()
    expect(table('method').map(([method]) => /^\w+/.exec(code(method)!)![0]).sort()).toEqual(members)
    expect([...script.METHODS].sort()).toEqual(members)
  })

  test('lists every error code that is reported', () => {
    const reported = filesIn('src').flatMap((file) => [...read(`src/${file}`).matchAll(/\breport\('(\w+)'/g)].map(([, name = '']) => name))
    expect(table('code').map(([name]) => code(name)).sort()).toEqual(unique(reported))
  })
})

/** What a cell says: `required`, `none`, or a value. A value that is a name stands for what `src` exports under it. */
function defaultIn(cell: string): unknown {
  if (/^(?:required|none)\b/.test(cell)) return /^\w+/.exec(cell)![0]
  const value = code(cell)!
  return isName(value) ? value : JSON.parse(value.replaceAll("'", '"'))
}

const isName = (value: string) => /^[a-z]+$/.test(value) && !/^(?:true|false)$/.test(value)

function defaultOf(option: string, given: TrackerOptions, settings: { [option: string]: unknown }, tag: string | undefined): unknown {
  if (option in given) return 'required'
  if (option === 'format') return 'json'
  // Of the sources' own options, not of `createTracker`.
  if (!(option in settings)) return isName(tag || 'none') ? tag || 'none' : JSON.parse(tag!.replaceAll("'", '"'))
  return settings[option] === undefined || typeof settings[option] === 'function' ? 'none' : settings[option]
}

describe('sources and sizes', () => {
  let sizes: { [entry: string]: number }
  beforeAll(async () => void (sizes = await weights()), 120_000)

  test('every source has a row with its import and its bytes', () => {
    const said = new Map(table('source').map(([, from = '', , bytes]) => [from, bytes]))
    const entries = new Map(filesIn('src/sources').map((file) => file.replace('.ts', '')).map((name) => [`\`${toCamel(name)}\` from \`rihla/sources/${name}\``, `rihla/sources/${name}`]))
    expect([...said.keys()].sort()).toEqual([...entries.keys()].sort())
    for (const [from, entry] of entries) expectSaid(from, said.get(from), sizes[entry]!)
  })

  test('every store adapter has a row with its import', () => {
    const names = filesIn('src/stores').map((file) => file.replace('.ts', ''))
    expect(table('shop system').map(([, adapter = '']) => adapter).filter((adapter) => adapter.includes('rihla/stores/')).sort()).toEqual(names.map((name) => `\`${name}\` from \`rihla/stores/${name}\``).sort())
  })

  test('every part weighs what is said', () => {
    const said = new Map(table('part').map(([, entry, size]) => [code(entry), size]))
    const isAmongOthers = (entry: string) => /^rihla\/(?:sources|formats)\/(?!json$)/.test(entry)
    expect([...said.keys()].sort()).toEqual(Object.keys(sizes).filter((entry) => !isAmongOthers(entry)).sort())
    for (const [entry, size] of said) expectSaid(entry!, size, sizes[entry!]!)
  })

  test('every format is listed with its import, whether it asks for a preflight, and what it adds to the core', () => {
    const rows = table('format').map(([, imported = '', , preflight, size]) => [/^`(\w+)` from `rihla\/(formats\/\w+)`/.exec(imported)!.slice(1), preflight, size] as const)
    expect(rows.map(([[name, file]]) => `${file}.ts ${name}`).sort()).toEqual(filesIn('src/formats').map((file) => `formats/${file} ${file.replace('.ts', '')}`))
    for (const [[, file], preflight, size] of rows) {
      expect([file, preflight]).toEqual([file, read(`src/${file}.ts`).includes('type: \'application/') ? 'yes' : 'no'])
      if (file !== 'formats/json') expectSaid(file!, size, sizes[`rihla/${file}`]!)
    }
  })

  test('the first bullets say the size of the script', () => {
    expectSaid('the script tag', /\*\*Small\.\*\* .*? (\d+\.\d KB)/.exec(readme)?.[1], sizes['rihla/rihla.js']!)
  })
})

describe('numbers', () => {
  test('beside others are those of the bench, of libraries in the version that it installs', () => {
    const rows = chapter('Beside others').split('\n').filter((line) => line.startsWith('|'))
    const results = read('bench/RESULTS.md').split('\n')
    expect(rows.filter((row) => !results.includes(row))).toEqual([])
    const { dependencies } = JSON.parse(read('bench/peers/package.json')) as { dependencies: { [name: string]: string } }
    const peers = Object.entries(dependencies).filter(([name]) => !/plugin/.test(name))
    expect(peers.filter(([name, version]) => !rows.some((row) => row.startsWith(`| ${name} ${version} |`)))).toEqual([])
    expect(peers.length).toBe(8)
  })

  test('of the `five` stages are those of the model', () => {
    const pairs = five.rules.filter((rule) => !rule.if).flatMap(({ on, stage, confidence }) => [on].flat().map((name) => `${stage} ${name} ${confidence}`))
    const shown = table('stage').flatMap(([stage, rules = '']) => [...rules.matchAll(/`(\w+)`\D* ([\d.]+)/g)].map(([, name, confidence]) => `${code(stage)} ${name} ${confidence}`))
    expect(shown.sort()).toEqual(pairs.sort())
    expect(table('stage').map(([stage]) => code(stage))).toEqual(five.stages.map(({ id }) => id))
    const conditional = five.rules.filter((rule) => rule.if).map(({ id, stage, confidence }) => [id, `\`${stage}\` ${confidence}`])
    expect(table('rule').map(([rule, , , suggests]) => [code(rule), suggests])).toEqual(conditional)
  })

  test('of the stage models are those of the models, each with its import', () => {
    const rows = models.map(({ id, stages }) => [`\`${toCamel(id)}\` from \`rihla/stages/${id}\``, stages.map((stage) => stage.id).join(', ')])
    expect(table('model')).toEqual(rows)
    expect(filesIn('src/stages').map((file) => file.replace('.ts', '')).sort()).toEqual(models.map(({ id }) => id).sort())
  })

  test.each([
    ['src/courier.ts', 'BODY = 15_000', 'about 15,000 characters'],
    ['src/courier.ts', 'MINUTES = 240_000', 'after 2 to 5 minutes'],
    ['src/beacon.ts', 'DEADLINE = 12_000', 'within 12 s'],
    ['src/beacon.ts', 'BUDGET = 60_000', 'within 60,000 bytes'],
    ['src/beacon.ts', 'WORTH_COMPRESSING = 20_000', 'gzip from 20,000 on'],
    ['src/delivery.ts', 'CATCH_UP = 48_000', 'up to 48,000 characters'],
    ['src/departure.ts', 'SOON = PACE + 100', 'longer than 300 ms'],
    ['src/drain.ts', 'LOOK = 60_000', 'every minute'],
    ['src/tracker.ts', 'SETTLED = 1500', '1.5 s after a page has started'],
    ['src/outage.ts', 'FIRST = 2000', 'up to 2 s'],
    ['src/outage.ts', 'LONGEST = 300_000', 'up to 5 min'],
    ['src/outage.ts', 'RETRY_AFTER = { least: 1000, most: 3_600_000 }', 'from 1 s to 1 h'],
    ['src/outage.ts', 'BLOCKED = { fails: 5, for: 60_000 }', '5 failures over 60 s or more'],
    ['src/outbox.ts', 'PACE = 200', 'within 200 ms'],
    ['src/outbox.ts', 'MEMORY = 2_000_000', '2,000,000 characters'],
    ['src/outbox.ts', 'AGAIN * 2 ** failures, 60_000', 'after 4 s, then at most every minute'],
    ['src/outbox.ts', 'AGAIN = 2000', 'after 4 s'],
    ['src/backlog.ts', 'QUARANTINE_SIZE = 20', 'At most 20 are set aside'],
    ['src/browser/spill.ts', 'LIMIT = 16_000', 'at most 16,000 characters'],
    ['src/consent.ts', 'pending: 500', 'up to 500 moments'],
    ['src/visit.ts', 'INACTIVITY = 1_800_000', '30 minutes without activity'],
    ['src/check-options.ts', 'visitorAge: 34_128_000_000', '13 months'],
    ['src/to-json.ts', 'TEXT = 1024', 'up to 1,024 characters'],
    ['src/to-json.ts', 'DEPTH = 5', '5 levels'],
    ['src/to-json.ts', 'SIZE = 16_000', 'hold up to 16,000 characters'],
  ])('in %s: %s', (file, constant, words) => {
    expect(read(file)).toContain(constant)
    expect(readme.replace(/\s+/g, ' ')).toContain(words)
  })
})

describe('the collector', () => {
  test('has the options that --help prints', () => {
    const options = [...helpFor('npx rihla collect').matchAll(/^ {2}(--[\w-]+)(?: <\w+>)?.*?(?:\((RIHLA_\w+)(?:, ([^)]+))?\))?$/gm)].map(([, option, variable, value]) => [option, variable, value])
    const rows = table('option \\| variable').map(([option, variable, value]) => [code(option), code(variable), code(value)])
    expect(rows).toEqual(options)
  })

  test('has the endpoints that are answered', () => {
    const routed = [...read('src/collector/collector.ts').matchAll(/^ +'(\/\w*)': \{ (GET|POST): /gm)].map(([, path, method]) => `${method} ${path}`)
    const shown = [...chapter('Collector').matchAll(/`((?:GET|POST) \/\w*)`/g)].map(([, endpoint = '']) => endpoint)
    expect(unique(shown)).toEqual(unique(routed))
  })

  test('has the settings that createCollector takes', () => {
    const [, options = ''] = /export interface CollectorOptions \{([^]*?)\n\}/.exec(read('src/collector/collector.ts'))!
    expect(table('collector option').map(([option]) => code(option))).toEqual([...options.matchAll(/^ {2}readonly (\w+)/gm)].map(([, name]) => name))
  })

  test('takes the offline touchpoints that are shown', () => {
    const imported = importFile(samplesIn('csv')[0]!.code, true, 'my-shop', Date.parse('2026-11-27'))
    expect('batches' in imported ? imported.batches.flatMap(({ rows }) => rows.map(({ name, user, props }) => [name, user, props])) : imported.errors).toEqual([
      ['support_contacted', 'customer-17', { topic: 'delivery' }],
      ['refund', 'customer-17', { transaction_id: 'T-1007', value: 18.5, currency: 'EUR' }],
    ])
  })
})
