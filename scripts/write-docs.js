// @ts-check
import { readFileSync, writeFileSync } from 'node:fs'
import { entriesIn, pages, referencesOf, withReferences } from './docs.js'

const all = pages().map((page) => /** @type {const} */ ([page, readFileSync(page, 'utf8')]))
const references = referencesOf(entriesIn(all.map(([, text]) => text)))
for (const [page, text] of all) writeFileSync(page, withReferences(text, references))
console.log(`${references.size} references in ${all.length} pages`)
