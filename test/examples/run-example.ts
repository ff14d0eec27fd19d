import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { freshFolder } from './collector-harness.js'

/** Runs a command of the examples as a user would; it is killed after the test at the latest. `url` is the first address that it prints. */
export const runExample = (file: string, args: string[], { env = {}, cwd = freshFolder() }: { readonly env?: Record<string, string>; readonly cwd?: string } = {}) => {
  const script = fileURLToPath(new URL(`../../examples/${file}`, import.meta.url))
  const child = spawn(process.execPath, [script, ...args], { cwd, env: { PATH: process.env.PATH, ...env } })
  const printed = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (printed.out += chunk))
  child.stderr.on('data', (chunk) => (printed.err += chunk))
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => child.on('close', (code) => resolve({ code, ...printed })))
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const found = /http:\S+/.exec(printed.out)
      if (found) resolve(found[0])
    })
    child.on('close', () => reject(new Error(`it ended: ${printed.err}`)))
  })
  url.catch(() => {})
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, ended, url, printed }
}
