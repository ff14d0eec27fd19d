// @ts-check
import { parseArgs } from 'node:util'
import { judge, touchpointsOf } from './judge.js'
import { look } from './look.js'

const HELP = `Usage: npx rihla check <url> [options]

Opens a page in an installed Chromium or Chrome with rihla in it, consent granted, and says which shop system, dataLayer and
markup it recognised, what would be recorded, what is missing, and what personal data would be sent. Nothing leaves the browser.
The exit code is 1 where something is wrong, 2 where the page could not be looked at.

  --wait <ms>   how long the page is watched   (4000)
  --json        prints what was seen as JSON
  --help        prints this

CHROMIUM_BIN names the browser where it is not found by itself.`

/** @param {string[]} argv */
const optionsOf = (argv) => {
  try {
    const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options: { wait: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } } })
    return { ...values, positionals }
  } catch (error) {
    const [first] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new Error(`${first}; --help lists the options.`, { cause: error })
  }
}

/** @param {string | undefined} text */
const urlOf = (text) => {
  if (text && URL.canParse(text) && /^https?:/.test(text)) return text
  throw new Error(`check: expected the http(s) URL of a page, got "${text ?? ''}"; --help shows how.`)
}

/** @param {unknown} text */
const waitOf = (text = '4000') => {
  if (/^\d{1,6}$/.test(String(text))) return Number(text)
  throw new Error(`--wait: expected milliseconds, got "${text}".`)
}

/** @type {{ [kind: string]: string }} */
const marks = { wrong: '✗', missing: '!', fine: '·' }

/** Looks at one page and prints what it found. @param {string[]} argv */
export const check = async (argv) => {
  process.exitCode = 2
  const { positionals, wait, json, help } = optionsOf(argv)
  if (help) {
    process.exitCode = 0
    return console.log(HELP)
  }
  const facts = await look(urlOf(positionals[0]), waitOf(wait))
  const findings = judge(facts)
  const touchpoints = touchpointsOf(facts)
  process.exitCode = findings.some(({ kind }) => kind === 'wrong') ? 1 : 0
  if (json) return console.log(JSON.stringify({ ...facts, batches: undefined, touchpoints, findings }, null, 2))
  console.log(`${facts.url}\n`)
  for (const { kind, text } of findings) console.log(`${marks[kind]} ${text}`)
  console.log(`\n${touchpoints.length} touchpoints would be sent:`)
  for (const { name, stage, source = 'api', kind, props = {} } of touchpoints) {
    const hint = stage ? `${stage.id} ${stage.confidence}${stage.rule ? ` by ${stage.rule}` : ''}` : 'no stage'
    console.log(`  ${name}  (${[source, hint, ...(kind ? [`${kind} page`] : [])].join(', ')})  ${JSON.stringify(props)}`)
  }
}
