import { readFileSync } from 'node:fs'
import { inject } from 'vitest'
import type { Browser } from '../test/harness/tab.js'
import { busyIn, inLab, recordStart, ROUNDS, say, type Task } from './lab.js'
import { pageOf } from './shop.js'
import { spread, type Row } from './table.js'

const HINT = /^\/\/# allFunctionsCalledOnLoad\n/

/** The first page that a shopper sees of a shop: nothing is cached for its origin. */
const firstPage = (browser: Browser, code: string): Promise<readonly Task[]> =>
  inLab(browser, async ({ collector, pages, open }) => {
    pages.add('/rihla.js', (_, response) => void response.writeHead(200, { 'content-type': 'text/javascript' }).end(code))
    const url = pages.add('/rihla', pageOf('rihla', collector.url))
    const tab = await open('/empty', pageOf('empty', collector.url))
    return (await recordStart(tab, url)).filter(({ inside }) => inside.some((each) => each.includes('/rihla.js')))
  })

const longest = (tasks: readonly Task[]): number => Math.max(...tasks.map(({ busy }) => busy))

/** What compiling the script tag ahead saves of a first page, against the same script without the line that asks for it. */
export async function ahead(browser: Browser): Promise<Row[]> {
  const code = readFileSync(`${inject('dist')}/rihla.js`, 'utf8')
  if (!HINT.test(code)) throw new Error('the script tag does not ask to be compiled ahead')
  const rounds: (readonly [busy: number, longest: number])[] = []
  for (let i = 1; i <= ROUNDS; i++) {
    const [without, asked] = [await firstPage(browser, code.replace(HINT, '')), await firstPage(browser, code)]
    rounds.push([busyIn(asked) / busyIn(without), longest(asked) / longest(without)])
    say(`ahead ${i}/${ROUNDS}: ${rounds.at(-1)!.map((ratio) => ratio.toFixed(2)).join(' ')}`)
  }
  return ['main thread, evaluate and start', 'its longest task'].map((what, n) => ({ what: `first page, 4× CPU, ${what}, ÷ without`, value: spread(rounds.map((round) => round[n]!)) }))
}
