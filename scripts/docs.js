// @ts-check
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'

/** What stands between these lines of a page is written by `npm run docs`. @param {string} entry */
const begin = (entry) => `<!-- reference ${entry} -->`
const END = '<!-- end of reference -->'
const BLOCK = /<!-- reference (\S+) -->\n[\s\S]*?<!-- end of reference -->/g

/** All pages. @returns {string[]} */
export const pages = () => readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md')).map((file) => join('docs', file)).sort()

/** The declarations of an entry, by package.json. @param {string} entry `rihla/sources/page-views` */
const fileOf = (entry) => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
  const path = entry.replace(/^rihla/, '.')
  const pattern = `${path.slice(0, path.lastIndexOf('/') + 1)}*`
  const { types } = exports[path] ?? exports[pattern] ?? {}
  if (!types) throw new Error(`${entry} is no entry of package.json`)
  return resolve(types.replace('*', path.slice(path.lastIndexOf('/') + 1)))
}

/** In a cell of a table. @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ').trim()

/**
 * The reference of entries, from the doc comments of the built declarations: Markdown.
 * @param {readonly string[]} entries
 * @returns {Map<string, string>}
 */
export function referencesOf(entries) {
  const program = ts.createProgram(entries.map(fileOf), { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, strict: true, skipLibCheck: true, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'] })
  const checker = program.getTypeChecker()
  /** What an entry hands on, each told where it is told first. @type {Set<ts.Symbol>} */
  const told = new Set()

  /** @param {ts.Symbol} symbol */
  const docOf = (symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker))
  /** @param {ts.Symbol} symbol */
  const defaultOf = (symbol) => ts.displayPartsToString(symbol.getJsDocTags(checker).find(({ name }) => name === 'default')?.text)
  /** As it is written, not as the compiler would. @param {ts.Node | undefined} node */
  const textOf = (node) => (node ? node.getText().replace(/\/\*\*[\s\S]*?\*\//g, '').replace(/\breadonly /g, '').replace(/;\s*\n/g, '; ').replace(/\s+/g, ' ').trim() : '')

  /** @param {ts.Symbol} member */
  const rowOf = (member) => {
    const declaration = /** @type {ts.PropertySignature | ts.MethodSignature} */ (member.declarations?.[0])
    const type = ts.isMethodSignature(declaration) ? `(${declaration.parameters.map(textOf).join(', ')}) => ${textOf(declaration.type)}` : textOf(declaration.type)
    const isOptional = !!declaration.questionToken
    const fallback = defaultOf(member)
    return `| \`${member.name}${isOptional ? '?' : ''}\` | \`${cell(type)}\` | ${cell([docOf(member), fallback && `Default: ${fallback}`].filter(Boolean).join(' '))} |`
  }

  /** @param {ts.Symbol} exported @returns {string} */
  const sectionOf = (exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    if (told.has(symbol)) return ''
    told.add(symbol)
    const [declaration] = symbol.declarations ?? []
    if (!declaration) return ''
    const heading = `### \`${exported.name}\``
    const doc = docOf(symbol)
    if (ts.isFunctionDeclaration(declaration)) {
      const signatures = (symbol.declarations ?? []).filter(ts.isFunctionDeclaration).map((each) => `${exported.name}(${each.parameters.map(textOf).join(', ')}): ${textOf(each.type)}`)
      return [heading, `\`\`\`text\n${signatures.join('\n')}\n\`\`\``, doc].filter(Boolean).join('\n\n')
    }
    if (ts.isInterfaceDeclaration(declaration)) {
      const own = declaration.members.flatMap((member) => (member.name ? [checker.getSymbolAtLocation(member.name)] : [])).filter((member) => member !== undefined)
      const bases = (declaration.heritageClauses ?? []).flatMap(({ types }) => types.map(textOf))
      const table = own.length ? `| member | type | |\n|---|---|---|\n${own.map(rowOf).join('\n')}` : ''
      const calls = declaration.members.filter(ts.isCallSignatureDeclaration).map((call) => `\`(${call.parameters.map(textOf).join(', ')}) => ${textOf(call.type)}\``)
      return [heading, doc, bases.length && `Has all of ${bases.map((base) => `\`${base}\``).join(', ')}.`, calls.length && `Is called as ${calls.join(', ')}.`, table].filter(Boolean).join('\n\n')
    }
    if (ts.isTypeAliasDeclaration(declaration)) return [heading, `\`\`\`text\n${textOf(declaration.type)}\n\`\`\``, doc].filter(Boolean).join('\n\n')
    return [heading, ts.isVariableDeclaration(declaration) && declaration.type ? `\`\`\`text\n${textOf(declaration.type)}\n\`\`\`` : '', doc].filter(Boolean).join('\n\n')
  }

  return new Map(
    entries.map((entry) => {
      const source = program.getSourceFile(fileOf(entry))
      const module = source && checker.getSymbolAtLocation(source)
      if (!module) throw new Error(`${entry} is not built`)
      // Of each page its own.
      told.clear()
      return [entry, checker.getExportsOfModule(module).map(sectionOf).filter(Boolean).join('\n\n')]
    }),
  )
}

/** The entries that pages tell of. @param {readonly string[]} texts */
export const entriesIn = (texts) => [...new Set(texts.flatMap((text) => [...text.matchAll(BLOCK)].map(([, entry = '']) => entry)))]

/** A page with its references as they should be. @param {string} text @param {Map<string, string>} references */
export const withReferences = (text, references) => text.replace(BLOCK, (_, entry) => `${begin(entry)}\n${references.get(entry)}\n${END}`)
