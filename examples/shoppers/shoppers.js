// @ts-check
// The command: `npm run shoppers -- --count 500 --days 90`.
import { parseArgs } from 'node:util'
import { sendShoppers } from './send.js'

const help = `Usage: npm run shoppers -- [options]

  --count <number>    how many shoppers                 (500)
  --days <number>     over how many days, up to now     (90)
  --endpoint <url>    the collector's endpoint          (http://127.0.0.1:4400/collect)
  --site <name>       the site that they shop at        (sample-shop)
  --seed <number>     the same seed, the same shoppers  (by the clock)
  --help              print this`

/** @type {(flag: string, text: string, most: number) => number} */
const wholeOf = (flag, text, most) => {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (number >= 1 && number <= most) return number
  throw new Error(`--${flag}: expected a number from 1 to ${most}, got "${text}".`)
}

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '500' },
      days: { type: 'string', default: '90' },
      endpoint: { type: 'string', default: 'http://127.0.0.1:4400/collect' },
      site: { type: 'string', default: 'sample-shop' },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (!URL.canParse(values.endpoint)) throw new Error(`--endpoint: expected an absolute address, got "${values.endpoint}".`)
  return { ...values, count: wholeOf('count', values.count, 100_000), days: wholeOf('days', values.days, 390), seed: values.seed === undefined ? undefined : wholeOf('seed', values.seed, 999_999_999) }
}

/** @type {(share: number) => string} */
const bar = (share) => `${'█'.repeat(Math.round(share * 30)).padEnd(30, '░')} ${String(Math.floor(share * 100)).padStart(3)} %`

const main = async () => {
  const { help: asksHelp, endpoint, count, days, site, seed } = readOptions()
  if (asksHelp) return console.log(help)
  const { isTTY } = process.stdout
  /** @type {import('./send.js').Post} */
  const post = (body, headers) => fetch(endpoint, { method: 'POST', body, headers })
  const { sent } = await sendShoppers(post, { count, days, site, ...(seed !== undefined && { seed }), onProgress: ({ sent: done, total }) => isTTY && process.stdout.write(`\r${bar(done / total)}  ${done} of ${total} touchpoints`) })
  console.log(`${isTTY ? '\n' : ''}${count} shoppers of ${days} days are at ${new URL(endpoint).origin} as the site ${site}: ${sent} touchpoints.`)
}

main().catch((error) => {
  const refused = error instanceof TypeError && error.cause
  console.error(refused ? 'Nobody answers there: start the collector with `npm start`, or name another --endpoint.' : error instanceof Error ? error.message : error)
  process.exitCode = 1
})
