// @ts-check

/**
 * @template Item, Answer
 * @typedef {{ item: Item, size: number, resolve: (answer: Answer) => void, reject: (error: unknown) => void }} Waiting
 */

/**
 * One writer for many: what is submitted while a commit runs is committed together by the next one. A promise resolves after the commit that holds its
 * item. When a group fails, each of its items is tried by itself, so that one bad item costs no other.
 * @template Item, Answer
 * @param {{ commit: (items: Item[]) => Promise<Answer[]>, maxGroup?: number }} options `maxGroup`: most bytes in one commit. @default 2 MB
 */
export const createGroupCommit = ({ commit, maxGroup = 2_000_000 }) => {
  /** @type {Waiting<Item, Answer>[]} */
  let waiting = []
  let waitingBytes = 0
  /** @type {Promise<void> | undefined} */
  let running

  /** @type {(group: Waiting<Item, Answer>[]) => Promise<void>} */
  const settle = async (group) => {
    try {
      const answers = await commit(group.map(({ item }) => item))
      group.forEach(({ resolve }, index) => resolve(/** @type {Answer} */ (answers[index])))
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error)
      else for (const one of group) await settle([one])
    }
  }

  const nextGroup = () => {
    let size = 0
    const end = waiting.findIndex((one, index) => (size += one.size) > maxGroup && index > 0)
    const group = end < 0 ? waiting : waiting.slice(0, end)
    waiting = waiting.slice(group.length)
    return group
  }

  const run = async () => {
    while (waiting.length > 0) {
      const group = nextGroup()
      await settle(group)
      for (const { size } of group) waitingBytes -= size
    }
    running = undefined
  }

  return {
    /** @type {(item: Item, size: number) => Promise<Answer>} */
    submit: (item, size) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, size, resolve, reject })
        waitingBytes += size
        running ??= run()
      }),
    /** Bytes submitted and not committed yet. */
    waitingBytes: () => waitingBytes,
    /**
     * Resolves when nothing waits.
     * @type {() => Promise<void>}
     */
    idle: async () => {
      while (running) await running
    },
  }
}
