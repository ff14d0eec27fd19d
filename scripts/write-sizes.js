// @ts-check
import { readFileSync, writeFileSync } from 'node:fs'
import { weights } from './sizes.js'

/** How much a part may grow before its test fails. */
const ROOM = 1.02

const sizes = await weights()
const kb = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} KB`

let readme = readFileSync('README.md', 'utf8').replace(/(\*\*Small\.\*\* .*?)\d+\.\d KB/, `$1${kb(sizes['rihla/rihla.js'] ?? 0)}`)
for (const [entry, bytes] of Object.entries(sizes)) readme = readme.replace(new RegExp(`^(\\|.*[\` ]${entry}\`.* )\\d+\\.\\d KB \\|$`, 'm'), `$1${kb(bytes)} |`)
writeFileSync('README.md', readme)
writeFileSync('test/budgets.json', `${JSON.stringify(Object.fromEntries(Object.entries(sizes).map(([entry, bytes]) => [entry, Math.ceil((bytes * ROOM) / 10) * 10])), null, 2)}\n`)
console.log(sizes)
