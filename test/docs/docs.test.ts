// @vitest-environment node
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import * as hono from 'hono'
import * as proxy from 'hono/proxy'
import type ts from 'typescript'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { entriesIn, pages as all, referencesOf, withReferences } from '../../scripts/docs.js'
import { NAMES } from '../../src/segment-words.js'
import { brokenLinksOf, bundle, compile, complaintsOf, openPage, runMarkup, type Sample, samplesOf } from '../harness/samples.js'

const pages = all()
const read = (file: string) => readFileSync(file, 'utf8')
/** The names of pages, or of what they are about. */
const namesIn = (folder: string) => readdirSync(folder).map((file) => file.replace(/\.(?:md|ts)$/, '')).sort()
const headingsOf = (page: string) => [...read(page).replace(/<!-- reference [^]*?<!-- end of reference -->/g, '').matchAll(/^## (.+)$/gm)].map(([, title]) => title)
const samples = pages.flatMap(samplesOf)
const code = samples.filter(({ language }) => /^tsx?$/.test(language))
/** What belongs to a test runner, or to a server. Their own tests run it. */
const isElsewhere = ({ name = '', code }: Sample) => /\.(?:test|spec)\.ts$/.test(name) || /^import .* from '(?:react|vue|svelte|node:[^']+|hono(?:\/[^']+)?|rihla\/(?:react|vue|svelte|collector[^']*|testing)|[./][^']*)'/m.test(code)
/** What samples import and this project does not install. */
const more = {
  'docs/playwright.d.ts': `declare module '@playwright/test' {\n  import type { Page } from 'playwright-core'\n  export const test: (name: string, run: (fixtures: { page: Page }) => Promise<void>) => void\n  export { expect } from 'vitest'\n}\n`,
}
let program: ts.Program

beforeAll(async () => {
  await vi.waitFor(() => expect(existsSync('dist/rihla.js'), 'run "npm run build" first').toBe(true), { timeout: 20_000, interval: 500 })
  program = compile(code, { more })
}, 60_000)

describe.each(pages)('%s', (page) => {
  const mine = samplesOf(page)
  const mineIn = (...languages: string[]) => mine.filter(({ language }) => languages.includes(language))

  test('has no sample that is not tested, and no link that leads nowhere', () => {
    expect(mine.filter(({ language }) => !['ts', 'js', 'tsx', 'html', 'json', 'sh', 'text'].includes(language)).map(({ line, language }) => `${line} ${language}`)).toEqual([])
    expect(brokenLinksOf(page)).toEqual([])
  })

  test('type-checks against the built types', () => {
    expect(complaintsOf(program, mineIn('ts', 'tsx'))).toEqual([])
  }, 60_000)

  for (const sample of mineIn('ts', 'js').filter((each) => !isElsewhere(each))) {
    test(`line ${sample.line} runs in a page`, async () => {
      const shop = openPage('<button>Accept</button>')
      shop.run(await bundle(sample, mine))
      expect(shop.printed).toEqual([])
      await shop.close()
    }, 30_000)
  }

  for (const sample of mineIn('html').filter(({ code }) => code.includes('/rihla.js"'))) {
    test(`line ${sample.line} starts the script`, async () => {
      expect(await runMarkup(sample)).toEqual({ unknown: [], version: '1', printed: [] })
    })
  }

  for (const { line, code } of mineIn('json')) test(`line ${line} is JSON`, () => void JSON.parse(code))
})

describe('the documentation', () => {
  test('says what the doc comments say: npm run docs writes it', () => {
    const texts = pages.map(read)
    const references = referencesOf(entriesIn(texts))
    expect(pages.filter((page, i) => withReferences(texts[i]!, references) !== texts[i])).toEqual([])
    expect([...references].filter(([, text]) => !text).map(([entry]) => entry)).toEqual([])
  }, 60_000)

  test('lists every page', () => {
    const listed = [...read('docs/README.md').matchAll(/\]\(([^).#][^)#]*\.md)\)/g)].map(([, page]) => `docs/${page}`)
    expect(listed.sort()).toEqual(pages.filter((page) => page !== 'docs/README.md').sort())
  })

  test.each([
    ['sources', ['Use', 'What arrives', 'Good to know', 'Reference']],
    ['formats', ['Use', 'What is sent', 'Answers', 'Good to know', 'Reference']],
    ['stores', ['Use', 'What it knows', 'Good to know', 'Reference']],
    ['frameworks', ['Use', 'Good to know', 'Reference']],
  ])('has a page for each of the %s, in one pattern', (folder, pattern) => {
    expect(namesIn(`docs/${folder}`)).toEqual(namesIn(`src/${folder}`))
    for (const name of namesIn(`docs/${folder}`)) {
      const page = `docs/${folder}/${name}.md`
      expect([page, headingsOf(page), read(page).includes(`<!-- reference rihla/${folder === 'frameworks' ? name : `${folder}/${name}`} -->`)]).toEqual([page, pattern, true])
    }
  })

  test('has the package\'s other entries in its reference', () => {
    const { exports } = JSON.parse(read('package.json')) as { exports: { [entry: string]: { types?: string } } }
    const entries = Object.entries(exports).flatMap(([entry, { types }]) => (types && !/\*|^\.\/(?:react|vue|svelte)$/.test(entry) ? [entry.replace('.', 'rihla')] : []))
    expect(entriesIn([read('docs/api.md')])).toEqual(expect.arrayContaining(entries))
  })

  test.each(namesIn('docs/sources'))('shows of %s what it records', (name) => {
    const source = read(`src/sources/${name}.ts`) + read('src/browser/control.ts') + read('src/ga4-params.ts') + read('src/segment-words.ts')
    const shown = samplesOf(`docs/sources/${name}.md`).filter(({ language }) => language === 'json').map(({ code }) => JSON.parse(code) as { name: string; source: string; props: { [name: string]: unknown } })
    for (const touchpoint of shown) {
      expect(touchpoint.source).toBe(name === 'store' ? 'woocommerce' : name)
      expect(Object.keys(touchpoint.props).filter((prop) => !new RegExp(`\\b${prop}\\b`).test(source))).toEqual([])
    }
  })

  test('has Segment\'s words as they are translated', () => {
    const rows = [...read('docs/recipes/migrating-from-segment.md').matchAll(/^\| `([A-Z][^`]+)` \| `(\w+)` \|$/gm)].map(([, theirs, ours]) => [ours, theirs])
    expect(rows).toEqual([...NAMES])
  })
})

describe('the proxy of a recipe', () => {
  afterEach(() => vi.unstubAllGlobals())

  test('passes on the body as it is, without cookies, and the answer with what matters', async () => {
    const asked: Request[] = []
    vi.stubGlobal('fetch', async (input: RequestInfo, init?: RequestInit) => {
      asked.push(new Request(input, init))
      return new Response('{"held":[]}', { status: 503, headers: { 'retry-after': '7' } })
    })
    const [sample] = samplesOf('docs/recipes/same-origin-proxy.md')
    const { app } = new Function('hono', 'proxy', await bundle(sample!, [], { hono: 'hono', 'hono/proxy': 'proxy' }))(hono, proxy) as { app: hono.Hono }
    const body = new Uint8Array([31, 139, 8, 0, 255])
    const answer = await app.request('https://shop.example/collect', { method: 'POST', body, headers: { cookie: 'session=1', 'user-agent': 'Phone' } })
    expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([503, '7', '{"held":[]}'])
    expect([asked[0]!.url, asked[0]!.method, asked[0]!.headers.get('cookie'), asked[0]!.headers.get('user-agent')]).toEqual(['https://collector.example/collect', 'POST', null, 'Phone'])
    expect(new Uint8Array(await asked[0]!.arrayBuffer())).toEqual(body)
  })
})
