// @vitest-environment node
import { expect, test, describe } from 'vitest'
import { code, sections } from '../fixtures/gtm.js'

// What Google's own runner does with a template cannot be had outside of it: these are its documented rules. test/browser/gtm.test.ts runs the template in pages.

type Call = readonly unknown[]
interface Permission {
  readonly instance: { readonly key: { readonly publicId: string }; readonly param: readonly { readonly key: string; readonly value: { readonly listItem: readonly { readonly string?: string; readonly mapKey?: readonly { readonly string: string }[]; readonly mapValue?: readonly { readonly string?: string; readonly boolean?: boolean }[] }[] } }[] }
}

const permissions: readonly Permission[] = JSON.parse(sections.get('WEB_PERMISSIONS')!)
const itemsOf = (permission: string, key: string) => permissions.find(({ instance }) => instance.key.publicId === permission)!.instance.param.find((param) => param.key === key)!.value.listItem
/** What may be done with a global: `rwx`. */
const globals = Object.fromEntries(
  itemsOf('access_globals', 'keys').map(({ mapKey = [], mapValue = [] }) => {
    const { key, read, write, execute } = Object.fromEntries(mapKey.map(({ string }, i) => [string, mapValue[i]!.string ?? mapValue[i]!.boolean])) as { key: string; read: boolean; write: boolean; execute: boolean }
    return [key, `${read ? 'r' : ''}${write ? 'w' : ''}${execute ? 'x' : ''}`]
  }),
)
const required = [...code.matchAll(/require\('(\w+)'\)/g)].map(([, name]) => name!)

describe('the template', () => {
  test('has the sections that Google imports, as JSON where they are', () => {
    expect([...sections.keys()]).toEqual(['TERMS_OF_SERVICE', 'INFO', 'TEMPLATE_PARAMETERS', 'SANDBOXED_JS_FOR_WEB_TEMPLATE', 'WEB_PERMISSIONS', 'TESTS', 'NOTES'])
    expect(JSON.parse(sections.get('INFO')!)).toMatchObject({ type: 'TAG', containerContexts: ['WEB'] })
  })

  test('asks in its form for what its code reads', () => {
    const names: string[] = []
    const walk = (params: readonly { name: string; type: string; subParams?: never[] }[]) => params.forEach(({ name, type, subParams }) => (type === 'GROUP' ? walk(subParams!) : names.push(name)))
    walk(JSON.parse(sections.get('TEMPLATE_PARAMETERS')!))
    expect(names.sort()).toEqual([...new Set([...code.matchAll(/\bdata\.(?!gtm)(\w+)/g)].map(([, name]) => name!))].sort())
  })

  test('is permitted what it does, and no more', () => {
    expect(required.sort()).toEqual(['callInWindow', 'copyFromWindow', 'createArgumentsQueue', 'injectScript', 'makeNumber', 'makeTableMap'])
    expect(permissions.map(({ instance }) => instance.key.publicId).sort()).toEqual(['access_globals', 'inject_script'])
    expect(globals).toEqual({ rihla: 'rwx', 'rihla.q': 'rw', 'rihla.version': 'r' })
    expect(itemsOf('inject_script', 'urls').map(({ string }) => string)).toEqual(['https://shop.example/rihla.js'])
  })

  test('uses nothing that the sandbox does not have', () => {
    expect(code.replace(/\/\/.*|\/\*.*\*\//g, '')).not.toMatch(/\b(?:new|this|class|async|await|window|document|Object|Array|JSON|Number|String|Math|Date|eval|Function|typeof window)\b|\.\.\.|`|=>\s*\{\s*\}\s*=|\/[a-z]+\/[gi]/)
  })
})

/** Runs one of the template's own tests, as Google's editor does. */
function runScenario(scenario: string): void {
  const calls = new Map<string, Call[]>()
  const mocks = new Map<string, unknown>()
  const called = (name: string) => calls.get(name) ?? []
  const stub = (name: string, fallback?: (...args: never[]) => unknown) => (...args: never[]) => {
    calls.set(name, [...called(name), args])
    const mocked = mocks.has(name) ? mocks.get(name) : fallback
    return typeof mocked === 'function' ? (mocked as (...args: never[]) => unknown)(...args) : mocked
  }
  const apis: { [name: string]: (...args: never[]) => unknown } = {
    makeNumber: (value: unknown) => Number(value),
    makeTableMap: (rows: readonly { [column: string]: unknown }[], key: string, value: string) => (rows.length ? Object.fromEntries(rows.map((row) => [row[key], row[value]])) : null),
  }
  const runCode = (data: object) => new Function('require', 'data', code)((name: string) => stub(name, apis[name]), { ...data, gtmOnSuccess: stub('gtmOnSuccess'), gtmOnFailure: stub('gtmOnFailure') })
  const assertApi = (name: string) => ({
    wasCalled: () => expect(called(name).length, `${name} was called`).toBeGreaterThan(0),
    wasNotCalled: () => expect(called(name), `${name} was not called`).toEqual([]),
    wasCalledWith: (...args: unknown[]) => expect(called(name)).toContainEqual(args),
  })
  new Function('mock', 'runCode', 'assertApi', `${setup}\n${scenario}`)((name: string, value: unknown) => mocks.set(name, value), runCode, assertApi)
}

const tests = sections.get('TESTS')!
const setup = /^setup: \|-\n([^]*)$/m.exec(tests)![1]!
const scenarios = [...tests.matchAll(/^- name: (.+)\n {2}code: \|-\n((?: {4}.*\n?)+)/gm)].map(([, name = '', body = '']) => [name, body] as const)

describe('its own tests', () => {
  test('are found', () => expect(scenarios.length).toBe(tests.match(/^- name:/gm)!.length))
  test.each(scenarios)('%s', (_, body) => runScenario(body))
})
