import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import resolve from '@rollup/plugin-node-resolve'
import { Window } from 'happy-dom'
import { rollup } from 'rollup'
import ts from 'typescript'

// What is written in pages of the documentation, as tests need it.

/** Code that a page shows. */
export interface Sample {
  /** The page that shows it, and where. */
  readonly file: string
  readonly line: number
  readonly language: string
  readonly code: string
  /** What a first line such as `// cart.test.ts` calls it: other samples of the page may import it by that. */
  readonly name: string | undefined
}

const root = process.cwd()

/** What a page shows. */
export function samplesOf(file: string): Sample[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ 1: language = '', 2: code = '', index }) => ({
    file,
    line: text.slice(0, index).split('\n').length,
    language,
    code,
    name: /^\/\/ (\S+\.[jt]sx?)$/m.exec(code.split('\n')[0] ?? '')?.[1],
  }))
}

/** Where the compiler thinks that a sample is: beside its page. */
export const pathOf = ({ file, line, name }: Sample): string => join(root, dirname(file), name ?? `${file.replace(/\W/g, '-')}-line-${line}.ts`)

/** Links and anchors of a page that lead nowhere. */
export function brokenLinksOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const anchorsOf = (page: string) => [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-'))
  const links = [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^https?:/.test(target))
  return [...new Set(links)].filter((target) => {
    const [path = '', anchor] = target.split('#')
    const page = path ? join(dirname(file), path) : file
    return !existsSync(page) || (anchor !== undefined && !anchorsOf(page).includes(anchor))
  })
}

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
  jsx: ts.JsxEmit.ReactJSX,
  noEmit: true,
}

/** Each sample is a module of its own: what it declares is not true for the others. */
const asModule = (code: string) => (/^(?:import|export)\b/m.test(code) ? code : `${code}\nexport {}\n`)

/** All samples in one program, which finds `rihla` as a shop's compiler does: by the package's own `exports`. `more`: further files by path, such as declarations. */
export function compile(samples: readonly Sample[], { entries = [], more = {} }: { readonly entries?: readonly string[]; readonly more?: { readonly [path: string]: string } } = {}): ts.Program {
  const files = new Map([...samples.map((sample) => [pathOf(sample), asModule(sample.code)] as const), ...Object.entries(more).map(([path, text]) => [join(root, path), text] as const)])
  const host = ts.createCompilerHost(OPTIONS)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.getSourceFile = (path, target) => (files.has(path) ? ts.createSourceFile(path, files.get(path)!, target) : getSourceFile(path, target))
  return ts.createProgram([...files.keys(), ...entries.map((entry) => join(root, entry))], OPTIONS, host)
}

/** What the compiler finds wrong with samples. */
export function complaintsOf(program: ts.Program, samples: readonly Sample[]): string[] {
  const own = new Set(samples.map(pathOf))
  return program
    .getSourceFiles()
    .filter(({ fileName }) => own.has(fileName))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, start, messageText }) => `${relative(root, file!.fileName)}:${file!.getLineAndCharacterOfPosition(start!).line + 1} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
}

/** A sample as a shop's bundler builds it, with those of its page that it imports: an import that does not exist is an error. The code returns the exports. `globals`: packages that stand under a name in scope. */
export async function bundle(sample: Sample, others: readonly Sample[] = [], globals: { readonly [module: string]: string } = {}): Promise<string> {
  const byPath = new Map([sample, ...others].map((each) => [pathOf(each), each]))
  const toJs = ({ code }: Sample) => ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true } }).outputText
  const virtual = {
    name: 'virtual',
    resolveId: (name: string, importer?: string) => [name, join(dirname(importer ?? '/'), name.replace(/\.js$/, '.ts'))].find((path) => byPath.has(path)) ?? null,
    load: (path: string) => (byPath.has(path) ? toJs(byPath.get(path)!) : null),
  }
  const built = await rollup({
    input: pathOf(sample),
    plugins: [virtual, resolve({ browser: true, rootDir: root })],
    external: Object.keys(globals),
    // Of types alone nothing is left.
    onwarn: ({ code, message }) => {
      if (code !== 'EMPTY_BUNDLE') throw new Error(message)
    },
  })
  const { output } = await built.generate({ format: 'iife', name: 'sample', exports: 'named', inlineDynamicImports: true, globals })
  return `${output[0].code}\nreturn typeof sample === 'undefined' ? {} : sample`
}

/** Where the samples' shop is. */
export const shopUrl = 'https://shop.example/en/p/finjan-cups'

/** A browser page without network, and what was printed in it. Code runs with its globals, as in a page. */
export function openPage(html = '') {
  const printed: string[] = []
  const print = (...words: unknown[]) => void printed.push(words.map(String).join(' '))
  const window = new Window({ url: shopUrl })
  window.document.write(`<!doctype html><html><head><title>Cups</title></head><body>${html}</body></html>`)
  const { indexedDB, IDBKeyRange, crypto } = globalThis
  const fetch = () => Promise.reject(new TypeError('no network'))
  for (const [name, value] of Object.entries({ indexedDB, IDBKeyRange, crypto, fetch, console: { log: print, info: () => {}, warn: print, error: print } })) {
    Object.defineProperty(window, name, { value, configurable: true })
  }
  const run = <T>(source: string, more: { readonly [name: string]: unknown } = {}): T => new Function('window', ...Object.keys(more), `with (window) {\n${source}\n}`)(window, ...Object.values(more)) as T
  return { window, document: window.document, printed, run, close: () => window.happyDOM.abort() }
}

const lists = /^const (TEXT|NUMBERS|FLAGS|METHODS) = (\[.*\])$/gm
/** What the script tag takes. */
export const script: { [name: string]: string[] } = Object.fromEntries([...readFileSync('src/script.ts', 'utf8').matchAll(lists)].map(([, name = '', list = '']) => [name, JSON.parse(list.replaceAll("'", '"'))]))
/** Its attributes. */
export const attributes = [...script.TEXT!, ...script.NUMBERS!, ...script.FLAGS!].map((option) => `data-${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)

/** Runs a sample of markup with the script tag in a page: what it says that the script does not know, whether the script then runs, and what was printed. */
export async function runMarkup({ code: html }: Sample): Promise<{ unknown: string[]; version: unknown; printed: readonly string[] }> {
  const page = openPage(html)
  const scripts = [...page.document.querySelectorAll('script')]
  const tag = scripts.find((element) => element.getAttribute('src')?.endsWith('/rihla.js'))!
  const known = new Set(['src', 'async', 'integrity', 'crossorigin', 'nonce', 'id', 'type', ...attributes])
  const unknown = scripts.flatMap((element) => element.getAttributeNames()).filter((name) => !known.has(name))
  for (const element of scripts) if (!element.hasAttribute('src') && !element.hasAttribute('type')) page.run(element.textContent)
  const early = page.run<{ q?: [number, string, string, ArrayLike<string>][] } | undefined>('return window.rihla')?.q ?? []
  unknown.push(...early.map(([, , , call]) => call[0]!).filter((method) => !script.METHODS!.includes(method)))
  Object.defineProperty(page.document, 'currentScript', { value: tag, configurable: true })
  page.run(readFileSync('dist/rihla.js', 'utf8'))
  const version = page.run('return window.rihla?.version')
  page.run(`rihla('stop')`)
  await page.close()
  return { unknown, version, printed: page.printed }
}
