// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => file.replace(/\.ts$/, '')).sort()
const textOf = (file: string) => readFileSync(`src/${file}.ts`, 'utf8')
/** Without comments and strings, so that words in them do not count. */
const codeOf = (file: string) => textOf(file).replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
const specifiersOf = (file: string) => [...textOf(file).matchAll(/^(?:import|export)\b[^'\n]*? from '([^']+)'/gm)].map(([, specifier]) => specifier!)
/** `sources/clicks` imports `browser/listen`: relative names resolved, packages as they are. */
const importsOf = (file: string) => specifiersOf(file).map((specifier) => (specifier.startsWith('.') ? join(file, '..', specifier).replace(/\.js$/, '') : specifier))

const isCore = (file: string) => !file.includes('/') && !['index', 'tracker', 'lane', 'one-truth', 'storefront', 'script'].includes(file)
const TYPES = /^(types|vocabulary)$/
const PACKAGE = /^(?:idb-keyval|web-vitals|@clickhouse\/client-web|@duckdb\/node-api|@nats-io\/(?:jetstream|kv|transport-node)|react|vue|svelte)$/
/** What a server may take of the shop's side: types, and steps that know nothing of a browser. */
const PURE = /^(?:types|vocabulary|friction|ids|sha256|version|stage|stage-models|stage-words|channels|stages\/[^/]+|journey-map\/[^/]+|commerce\/(?:abandonment|cart|checkout|items|state))$/

/** Who may import whom: the first line that fits counts. */
const rules: [who: (file: string) => boolean, may: (target: string) => boolean][] = [
  [(file) => file === 'sources/vitals', (target) => TYPES.test(target) || target.startsWith('browser/') || target === 'web-vitals'],
  [(file) => file.startsWith('stores/'), (target) => TYPES.test(target) || target.startsWith('browser/')],
  [(file) => file.startsWith('sources/'), (target) => TYPES.test(target) || target.startsWith('browser/') || /^(ga4-params|segment-words)$/.test(target)],
  [(file) => file.startsWith('browser/'), (target) => TYPES.test(target) || target.startsWith('browser/')],
  [(file) => file.startsWith('formats/'), (target) => TYPES.test(target) || /^(by-status|told|segment-words|to-json)$/.test(target)],
  [(file) => file.startsWith('shopify-pixel/'), (target) => TYPES.test(target) || /^(formats\/json|ids|redact|stage|stages\/five|touchpoint|to-json|version|visit|shopify-pixel\/\w+)$/.test(target)],
  [(file) => file.startsWith('frameworks/'), (target) => TYPES.test(target) || target === 'react' || target === 'vue' || target === 'svelte'],
  [(file) => file.startsWith('stages/'), (target) => TYPES.test(target) || target === 'stages/five'],
  [(file) => file.startsWith('commerce/'), (target) => isCore(target) || /^(commerce|browser)\//.test(target)],
  [(file) => file.startsWith('journey/'), (target) => isCore(target) || /^(journey|browser)\//.test(target)],
  [(file) => file.startsWith('survey/'), (target) => TYPES.test(target) || /^(survey|browser)\//.test(target) || /^(commerce\/commerce|journey\/(journey|feedback))$/.test(target)],
  [(file) => file.startsWith('devtools/'), (target) => TYPES.test(target) || /^(devtools|browser)\//.test(target) || target === 'journey/journey'],
  [(file) => file.startsWith('journey-map/'), (target) => /^(?:types|part|stage|stage-models|stage-words|friction|journey\/(?:past|feedback|said)|journey-map\/[^/]+)$/.test(target)],
  [(file) => file.startsWith('collector/duckdb/'), (target) => PURE.test(target) || target.startsWith('collector/') || target === '@duckdb/node-api'],
  [(file) => file.startsWith('collector/clickhouse/'), (target) => PURE.test(target) || /^collector\/(?:[^/]+|clickhouse\/[^/]+)$/.test(target) || target === '@clickhouse/client-web'],
  [(file) => file.startsWith('collector/jetstream/'), (target) => PURE.test(target) || /^collector\/(?:[^/]+|jetstream\/[^/]+)$/.test(target) || target.startsWith('@nats-io/')],
  [(file) => file.startsWith('collector/'), (target) => PURE.test(target) || /^collector\/[^/]+$/.test(target)],
  [(file) => file === 'check-options', (target) => /^(types|consent|formats\/json)$/.test(target)],
  [(file) => file === 'database', (target) => isCore(target) || target === 'idb-keyval'],
  [isCore, (target) => isCore(target) || target.startsWith('browser/')],
  [(file) => file === 'lane', (target) => isCore(target) || target.startsWith('browser/')],
  [(file) => file === 'tracker', (target) => isCore(target) || target === 'lane' || target.startsWith('browser/')],
  [(file) => file === 'one-truth', (target) => TYPES.test(target) || target.startsWith('browser/')],
  [(file) => file.startsWith('testing/'), (target) => TYPES.test(target) || /^(testing\/[^/]+|collector\/(collector|memory|types))$/.test(target)],
  [(file) => file === 'index', (target) => TYPES.test(target) || /^(tracker|channels)$/.test(target)],
  [(file) => file === 'storefront', (target) => TYPES.test(target) || /^(tracker|one-truth|commerce\/commerce|journey\/journey)$/.test(target) || /^(sources|stages)\//.test(target)],
  [(file) => file === 'script', (target) => TYPES.test(target) || /^(storefront|integrity)$/.test(target) || target.startsWith('browser/')],
]

test('every file imports only what its place allows', () => {
  const wrong = files.flatMap((file) => importsOf(file).filter((target) => !rules.find(([who]) => who(file))![1](target)).map((target) => `${file} imports ${target}`))
  expect(wrong).toEqual([])
  expect([importsOf('sources/clicks'), importsOf('index')]).toEqual([['browser/control', 'browser/listen', 'types'], ['tracker', 'channels', 'types', 'vocabulary']])
})

test('core steps take nothing but types from the browser folder', () => {
  const wrong = files.filter(isCore).flatMap((file) => textOf(file).split('\n').filter((line) => /^import (?!type\b).*'\.\/browser\//.test(line)).map((line) => `${file}: ${line}`))
  expect(wrong).toEqual([])
})

test('a survey knows of the tracker by types alone', () => {
  expect(textOf('survey/survey').split('\n').filter((line) => /^import (?!type\b).*'\.\.\/(?!browser\/)/.test(line))).toEqual([])
})

test('idb-keyval is named in exactly one file', () => {
  expect(files.filter((file) => specifiersOf(file).includes('idb-keyval'))).toEqual(['database'])
})

// Adobe's data layer has listeners of its own, and the contract of sources watches those of others. A collector has no page.
test('nothing but the browser folder adds listeners', () => {
  expect(files.filter((file) => !file.startsWith('collector/') && /\b(add|remove)EventListener\b/.test(codeOf(file)))).toEqual(['browser/listen', 'sources/adobe-data-layer', 'testing/source-contract'])
})

test('no import leads back to where it came from', () => {
  const isTypeOnly = (file: string, target: string) => textOf(file).split('\n').filter((line) => line.includes(`/${target.split('/').pop()}.js'`)).every((line) => /^(import|export) type/.test(line))
  const reach = (file: string, path: string[]): string[] => (path.includes(file) ? [[...path, file].join(' → ')] : importsOf(file).filter((target) => files.includes(target) && !isTypeOnly(file, target)).flatMap((target) => reach(target, [...path, file])))
  expect(files.flatMap((file) => reach(file, []))).toEqual([])
})

test('relative imports end in .js, and each leads to a file', () => {
  expect(files.flatMap((file) => specifiersOf(file).filter((specifier) => specifier.startsWith('.') && !specifier.endsWith('.js')))).toEqual([])
  expect(files.flatMap((file) => importsOf(file).filter((target) => !PACKAGE.test(target) && !files.includes(target)))).toEqual([])
})

test.each([
  ['default exports', /\bexport default\b/],
  ['classes', /\bclass\b/],
  ['any', /\bany\b/],
  ['enums and namespaces', /\b(enum|namespace)\b/],
])('there are no %s', (_, pattern) => {
  expect(files.filter((file) => pattern.test(codeOf(file)))).toEqual([])
})

test('no module keeps state of its own: nothing is reassigned at the top', () => {
  expect(files.filter((file) => /^(export )?(let|var)\b/m.test(codeOf(file)))).toEqual([])
})
