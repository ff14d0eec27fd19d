// @vitest-environment node
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type ts from 'typescript'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { brokenLinksOf, bundle, compile, complaintsOf, openPage, runMarkup, type Sample, samplesOf } from '../harness/samples.js'

const pages = readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md')).map((file) => join('docs', file)).sort()
const samples = pages.flatMap(samplesOf)
const code = samples.filter(({ language }) => /^tsx?$/.test(language))
/** What belongs to a test runner, or to a server. Their own tests run it. */
const isElsewhere = ({ name = '', code }: Sample) => /\.(?:test|spec)\.ts$/.test(name) || /^import .* from '(?:react|vue|svelte|node:[^']+|rihla\/(?:react|vue|svelte|collector[^']*|testing)|[./][^']*)'/m.test(code)
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
