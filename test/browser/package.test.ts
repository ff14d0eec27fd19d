import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import resolve from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCollector, type Collector } from '../harness/collector.js'
import { engines } from '../harness/engines.js'
import { createPages, type Pages } from '../harness/pages.js'

const APP = `
import { createTracker } from 'rihla'
import { journey } from 'rihla/journey'
import { five } from 'rihla/stages/five'
import { clicks } from 'rihla/sources/clicks'
import { pageViews } from 'rihla/sources/page-views'

const tracker = createTracker({ endpoint: ENDPOINT, site: 'bundled', consent: 'granted', journey: journey({ stages: five }), sources: [pageViews(), clicks()] })
tracker.track('view_item', { currency: 'EUR', value: 18, items: [{ item_id: 'cap' }] })
tracker.flush()
`

/** What a shop's code may import, as package.json says. */
const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: { [entry: string]: { types?: string } } }
const filesOf = (entry: string) => (entry.includes('*') ? readdirSync(`src/${entry.slice(2, -2)}`).map((file) => entry.replace('*', file.replace('.ts', ''))) : [entry])
const entries = Object.entries(exports).flatMap(([entry, { types }]) => (types ? filesOf(entry).map((each) => each.replace('.', 'rihla')) : []))
/** Packages that a shop has if it uses these. */
const PEERS: { readonly [entry: string]: readonly string[] } = { 'rihla/react': ['react', '@types/react'], 'rihla/vue': ['vue'], 'rihla/svelte': ['svelte'], 'rihla/collector/duckdb': ['@duckdb/node-api'], 'rihla/sources/vitals': ['web-vitals'] }
const TYPESCRIPTS = ['typescript-5', 'typescript', 'typescript-7']
const RESOLUTIONS = [
  ['bundler', 'esnext'],
  ['nodenext', 'nodenext'],
] as const

const USE = `
import { createTracker, type Tracker } from 'rihla'
import { createStorefront, type StorefrontOptions } from 'rihla/storefront'
import { commerce } from 'rihla/commerce'
declare module 'rihla' {
  interface Vocabulary {
    size_guide_opened: { item_id: string }
  }
}
const options: StorefrontOptions = { endpoint: '/t', site: 'my-shop' }
const storefront = createStorefront(options)
storefront.track('size_guide_opened', { item_id: 'cap' })
storefront.cart([{ item_id: 'cap', price: 16 }], { currency: 'EUR' })
const tracker: Tracker = createTracker({ endpoint: '/t', site: 'my-shop' })
createTracker({ endpoint: '/t', site: 'my-shop', commerce: commerce() }).cart([])
// @ts-expect-error A tracker without commerce has no cart.
tracker.cart([])
// @ts-expect-error An id is a text.
tracker.track('size_guide_opened', { item_id: 5 })
`

describe('the packed package', () => {
  const app = mkdtempSync(join(tmpdir(), 'packed-'))
  let collector: Collector
  let pages: Pages
  let bundle: string

  beforeAll(async () => {
    collector = await createCollector()
    const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', app], { encoding: 'utf8' }).trim().split('\n').pop() ?? ''
    writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', private: true, type: 'module' }))
    mkdirSync(join(app, 'src'))
    writeFileSync(join(app, 'src/main.js'), `const ENDPOINT = '${collector.url}'\n${APP}`)
    execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', join(app, packed)], { cwd: app })
    const built = await rollup({ input: join(app, 'src/main.js'), plugins: [resolve({ browser: true, rootDir: app })], onwarn: (warning) => { throw new Error(warning.message) } })
    const { output } = await built.generate({ format: 'iife' })
    bundle = output[0].code
    pages = await createPages({ dist: 'dist' })
  })
  afterAll(async () => {
    await pages?.close()
    await collector?.stop()
    rmSync(app, { recursive: true, force: true })
  })

  describe.each(TYPESCRIPTS)('has types that %s takes', (typescript) => {
    const complaintsOf = (name: string, code: string, [moduleResolution, module]: readonly [string, string], skipLibCheck: boolean): string => {
      writeFileSync(join(app, `src/${name}.ts`), code)
      writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true, target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'], types: [], moduleResolution, module, skipLibCheck }, files: [`src/${name}.ts`] }))
      const { stdout, status } = spawnSync(process.execPath, [`node_modules/${typescript}/bin/tsc`, '-p', app], { encoding: 'utf8' })
      return status ? stdout : ''
    }
    const importing = (list: readonly string[]) => `${list.map((entry, i) => `import * as entry${i} from '${entry}'`).join('\n')}\nexport const all = [${list.map((_, i) => `entry${i}`).join()}]\n`

    it.each(RESOLUTIONS)('resolving as %s, all declarations checked, without what is optional', (...resolution) => {
      expect(complaintsOf('plain', importing(entries.filter((entry) => !PEERS[entry])) + USE, resolution, false)).toBe('')
    })

    it.each(RESOLUTIONS)('resolving as %s, with what is optional', (...resolution) => {
      expect(Object.keys(PEERS).filter((entry) => !entries.includes(entry))).toEqual([])
      const undo = Object.values(PEERS).flat().map((peer) => {
        const at = join(app, 'node_modules', peer)
        mkdirSync(join(at, '..'), { recursive: true })
        symlinkSync(join(process.cwd(), 'node_modules', peer), at)
        return at
      })
      try {
        expect(complaintsOf('whole', importing(entries), resolution, true)).toBe('')
      } finally {
        for (const at of undo) rmSync(at)
      }
    })
  })

  it('could be released: the script for it passes, and its notes hold what was built', () => {
    expect(execFileSync(process.execPath, ['scripts/release.js', '--dry-run'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })).toMatch(/rihla [\d.]+ could be published as latest/)
    const notes = readFileSync('release-notes.md', 'utf8')
    for (const file of readdirSync('dist').filter((name) => /^rihla.*\.js$/.test(name))) expect(notes).toContain(`| \`${file}\` | \`${readFileSync(`dist/${file}.integrity`, 'utf8').trim()}\` |`)
  })

  it('brings a command that collects and shows the map, in memory where DuckDB is not installed', async () => {
    const bin = join(app, 'node_modules/.bin/rihla')
    const child = spawn(bin, ['collect', '--port', '0'], { cwd: app, env: { PATH: process.env.PATH } })
    const printed = new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (chunk) => resolve(String(chunk)))
      child.stderr.on('data', (chunk) => reject(new Error(String(chunk))))
    })
    const browser = await engines[0]!.open()
    try {
      expect(await printed).toMatch(/keeps touchpoints in memory, until it stops \(npm install @duckdb\/node-api keeps them in a file\)/)
      const [url = ''] = /http:\/\/[\d.:]+/.exec(await printed) ?? []
      const tab = await browser.newTab({ window: true })
      await tab.goto(`${url}/journey/`)
      await tab.until(`document.querySelector('#state').dataset.state === 'live' && !document.getElementById('empty').hidden`)
      await tab.click('#empty button')
      await tab.until(`document.querySelectorAll('#stages > li').length > 3 && !!document.querySelector('#chart canvas, #chart svg')`)
    } finally {
      await browser.close()
      child.kill()
    }
    expect(execFileSync(bin, ['--help'], { encoding: 'utf8' })).toContain('collect')
    expect(() => execFileSync(bin, ['collect', '--db', 'x.duckdb'], { encoding: 'utf8', stdio: 'pipe' })).toThrow('--db needs the package @duckdb/node-api: npm install @duckdb/node-api')
  })

  it.each(engines)('installs into a fresh app, bundles without a warning and delivers in $name', async (engine) => {
    collector.reset()
    const url = pages.add('/', { body: `<script>${bundle.replaceAll('</script', '<\\/script')}</script>` })
    const browser = await engine.open()
    try {
      const tab = await browser.newTab()
      await tab.goto(url)
      await collector.until(({ touchpoints }) => touchpoints().length === 4)
      expect(collector.touchpoints().map(({ name, stage, props }) => [name, stage?.id ?? props?.to])).toEqual([['page_view', 'awareness'], ['stage_change', 'awareness'], ['view_item', 'consideration'], ['stage_change', 'consideration']])
    } finally {
      await browser.close()
    }
  })
})
