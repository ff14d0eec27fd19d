import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { compressed } from '../scripts/sizes.js'
import type { Row } from './table.js'

const LARGEST = 10

/** What the largest modules of the script tag cost: their own minified bytes, and what the script would have less without them, compressed. */
export async function modules(): Promise<Row[]> {
  const [, code = ''] = readFileSync('dist/rihla.js', 'utf8').split('\n')
  const map = new SourceMap(JSON.parse(readFileSync('dist/rihla.js.map', 'utf8')))
  const texts = new Map<string, string>()
  for (let column = 0; column < code.length; column++) {
    const { originalSource = '' } = map.findEntry(1, column) as { originalSource?: string }
    texts.set(originalSource, (texts.get(originalSource) ?? '') + code[column])
  }
  const brotli = (all: readonly string[]) => compressed(all.join('')).brotli
  const whole = brotli([...texts.values()])
  const sorted = [...texts].sort(([, one], [, other]) => other.length - one.length).slice(0, LARGEST)
  return sorted.map(([source, text]) => ({
    module: `\`${source.replace(/^.*\/src\//, '')}\``,
    'minified, bytes': `${text.length}`,
    'brotli less without it, bytes': `${whole - brotli([...texts].flatMap(([other, each]) => (other === source ? [] : [each])))}`,
  }))
}
