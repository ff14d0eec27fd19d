// @ts-check
import { readFile } from 'node:fs/promises'
import { privately } from './answers.js'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** @type {{ [file: string]: string }} */
const types = {
  'index.html': 'text/html; charset=utf-8',
  'login.html': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'rows.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}

/** The files that hold no data and that anyone may load. */
export const assets = ['page.css', 'page.js', 'rows.js', 'icon.svg']

/**
 * Answers with a file of `public/`, under a policy that lets nothing else run, load or frame it.
 * @type {(file: string, status?: number) => Promise<Response>}
 */
export const page = async (file, status = 200) => {
  const body = await readFile(new URL(`public/${file}`, import.meta.url))
  return new Response(new Uint8Array(body), { status, headers: { ...privately, 'content-type': types[file] ?? '', 'content-security-policy': policy } })
}
