import { readdirSync, readFileSync } from 'node:fs'
import { compressed, sizeOf } from '../scripts/sizes.js'
import type { Row } from './table.js'

const kb = (bytes: number): string => (bytes / 1000).toFixed(2)

/** Bytes of the core, the script tag and each entry alone. */
export async function entries(): Promise<Row[]> {
  const sources = readdirSync('src/sources').map((file) => file.replace('.ts', ''))
  const modules = [
    ['core', "export { createTracker } from './dist/index.js'"],
    ...sources.map((name) => [`source ${name}`, `export * from './dist/sources/${name}.js'`]),
    ...['commerce/commerce', 'stages/five', 'formats/json', ...readdirSync('src/stores').map((file) => `stores/${file.replace('.ts', '')}`)].map((name) => [name, `export * from './dist/${name}.js'`]),
    ['rihla/storefront', "export * from './dist/storefront.js'"],
  ]
  const sizes = await Promise.all(modules.map(async ([name, code]) => [name, await sizeOf(code)] as const))
  const all = [...sizes, ['script tag', compressed(readFileSync('dist/rihla.js'))] as const]
  const targets: { [name: string]: string } = { core: 'brotli ≤ 4.5', 'script tag': 'brotli ≤ 12.0' }
  return all.map(([name, { min, gzip, brotli }]) => ({ what: `kB, ${name}: min / gzip / brotli`, value: [min, gzip, brotli].map(kb).join(' / '), target: targets[name] ?? (name.startsWith('source') ? 'brotli ≤ 0.4' : '') }))
}
