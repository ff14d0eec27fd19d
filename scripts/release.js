// @ts-check
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** @typedef {{ readonly version: string, readonly changelog: string, readonly lock: string, readonly sdk: string, readonly repository?: string, readonly tags: readonly string[], readonly changed: readonly string[] }} State What a release is made of. `changed`: files that are not committed. */

const HELP = `Usage: npm run release -- [--dry-run]

Builds, checks that everything says the same version and is committed, writes
release-notes.md (what has changed, and the scripts with their integrity), and
publishes to npm with provenance, which needs a CI that npm trusts.

  --dry-run   does all of it but the publishing, and takes what is not committed
`

/** The part of the change log that is about a version. @param {string} changelog @param {string} version */
export const changesOf = (changelog, version) => new RegExp(`^## ${version.replaceAll('.', '\\.')}(?: \\((\\d{4}-\\d\\d-\\d\\d)\\))?\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(changelog)

/** What keeps a state from being released, a sentence each. @param {State} state @returns {string[]} */
export function faultsOf({ version, changelog, lock, sdk, repository, tags, changed }, isDry = false) {
  const changes = changesOf(changelog, version)
  return [
    [/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version), `package.json: version must be as 1.2.3, got "${version}"`],
    [changes?.[1], `CHANGELOG.md must have a heading "## ${version} (date)"`],
    [!changes || changes[2]?.trim(), `CHANGELOG.md must say what ${version} changes`],
    [lock === version, `package-lock.json must be of version ${version}, got "${lock}": npm install`],
    [sdk === `rihla/${version}`, `src/version.ts must say rihla/${version}, got "${sdk}"`],
    [!tags.includes(`v${version}`), `v${version} is tagged already`],
    [isDry || repository, 'package.json must name its repository: npm compares it with where the package was built'],
    [isDry || !changed.length, `everything must be committed, got ${changed.join(', ')}`],
  ].flatMap(([isRight, fault]) => (isRight ? [] : [String(fault)]))
}

/** Release notes: what has changed, and what a page that pins a script needs. @param {string} version @param {string} changes @param {readonly (readonly [file: string, integrity: string])[]} scripts */
export const notesOf = (version, changes, scripts) => `${changes.trim()}

## Scripts

\`\`\`html
<script async src="https://cdn.jsdelivr.net/npm/rihla@${version}/dist/rihla.js" integrity="${scripts.find(([file]) => file === 'rihla.js')?.[1] ?? ''}" crossorigin="anonymous" data-endpoint="https://collector.example/collect" data-site="my-shop"></script>
\`\`\`

The script tag loads the others from beside itself, and checks their integrity where its own is checked.

| file | integrity |
|---|---|
${scripts.map(([file, integrity]) => `| \`${file}\` | \`${integrity}\` |`).join('\n')}
`

/** @param {string} command @param {string[]} args */
const run = (command, args) => {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error || status) throw new Error(`${command} ${args.join(' ')} has failed`)
}
/** @param {string[]} args */
const git = (...args) => spawnSync('git', args, { encoding: 'utf8' }).stdout?.split('\n').filter(Boolean) ?? []
/** @param {string} path */
const json = (path) => JSON.parse(readFileSync(path, 'utf8'))

/** @returns {State} */
const stateHere = () => ({
  version: json('package.json').version,
  repository: json('package.json').repository?.url,
  changelog: readFileSync('CHANGELOG.md', 'utf8'),
  lock: json('package-lock.json').version,
  sdk: /'([^']+)'/.exec(readFileSync('src/version.ts', 'utf8'))?.[1] ?? '',
  tags: git('tag'),
  changed: git('status', '--porcelain').map((line) => line.slice(3)),
})

/** @param {string[]} args */
function main(args) {
  if (args.some((arg) => arg !== '--dry-run')) return console.log(HELP)
  const isDry = args.includes('--dry-run')
  const state = stateHere()
  const faults = faultsOf(state, isDry)
  if (faults.length) throw new Error(faults.join('\n'))
  const scripts = readdirSync('dist').filter((file) => file.endsWith('.integrity')).map((file) => /** @type {const} */ ([file.replace('.integrity', ''), readFileSync(`dist/${file}`, 'utf8').trim()]))
  writeFileSync('release-notes.md', notesOf(state.version, changesOf(state.changelog, state.version)?.[2] ?? '', scripts))
  // A version such as 1.2.3-beta.1 is not what `npm install rihla` brings.
  const tag = state.version.includes('-') ? 'next' : 'latest'
  if (isDry) run('npm', ['pack', '--dry-run', '--ignore-scripts'])
  else run('npm', ['publish', '--provenance', '--access', 'public', '--ignore-scripts', '--tag', tag])
  console.log(`rihla ${state.version} ${isDry ? 'could be' : 'is'} published as ${tag}; its notes are in release-notes.md${isDry ? '' : `. Tag it: git tag v${state.version} && git push --tags`}`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
