import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { findBrowsers } from '../../scripts/browsers.js'

const { clickhouse, nats, haproxy } = findBrowsers().servers
const run = (...args: string[]) => promisify(execFile)(process.execPath, ['scripts/cluster/cluster.js', ...args], { timeout: 280_000 }).catch((error: { stdout: string; stderr: string }) => error)
const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('rihla-cluster-'))

describe('the cluster', () => {
  test.skipIf(!clickhouse || !nats || !haproxy)('loses no acknowledged touchpoint, and counts none twice, while a server of each kind is killed; nothing of it stays', async () => {
    const before = left()
    const { stdout, stderr } = await run('--seconds', '30', '--shoppers', '100', '--senders', '2')
    expect(stderr).toBe('')
    const [, acknowledged, stored] = /acknowledged (\d+), stored (\d+), missing 0, double 0/.exec(stdout) ?? [stdout]
    expect(Number(acknowledged)).toBeGreaterThan(1000)
    expect(stored).toBe(acknowledged)
    expect(stdout).toContain('killed a log server')
    expect(stdout).toContain('killed a collector')
    expect(stdout).toContain('the map says that part 2 of 2 is away')
    expect(stdout).toContain('the map equals that of a collector in memory with the same requests')
    expect(Number(/without an acknowledgement ([\d.]+) s/.exec(stdout)?.[1])).toBeLessThan(15)
    expect(left()).toEqual(before)
  }, 290_000)

  test('says what is wrong with its options', async () => {
    expect(await run('--seconds', '1')).toMatchObject({ stderr: '--seconds: expected a number from 30 to 86400, got "1".\n' })
    expect(await run('--help')).toMatchObject({ stdout: expect.stringContaining('Usage: npm run cluster') })
  })
})
