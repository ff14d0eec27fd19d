import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import resolve from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import typescript from '@rollup/plugin-typescript'

const each = (folder) => readdirSync(`src/${folder}`).map((file) => `src/${folder}/${file}`)

/** Prints what a page that pins the script needs, and keeps it beside the script for tests and releases. */
const printIntegrity = {
  name: 'print-integrity',
  writeBundle({ file }) {
    const hash = `sha384-${createHash('sha384').update(readFileSync(file)).digest('base64')}`
    writeFileSync(`${file}.integrity`, `${hash}\n`)
    console.log(`${file}  integrity="${hash}"`)
  },
}

export default [
  {
    input: ['src/index.ts', 'src/storefront.ts', 'src/commerce/commerce.ts', 'src/testing.ts', ...each('sources'), ...each('stores'), ...each('stages'), ...each('formats')],
    external: ['idb-keyval'],
    plugins: [typescript()],
    // One file per module: what a shop's bundler sees is what src/ shows.
    output: { dir: 'dist', format: 'es', preserveModules: true, preserveModulesRoot: 'src', sourcemap: true },
  },
  {
    input: 'src/script.ts',
    plugins: [resolve({ browser: true }), typescript({ declaration: false, declarationMap: false, outDir: 'dist' })],
    output: { file: 'dist/rihla.js', format: 'iife', sourcemap: true, plugins: [terser({ ecma: 2020, compress: { passes: 3 } }), printIntegrity] },
  },
]
