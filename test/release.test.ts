// @vitest-environment node
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { changesOf, faultsOf, notesOf } from '../scripts/release.js'

const state = {
  version: '1.2.0',
  changelog: '# Changelog\n\n## 1.2.0 (2026-12-01)\n\n- More.\n\n## 1.1.0 (2026-11-01)\n\n- Less.\n',
  lock: '1.2.0',
  sdk: 'rihla/1.2.0',
  repository: 'git+https://git.example/rihla.git',
  tags: ['v1.1.0'],
  changed: [],
}

describe('a release', () => {
  test('is made where everything says the same', () => {
    expect(faultsOf(state)).toEqual([])
  })

  test.each<[Partial<typeof state> & { repository?: undefined; changed?: string[] }, string]>([
    [{ version: 'next' }, 'version must be as 1.2.3'],
    [{ changelog: '# Changelog\n\n## 1.1.0 (2026-11-01)\n\n- Less.\n' }, 'CHANGELOG.md must have a heading "## 1.2.0 (date)"'],
    [{ changelog: '## 1.2.0\n\n- More.\n' }, 'CHANGELOG.md must have a heading'],
    [{ changelog: '## 1.2.0 (2026-12-01)\n\n## 1.1.0 (2026-11-01)\n\n- Less.\n' }, 'CHANGELOG.md must say what 1.2.0 changes'],
    [{ lock: '1.1.0' }, 'package-lock.json must be of version 1.2.0'],
    [{ sdk: 'rihla/1.1.0' }, 'src/version.ts must say rihla/1.2.0'],
    [{ tags: ['v1.2.0'] }, 'v1.2.0 is tagged already'],
    [{ repository: undefined }, 'package.json must name its repository'],
    [{ changed: ['src/index.ts'] as never[] }, 'everything must be committed, got src/index.ts'],
  ])('is not made with %j', (wrong, fault) => {
    expect(faultsOf({ ...state, ...wrong } as typeof state)).toEqual(expect.arrayContaining([expect.stringContaining(fault)]))
  })

  test('is tried without a repository, and with what is not committed', () => {
    expect(faultsOf({ ...state, repository: undefined as unknown as string, changed: ['a'] as never[] }, true)).toEqual([])
  })
})

test('this state could be released', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(faultsOf({ version, changelog: readFileSync('CHANGELOG.md', 'utf8'), lock: JSON.parse(readFileSync('package-lock.json', 'utf8')).version, sdk: /'([^']+)'/.exec(readFileSync('src/version.ts', 'utf8'))![1]!, tags: [], changed: [] }, true)).toEqual([])
})

test('the notes say what has changed and what pages that pin a script need', () => {
  const notes = notesOf('1.2.0', changesOf(state.changelog, '1.2.0')![2]!, [['rihla.js', 'sha384-a'], ['rihla.shopify.js', 'sha384-b']])
  expect(notes.startsWith('- More.\n\n## Scripts')).toBe(true)
  expect(notes).not.toContain('Less')
  expect(notes).toContain('src="https://cdn.jsdelivr.net/npm/rihla@1.2.0/dist/rihla.js" integrity="sha384-a" crossorigin="anonymous"')
  expect(notes).toContain('| `rihla.shopify.js` | `sha384-b` |')
})
