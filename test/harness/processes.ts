import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process that this harness started, together with everything below it. */
export interface Launched {
  readonly pid: number
  /** What it printed so far, both streams. */
  readonly output: () => string
  /** Resolves with the first match in its output; rejects when it ends first or after `ms`. */
  readonly line: (pattern: RegExp, ms?: number) => Promise<RegExpMatchArray>
  readonly exited: Promise<void>
  /** Ends the whole tree at once (SIGKILL unless told otherwise) and waits until it is gone. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>
}

/** One process below another. */
export interface Child {
  readonly pid: number
  readonly command: string
}

const running = new Map<number, () => void>()
const mark = 'RIHLA_TEST_ROOT'

const readProc = (pid: number | string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}

const allPids = (): number[] => {
  try {
    return readdirSync('/proc').map(Number).filter((pid) => pid > 1)
  } catch {
    return []
  }
}

/** Whether a process runs; one that has ended but was not collected by its parent does not (Linux). */
export const isAlive = (pid: number): boolean => {
  const state = readProc(pid, 'stat').replace(/^.*\) /s, '')[0]
  return state !== undefined && state !== 'Z'
}

const signalQuietly = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}

/** Everything that runs below a process (Linux; empty elsewhere), nearest first. */
export function childrenOf(root: number): Child[] {
  const parents = allPids().map((pid) => [pid, Number(readProc(pid, 'stat').replace(/^.*\) /s, '').split(' ')[1])] as const)
  const found: number[] = []
  for (let layer = [root]; layer.length > 0; ) {
    layer = parents.filter(([pid, parent]) => layer.includes(parent) && !found.includes(pid)).map(([pid]) => pid)
    found.push(...layer)
  }
  return found.map((pid) => ({ pid, command: readProc(pid, 'cmdline').replaceAll('\0', ' ').trim() }))
}

/** Polls until something holds, at most `ms`; rejects with `what` otherwise. For things that send no event. */
export async function poll(check: () => boolean | Promise<boolean>, what: string, ms = 10_000): Promise<void> {
  for (const end = Date.now() + ms; !(await check()); await sleep(15)) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`)
  }
}

/** Starts a process in a group of its own. It is ended when this process ends, whatever happens. */
export function launch(command: string, args: readonly string[], env: { [name: string]: string | undefined } = {}, cwd?: string): Launched {
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env, RIHLA_TEST_MARK: process.env[mark] ?? 'none' } })
  const pid = child.pid
  if (pid === undefined) throw new Error(`cannot start ${command}`)
  let output = ''
  const listeners = new Set<() => void>()
  const heard = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-100_000)
    for (const listener of [...listeners]) listener()
  }
  child.stdout.on('data', heard)
  child.stderr.on('data', heard)
  let ended = false
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  }).then(() => {
    ended = true
    for (const listener of [...listeners]) listener()
  })
  const signalTree = (signal: NodeJS.Signals): number[] => {
    const tree = childrenOf(pid).map((each) => each.pid)
    signalQuietly(-pid, signal)
    for (const each of tree) signalQuietly(each, signal)
    return tree
  }
  running.set(pid, () => signalTree('SIGKILL'))
  return {
    pid,
    output: () => output,
    exited,
    line: (pattern, ms = 30_000) =>
      new Promise((resolve, reject) => {
        const done = (settle: () => void): void => {
          clearTimeout(timer)
          listeners.delete(look)
          settle()
        }
        const look = (): void => {
          const match = pattern.exec(output)
          if (match) done(() => resolve(match))
          else if (ended) done(() => reject(new Error(`${command} ended before it said ${pattern}:\n${output}`)))
        }
        const timer = setTimeout(() => done(() => reject(new Error(`${command} did not say ${pattern} in ${ms} ms:\n${output}`))), ms)
        listeners.add(look)
        look()
      }),
    kill: async (signal = 'SIGKILL') => {
      const tree = signalTree(signal)
      await exited
      running.delete(pid)
      if (signal !== 'SIGKILL') for (const each of tree) await poll(() => !isAlive(each), `end of ${command}`, 3000).catch(() => signalQuietly(each, 'SIGKILL'))
      await poll(() => !tree.some(isAlive), `end of what ${command} started`)
    },
  }
}

/** Ends everything that was started from this process, at once. */
export function killAll(): void {
  for (const end of running.values()) end()
  running.clear()
}

/** Ends what test processes of this run left behind, for example after they were killed themselves (Linux). */
export function sweep(root: string): void {
  for (const pid of allPids()) if (readProc(pid, 'environ').split('\0').includes(`RIHLA_TEST_MARK=${root}`)) signalQuietly(pid, 'SIGKILL')
}

process.once('exit', killAll)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(signal, () => {
    killAll()
    process.exit(1)
  })
}
