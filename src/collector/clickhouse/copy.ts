import type { Dump } from '../types.js'
import type { Engine } from './engine.js'
import type { Epoch } from './epoch.js'
import type { Shards } from './shards.js'
import { tablesOf } from './tables-of.js'

/** Copies another store's tables. What has been begun may be begun again: what is there already counts once. Rejects where something else has been written. */
export async function copy(dump: Dump, shards: Shards, meta: Engine, epoch: Epoch, onProgress: (copied: number) => void): Promise<number> {
  const tables = tablesOf(shards, meta, epoch, () => {})
  const [begun] = await meta.query(`SELECT count() AS times FROM progress WHERE name = 'copying'`)
  if (!Number(begun!.times) && (await tables.arrivals())) throw new Error('there is something in it already, that was not copied')
  await meta.insert('progress', [{ name: 'copying', n: 0, epoch: await epoch() }])
  for await (const people of dump.people) await tables.transaction((writes) => writes.putPeople(people))
  for await (const visits of dump.visits) await tables.transaction((writes) => writes.putVisits(visits))
  for await (const orders of dump.orders) await shards.insert('orders', orders.map((id) => ({ id })), ({ id }) => [id])
  for await (const forgotten of dump.forgotten) await shards.insert('forgotten', forgotten.map(([key, at]) => ({ key, at })), ({ key }) => [key])
  let copied = 0
  for await (const rows of dump.rows) {
    await tables.transaction((writes) => writes.addRows(rows))
    onProgress((copied += rows.length))
  }
  // Last, since an account says what is there.
  for await (const accounts of dump.accounts) await tables.transaction((writes) => writes.putAccounts(accounts))
  return copied
}
