interface Waiting<Item, Answer> {
  readonly item: Item
  readonly size: number
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Many who submit, one who commits. */
export interface GroupCommit<Item, Answer> {
  /** Resolves after the commit that holds the item. */
  readonly submit: (item: Item, size: number) => Promise<Answer>
  /** Runs work when no commit does, before those that are waiting. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>
  /** Bytes submitted and not committed yet. */
  readonly waitingBytes: () => number
  /** Resolves when nothing waits. */
  readonly idle: () => Promise<void>
}

/**
 * One writer for many: what is submitted while a commit runs is committed together by the next one. When a group fails, each of its items is tried by itself, so that
 * one bad item costs no other. `maxGroup`: most bytes in one commit.
 */
export function createGroupCommit<Item, Answer>(commit: (items: readonly Item[]) => Promise<readonly Answer[]>, maxGroup = 2_000_000): GroupCommit<Item, Answer> {
  let waiting: Waiting<Item, Answer>[] = []
  let chores: (() => Promise<void>)[] = []
  let waitingBytes = 0
  let running: Promise<void> | undefined

  const settle = async (group: readonly Waiting<Item, Answer>[]): Promise<void> => {
    try {
      const answers = await commit(group.map(({ item }) => item))
      group.forEach(({ resolve }, index) => resolve(answers[index]!))
    } catch (error) {
      if (group.length === 1) group[0]!.reject(error)
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
    while (waiting.length || chores.length) {
      const due = chores
      chores = []
      for (const chore of due) await chore()
      const group = nextGroup()
      if (group.length) await settle(group)
      for (const { size } of group) waitingBytes -= size
    }
    running = undefined
  }

  return {
    submit: (item, size) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, size, resolve, reject })
        waitingBytes += size
        running ??= run()
      }),
    alone: (work) =>
      new Promise((resolve, reject) => {
        chores.push(() => work().then(resolve, reject))
        running ??= run()
      }),
    waitingBytes: () => waitingBytes,
    idle: async () => {
      while (running) await running
    },
  }
}
