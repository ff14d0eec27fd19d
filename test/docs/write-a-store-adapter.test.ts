import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { rollup } from 'rollup'
import ts from 'typescript'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import * as testing from '../../src/testing.js'

const root = process.cwd()
const guide = readFileSync('docs/write-a-store-adapter.md', 'utf8')
/** Samples by the name in their first line; they import each other by it. */
const samples = new Map([...guide.matchAll(/^```ts\n\/\/ (\S+)\n([^]*?)^```$/gm)].map(([, name = '', code = '']) => [name, code]))

interface Check {
  readonly name: string
  readonly run: () => Promise<void>
}

/** Runs the sample's test with a runner that writes down what it is given. */
const testsOf = async (entry: string): Promise<Check[]> => {
  const load = (name: string) => ts.transpileModule(samples.get(name)!, { compilerOptions: { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true } }).outputText
  const virtual = { name: 'samples', resolveId: (id: string) => [id, id.replace('./', '').replace('.js', '.ts')].find((name) => samples.has(name)) ?? null, load: (id: string) => (samples.has(id) ? load(id) : null) }
  const built = await rollup({ input: entry, plugins: [virtual], external: ['vitest', 'rihla/testing'], onwarn: ({ message }) => expect.unreachable(message) })
  const { output } = await built.generate({ format: 'iife', globals: { vitest: 'runner', 'rihla/testing': 'testing' } })
  const tests: Check[] = []
  new Function('runner', 'testing', output[0].code)({ test: (name: string, run: Check['run']) => tests.push({ name, run }) }, testing)
  return tests
}

const checks = await testsOf('souk.test.ts')

describe('the sample adapter', () => {
  test('is tried on what its page promises', () => {
    expect(checks.length).toBeGreaterThan(15)
    expect([...samples.keys()]).toEqual(['souk.ts', 'souk.test.ts', 'storefront.ts', 'tracker.ts'])
    expect(guide.match(/^```\w+/gm)).toHaveLength(samples.size)
  })

  test.each(checks)('$name', ({ run }) => run())

  test('has about thirty lines', () => {
    const body = /^export function[^]*?^}/m.exec(samples.get('souk.ts')!)![0]
    expect(body.split('\n').length).toBeLessThanOrEqual(30)
  })
})

describe('the samples', () => {
  beforeAll(() => vi.waitFor(() => expect(existsSync('dist/testing.js'), 'run "npm run build" first').toBe(true), { timeout: 20_000, interval: 500 }), 30_000)

  /** In one program, which finds `rihla` as a shop's compiler does: by the package's own `exports`. */
  const complaintsOf = (names: readonly string[]) => {
    const files = new Map([...samples].map(([name, code]) => [join(root, `docs/${name}`), code]))
    const options: ts.CompilerOptions = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true, skipLibCheck: true, target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ['lib.es2020.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], types: [], noEmit: true }
    const host = ts.createCompilerHost(options)
    const { fileExists, readFile, getSourceFile } = host
    host.fileExists = (path) => files.has(path) || fileExists(path)
    host.readFile = (path) => files.get(path) ?? readFile(path)
    host.getSourceFile = (path, target) => (files.has(path) ? ts.createSourceFile(path, files.get(path)!, target) : getSourceFile(path, target))
    const program = ts.createProgram(names.map((name) => join(root, `docs/${name}`)), options, host)
    return names.flatMap((name) => {
      const file = program.getSourceFile(join(root, `docs/${name}`))!
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(({ start, messageText }) => `${relative(root, file.fileName)}:${file.getLineAndCharacterOfPosition(start!).line + 1} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
    })
  }

  test('of the adapter and its test type-check against the built types', () => {
    expect(complaintsOf(['souk.ts', 'souk.test.ts'])).toEqual([])
  }, 60_000)

  // They use the source that watches a store.
  test('of its use type-check against the built types', () => {
    expect(complaintsOf(['storefront.ts', 'tracker.ts'])).toEqual([])
  }, 60_000)

  test('show its use with what the page says', () => {
    expect(samples.get('storefront.ts')).toContain('store: store(souk())')
    expect(samples.get('tracker.ts')).toContain('sources: [store(souk())]')
  })
})
