// @ts-check
import { openDatabase } from './database.js'
import { readDocuments, readTouchpoints, toTouchpoint } from './read.js'
import { createWriter } from './writer.js'

/** @typedef {import('./filters.js').Filters} Filters */
/** @typedef {import('./read.js').Touchpoint} Touchpoint */
/** @typedef {Awaited<ReturnType<typeof openStore>>} Store */

/**
 * Keeps touchpoints, visits and the loss account in one DuckDB file. Throws one sentence for people when the file cannot be opened.
 * `commit` is for one caller at a time (see group-commit.js); reading may go on meanwhile.
 * @param {string} path
 */
export const openStore = async (path) => {
  const database = await openDatabase(path)
  const reading = await database.connect()
  const writing = await database.connect()
  const arrivals = Number((await reading.runAndReadAll('SELECT coalesce(max(n), 0) FROM touchpoints')).getRows()[0]?.[0])
  /** @type {Set<(read: () => Touchpoint[]) => void>} */
  const listeners = new Set()
  /** @type {(stored: import('./writer.js').Stored[]) => void} */
  const onStored = (stored) => {
    for (const listener of listeners) listener(() => stored.map(({ row, visit }) => toTouchpoint(row, visit)))
  }
  return {
    /** Writes judged requests in one transaction; resolves when they are on the disk. */
    commit: createWriter(writing, { arrivals, onStored }),
    /** @type {(filters: Filters) => ReturnType<typeof readTouchpoints>} */
    touchpoints: (filters) => readTouchpoints(reading, filters),
    /** @type {(filters: Filters) => ReturnType<typeof readDocuments>} */
    documents: (filters) => readDocuments(reading, filters),
    /**
     * Tells of new touchpoints after each commit. They are made readable only when the listener asks, so that one without readers costs nothing.
     * @type {(listener: (read: () => Touchpoint[]) => void) => () => void}
     */
    onCommit: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    /** Moves everything into the database file and lets go of it. Nothing may be under way. */
    close: async () => {
      await writing.run('CHECKPOINT').catch(() => {})
      writing.disconnectSync()
      reading.disconnectSync()
      database.close()
    },
  }
}
