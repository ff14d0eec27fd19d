// @ts-check
import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'

const own = new URL('public/', import.meta.url)
const dist = new URL('../../dist/', import.meta.url)

/** @type {[path: string, folder: URL, type: string][]} */
const files = [
  ['shop.css', own, 'text/css;charset=utf-8'],
  ['shop.js', own, 'text/javascript;charset=utf-8'],
  ['favicon.svg', own, 'image/svg+xml'],
  ['rihla.js', dist, 'text/javascript;charset=utf-8'],
  ['rihla.js.map', dist, 'application/json'],
  ['rihla.devtools.js', dist, 'text/javascript;charset=utf-8'],
]

/** The files of the shop, and the tracker as the build left it. Read for each request, so that a new build needs no restart. */
export const assets = () => {
  const app = new Hono()
  for (const [path, folder, type] of files) {
    app.get(`/${path}`, async (c) => {
      try {
        const text = await readFile(new URL(path, folder), 'utf8')
        return c.body(text, 200, { 'content-type': type, 'cache-control': 'no-cache' })
      } catch {
        return c.text(`dist/${path} is not there yet: run \`npm run build\` first.\n`, 404)
      }
    })
  }
  return app
}
