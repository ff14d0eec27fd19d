// @ts-check
import { readdirSync, readFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import resolve from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import { minify } from 'terser'

/**
 * What an entry costs a shop: bundled with all it imports, minified, and compressed, in bytes.
 * @param {string} code an ES module that imports from `dist/`
 * @param {string[]} [external] packages that the shop has anyway
 */
export async function sizeOf(code, external = []) {
  const virtual = {
    name: 'virtual',
    resolveId: (/** @type {string} */ id) => (id === 'virtual' ? id : null),
    load: (/** @type {string} */ id) => (id === 'virtual' ? code : null),
  }
  const bundle = await rollup({ input: 'virtual', external, onwarn: () => {}, plugins: [virtual, resolve({ browser: true, rootDir: process.cwd() })] })
  const { output } = await bundle.generate({ format: 'es' })
  const { code: min = '' } = await minify(output[0].code, { ecma: 2020, module: true, compress: { passes: 3 } })
  return compressed(min)
}

/** @param {string | Buffer} text */
export function compressed(text) {
  const bytes = Buffer.from(text)
  return { min: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length }
}

/** @param {string} folder */
const namesIn = (folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replace('.ts', ''))
const toCamel = (/** @type {string} */ file) => file.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())
const fileSize = (/** @type {string} */ path) => compressed(readFileSync(path)).brotli

/**
 * What everything weighs that a shop may load, min + brotli, bytes: by what it is imported as. A source, a part of the tracker and a format are what they add to the core, which has `json`; an entry for a framework is without it; a shop
 * system is the script of its own, which the script tag loads.
 * @returns {Promise<{ [entry: string]: number }>}
 */
export async function weights() {
  const core = `export { createTracker } from './dist/index.js'\n`
  const base = (await sizeOf(core)).brotli
  const alone = async (/** @type {string} */ file) => (await sizeOf(`export * from './dist/${file}.js'`)).brotli
  const added = async (/** @type {string} */ file, /** @type {string} */ name) => (await sizeOf(`${core}export { ${name} } from './dist/${file}.js'`)).brotli - base
  const all = [
    ['rihla', base],
    ['rihla/storefront', alone('storefront')],
    ['rihla/rihla.js', fileSize('dist/rihla.js')],
    ...namesIn('src/stores').map((name) => [`rihla/rihla.${name}.js`, fileSize(`dist/rihla.${name}.js`)]),
    ['rihla/rihla.devtools.js', fileSize('dist/rihla.devtools.js')],
    ['rihla/rihla.shopify-pixel.js', fileSize('dist/rihla.shopify-pixel.js')],
    ['rihla/commerce', added('commerce/commerce', 'commerce')],
    ['rihla/journey', added('journey/journey', 'journey')],
    ['rihla/survey', alone('survey/survey')],
    ['rihla/channels', alone('channels')],
    ...namesIn('src/stages').map((name) => [`rihla/stages/${name}`, alone(`stages/${name}`)]),
    ...namesIn('src/formats').map((name) => [`rihla/formats/${name}`, name === 'json' ? alone('formats/json') : added(`formats/${name}`, name)]),
    ...namesIn('src/frameworks').map((name) => [`rihla/${name}`, sizeOf(`export * from './dist/frameworks/${name}.js'`, [name]).then(({ brotli }) => brotli)]),
    ...namesIn('src/sources').map((name) => [`rihla/sources/${name}`, added(`sources/${name}`, toCamel(name))]),
  ]
  return Object.fromEntries(await Promise.all(all.map(async ([entry, bytes]) => [entry, await bytes])))
}
