// @ts-check
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import resolve from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import { minify } from 'terser'

/**
 * What an entry costs a shop: bundled with all it imports, minified, and compressed, in bytes.
 * @param {string} code an ES module that imports from `dist/`
 */
export async function sizeOf(code) {
  const virtual = {
    name: 'virtual',
    resolveId: (/** @type {string} */ id) => (id === 'virtual' ? id : null),
    load: (/** @type {string} */ id) => (id === 'virtual' ? code : null),
  }
  const bundle = await rollup({ input: 'virtual', plugins: [virtual, resolve({ browser: true, rootDir: process.cwd() })] })
  const { output } = await bundle.generate({ format: 'es' })
  const { code: min = '' } = await minify(output[0].code, { ecma: 2020, module: true, compress: { passes: 3 } })
  return compressed(min)
}

/** @param {string | Buffer} text */
export function compressed(text) {
  const bytes = Buffer.from(text)
  return { min: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length }
}
