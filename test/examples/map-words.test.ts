// @vitest-environment node
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { wordsOf } from '../../examples/map/public/words.js'
import { FUNNEL } from '../../src/journey-map/leg.js'
import { withWords } from '../../src/stage-words.js'
import { aida } from '../../src/stages/aida.js'
import { ecommerceSix } from '../../src/stages/ecommerce-six.js'
import { five } from '../../src/stages/five.js'
import { funnel } from '../../src/stages/funnel.js'
import { saas } from '../../src/stages/saas.js'

const stages = [five, ecommerceSix, aida, funnel, saas].flatMap((model) => withWords(model).stages)
const html = readFileSync('examples/map/public/index.html', 'utf8')
const keys = [...html.matchAll(/data-(?:word|label)="(\w+)"/g)].map(([, key]) => key!)

describe.each(['en', 'ar', 'fa'] as const)('the map in %s', (language) => {
  const words = wordsOf(language)

  test('has a word for whatever its page names', () => {
    expect(keys.length).toBeGreaterThan(20)
    for (const key of keys) expect([key, words.text(key) !== key]).toEqual([key, true])
  })

  test('counts months as the collector does', () => {
    const year = new Intl.NumberFormat(language === 'en' ? 'en' : language === 'ar' ? 'ar-EG' : 'fa-IR', { useGrouping: false }).format(2026)
    expect(words.month('2026-11')).toContain(year)
  })
})

test.each(['ar', 'fa'] as const)('in %s nothing of the shipped models and of the funnel stays in English', (language) => {
  const words = wordsOf(language)
  for (const stage of stages) {
    const said = [words.label(stage), words.name(stage.owner), words.goal(stage.goal ?? '')]
    expect(said.filter((text) => /[a-z]/i.test(text))).toEqual([])
  }
  for (const name of FUNNEL) expect(words.name(name)).not.toMatch(/[a-z]/i)
})
