// @ts-check
import { fileURLToPath } from 'node:url'
// @ts-ignore -- A checkout is type-checked without it: only the bench installs what is in this folder.
import commonjs from '@rollup/plugin-commonjs'
import resolve from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { rollup } from 'rollup'

/**
 * Bundles what a page needs to start one of them and to track with it, as a shop's bundler would: minified, in parts where it imports late. The first is what a page loads.
 * @param {string} name its file here
 * @returns {Promise<readonly { readonly fileName: string, readonly code: string }[]>}
 */
export async function bundle(name) {
  const built = await rollup({
    input: fileURLToPath(new URL(`${name}.js`, import.meta.url)),
    onwarn: () => {},
    plugins: [{ name: 'rihla', resolveId: (id) => (id === 'rihla' ? fileURLToPath(new URL('../../dist/index.js', import.meta.url)) : null) }, resolve({ browser: true, preferBuiltins: false }), commonjs()],
  })
  const { output } = await built.generate({ format: 'es', plugins: [terser({ ecma: 2020, module: true, compress: { passes: 2 } })] })
  await built.close()
  return output.flatMap((part) => (part.type === 'chunk' ? [{ fileName: part.fileName, code: part.code }] : []))
}
