import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCollector } from '../../examples/collector/server.js'
import { startStorefront } from '../../examples/storefront/server.js'
import { engines, type Browser } from '../harness/engines.js'
import { poll } from '../harness/processes.js'
import { arrive, buy, failToPay, goToPayment, openProduct } from '../harness/shopper.js'

/** A touchpoint as the example collector tells of it. */
interface Told {
  readonly name: string
  readonly seq: number
  readonly tab: string
  readonly visitor?: string
  readonly stage: { readonly id: string } | null
  readonly source: string
  readonly happened_at: number
  readonly props?: { readonly to?: string }
}

describe.each(engines)('$name', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'shopping-'))
  const db = join(folder, 'touchpoints.duckdb')
  let collector: Awaited<ReturnType<typeof startCollector>>
  let shop: Awaited<ReturnType<typeof startStorefront>>
  let browser: Browser

  beforeAll(async () => {
    collector = await startCollector({ port: 0, db })
    shop = await startStorefront({ port: 0, endpoint: `${collector.url}/collect` })
    browser = await engine.open()
  })
  afterAll(async () => {
    await browser?.close()
    await shop?.close()
    await collector?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const told = async (): Promise<Told[]> => {
    const answer = await fetch(`${collector.url}/touchpoints?limit=1000`)
    return ((await answer.json()) as { touchpoints: Told[] }).touchpoints
  }

  it('a shopper walks from the home page to the thank-you page, and the page of the collector in another window, the collector and its DuckDB file show every touchpoint with its stage, none missing', async () => {
    // In a window of its own: a tab in front would hide the shop's.
    const watching = await browser.newTab({ window: true })
    await watching.goto(collector.url)
    await watching.until(`document.querySelector('#state').dataset.state === 'live'`)
    expect(await watching.eval(`document.querySelector('#touchpoints-empty').textContent`)).toBe('waiting for the first touchpoint…')

    const tab = await browser.newTab({ window: true })
    await arrive(tab, `${shop.url}/en`)
    await openProduct(tab)
    // What has happened so far comes to the open page by itself, while the shopper goes on.
    await watching.until(() => [...document.querySelectorAll('#touchpoints .name')].some(({ textContent }) => textContent === 'view_item'))
    await goToPayment(tab)
    await failToPay(tab)
    await buy(tab)
    await tab.reload()
    await tab.until(`document.readyState === 'complete'`)
    await tab.eval(`rihla('flush')`)

    // Every document's account is complete up to its highest number, and nothing was lost. What a page could not send when it was left follows after the grace of 30 s.
    const account = async () => ((await (await fetch(`${collector.url}/documents`)).json()) as { documents: { complete: number; highest: number; lost: unknown[] }[] }).documents
    await poll(async () => (await account()).length >= 10 && (await account()).every((each) => each.complete === each.highest), 'every document is complete', 50_000)
    expect((await account()).flatMap((each) => each.lost)).toEqual([])

    const all = await told()
    const count = (name: string) => all.filter((each) => each.name === name).length
    expect(
      ['view_item', 'add_to_cart', 'view_cart', 'begin_checkout', 'add_shipping_info', 'checkout_error', 'add_payment_info', 'purchase'].map((name) => [name, count(name)]),
    ).toEqual([
      ['view_item', 1],
      ['add_to_cart', 1],
      ['view_cart', 1],
      ['begin_checkout', 1],
      ['add_shipping_info', 1],
      ['checkout_error', 1],
      ['add_payment_info', 1],
      ['purchase', 1],
    ])
    expect(count('page_view')).toBe(10)
    // The shop pushes GA4's events, and tells rihla only what GA4 has no word for.
    const saidBy = (source: string) => [...new Set(all.filter((each) => each.source === source).map(({ name }) => name))].sort()
    expect([saidBy('data-layer'), saidBy('api')]).toEqual([['add_payment_info', 'add_shipping_info', 'add_to_cart', 'begin_checkout', 'purchase', 'select_item', 'view_cart', 'view_item', 'view_item_list'], ['checkout_error']])
    // A page that is left before it has read storage does not know its visitor.
    expect(new Set(all.flatMap((each) => each.visitor ?? [])).size).toBe(1)
    expect(all.find((each) => each.name === 'purchase')?.stage?.id).toBe('conversion')
    const moves = all.filter((each) => each.name === 'stage_change').sort((a, b) => a.happened_at - b.happened_at)
    // A page that is left in the moment of a move may not have stored it: the next one tells it again.
    expect([...new Set(moves.map(({ props }) => props?.to))]).toEqual(['awareness', 'consideration', 'conversion'])
    expect(all.filter((each) => !/^(click|page_leave|stage_change|form_start|form_submit)$/.test(each.name) && !each.stage)).toEqual([])

    // The page in the other window, which nobody has touched, shows the same: every touchpoint with its stage, and every document complete.
    await watching.until((count: number) => document.querySelectorAll('#touchpoints tr').length === count, all.length)
    const shown = () =>
      watching.eval(() => ({
        state: document.querySelector('#state')!.textContent,
        rows: [...document.querySelectorAll('#touchpoints tr')].map((row) => [row.querySelector('.name')!.textContent, row.querySelector<HTMLElement>('.badge')?.dataset.stage ?? null, row.querySelector('.badge')?.textContent ?? null]),
        documents: [...document.querySelectorAll('#documents tr')].map((row) => row.querySelector('.number')!.textContent).sort(),
      }))
    const documents = (await account()).map(({ complete }) => `complete up to ${complete}`).sort()
    await poll(async () => JSON.stringify((await shown()).documents) === JSON.stringify(documents), 'the page shows every document complete')
    const { state, rows: visible } = await shown()
    const inOrder = (rows: (string | null)[][]) => rows.map((row) => row.join(' ')).sort()
    expect(state).toBe('live')
    expect(inOrder(visible)).toEqual(inOrder(all.map(({ name, stage }) => [name, stage?.id ?? null, stage?.id ?? null])))

    await collector.close()
    const file = await DuckDBInstance.create(db)
    const connection = await file.connect()
    const kept = (await connection.runAndReadAll('select tab, seq::integer as seq, name, stage from touchpoints order by tab, seq')).getRowObjects()
    connection.closeSync()
    file.closeSync()
    const byPlace = (one: Told, other: Told) => (one.tab === other.tab ? one.seq - other.seq : one.tab < other.tab ? -1 : 1)
    expect(kept).toEqual([...all].sort(byPlace).map(({ tab, seq, name, stage }) => ({ tab, seq, name, stage: stage?.id ?? null })))
  })
})
