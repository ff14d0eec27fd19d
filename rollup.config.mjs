import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import resolve from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import typescript from '@rollup/plugin-typescript'

const each = (folder) => readdirSync(`src/${folder}`).map((file) => `src/${folder}/${file}`)
const stores = readdirSync('src/stores').map((file) => file.replace('.ts', ''))
const integrity = {}

/** Prints what a page that pins the script needs, and keeps it beside the script for tests and releases. */
const printIntegrity = {
  name: 'print-integrity',
  writeBundle({ file }) {
    const hash = integrity[file.replace('dist/', '')] = `sha384-${createHash('sha384').update(readFileSync(file)).digest('base64')}`
    writeFileSync(`${file}.integrity`, `${hash}\n`)
    console.log(`${file}  integrity="${hash}"`)
  },
}

/** A script that only wires modules of `src` to the page. */
const wired = (...lines) => ({
  name: 'wired',
  resolveId: (id) => (id === 'wired' ? `${import.meta.dirname}/src/wired.ts` : null),
  load: (id) => (id.endsWith('src/wired.ts') ? lines.join('\n') : null),
})
/** The script of one shop system: hands its source to the script tag. */
const storeScript = (name) => wired(`import { store } from './sources/store.js'`, `import { ${name} } from './stores/${name}.js'`, `window.rihla?.store?.(store(${name}()))`)
/** The panel, for the tracker of the script tag. */
const devtoolsScript = wired(`import { devtools } from './devtools/devtools.js'`, 'const { rihla } = window', `const ask = (method) => (...args) => rihla(method, ...args)`, `if (rihla) devtools({ inspect: ask('inspect'), status: ask('status'), flush: ask('flush'), journey: ask('journey') })`)
/** For a custom pixel, which can load a script and import nothing. */
const pixelScript = wired(`import { shopifyPixel } from './shopify-pixel/shopify-pixel.js'`, 'self.rihlaPixel = shopifyPixel')

/** What the script tag has to know of the files that it may load, which are built before it. */
const knowIntegrity = {
  name: 'know-integrity',
  load: (id) => (id.endsWith('src/integrity.ts') ? `export const INTEGRITY = ${JSON.stringify(integrity)}` : null),
}

/** Chromium compiles all of it while it loads, on another thread, and not function by function as each is called first: what that saves a first page is in bench/RESULTS.md. */
const COMPILE_AHEAD = '//# allFunctionsCalledOnLoad'

const scriptFile = (input, file, ...plugins) => ({
  input,
  plugins: [...plugins, resolve({ browser: true }), typescript({ declaration: false, declarationMap: false, outDir: 'dist' })],
  // In ASCII: a page in another encoding than UTF-8 reads its scripts in that, too, where the server does not say.
  output: { file, format: 'iife', sourcemap: true, plugins: [terser({ ecma: 2020, compress: { passes: 3 }, format: { ascii_only: true, preamble: input === 'wired' ? '' : COMPILE_AHEAD } }), printIntegrity] },
})

/** Rollup drops directives. */
const useClient = ({ facadeModuleId }) => (facadeModuleId?.endsWith('frameworks/react.ts') ? `'use client'` : '')

/** What the command brings along of others. */
const licences = ['@hono/node-server/LICENSE', 'echarts/LICENSE', 'echarts/NOTICE', 'zrender/LICENSE']

/** What the pages of the command load, beside the modules that serve it. */
const copyPages = {
  name: 'copy-pages',
  writeBundle() {
    for (const folder of ['collector', 'map']) cpSync(`examples/${folder}/public`, `dist/cli/${folder}/public`, { recursive: true })
    copyFileSync(fileURLToPath(import.meta.resolve('echarts/dist/echarts.esm.min.js')), 'dist/cli/map/public/echarts.js')
    writeFileSync('dist/cli/LICENSES.txt', licences.map((file) => `${file}\n\n${readFileSync(`node_modules/${file}`, 'utf8')}`).join('\n\n'))
  },
}

export default [
  {
    input: ['src/index.ts', 'src/storefront.ts', 'src/commerce/commerce.ts', 'src/journey/journey.ts', 'src/survey/survey.ts', 'src/collector/collector.ts', 'src/collector/memory.ts', 'src/collector/duckdb/duckdb.ts', 'src/collector/clickhouse/clickhouse.ts', 'src/collector/log-writer.ts', 'src/collector/jetstream/jetstream.ts', 'src/journey-map/journey-map.ts', 'src/shopify-pixel/shopify-pixel.ts', 'src/devtools/devtools.ts', 'src/testing/testing.ts', 'src/channels.ts', 'src/stage-models.ts', 'src/stage-words.ts', ...each('sources'), ...each('stores'), ...each('stages'), ...each('formats'), ...each('frameworks')],
    external: ['idb-keyval', 'web-vitals', '@clickhouse/client-web', '@duckdb/node-api', '@nats-io/jetstream', '@nats-io/kv', '@nats-io/transport-node', 'react', 'vue', 'svelte'],
    plugins: [typescript()],
    // One file per module: what a shop's bundler sees is what src/ shows.
    output: { dir: 'dist', format: 'es', preserveModules: true, preserveModulesRoot: 'src', sourcemap: true, banner: useClient },
  },
  {
    // Who serves files is an entry, so that the files are beside it.
    input: { rihla: 'bin/rihla.js', ...Object.fromEntries(['collector/server', 'collector/start', 'collector/pages', 'map/pages'].map((name) => [name, `examples/${name}.js`])) },
    external: (id) => /^(?:rihla|node:)/.test(id),
    plugins: [resolve({ preferBuiltins: true, exportConditions: ['node'] }), copyPages],
    output: { dir: 'dist/cli', format: 'es' },
  },
  ...stores.map((name) => scriptFile('wired', `dist/rihla.${name}.js`, storeScript(name))),
  scriptFile('wired', 'dist/rihla.devtools.js', devtoolsScript),
  scriptFile('src/script.ts', 'dist/rihla.js', knowIntegrity),
  // After the script tag, which does not load it.
  scriptFile('wired', 'dist/rihla.shopify-pixel.js', pixelScript),
]
