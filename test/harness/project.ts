import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const runtimes = join(root, 'test/runtimes')

/** A project of somebody who has installed rihla and what `npm run runtimes` installs. */
export interface Project {
  readonly folder: string
  /** Copies a file or folder of `examples/` to a path in it. */
  readonly copy: (example: string, path: string) => void
  readonly remove: () => void
}

/** `app`: the folder in it that has the `package.json`. */
export function createProject(app = '.'): Project {
  const folder = mkdtempSync(join(runtimes, 'project-'))
  const rihla = join(folder, 'node_modules/rihla')
  // As npm puts it there, so that it finds its peers where a shop has them.
  for (const name of ['dist', 'package.json']) cpSync(join(root, name), join(rihla, name), { recursive: true })
  symlinkSync(join(runtimes, 'node_modules/@duckdb'), join(folder, 'node_modules/@duckdb'))
  mkdirSync(join(folder, app), { recursive: true })
  writeFileSync(join(folder, app, 'package.json'), JSON.stringify({ name: 'shop', private: true, type: 'module', dependencies: { rihla: '*', '@duckdb/node-api': '*' } }))
  return {
    folder,
    copy: (example, path) => cpSync(join(root, 'examples', example), join(folder, path), { recursive: true }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
