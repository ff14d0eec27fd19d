import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hint } from '../src/stage.js'
import { checkModel, extendModel, type Extension } from '../src/stage-models.js'
import { five } from '../src/stages/five.js'
import { models } from './fixtures/models.js'

const idsOf = ({ stages }: { readonly stages: readonly { readonly id: string }[] }) => stages.map(({ id }) => id)

describe('a company\'s own model', () => {
  const own = extendModel(five, {
    id: 'acme',
    version: 3,
    insert: [
      { id: 'onboarding', after: 'conversion', label: { en: 'Onboarding' }, five: 'loyalty' },
      { id: 'first', before: 'awareness' },
      { id: 'second', after: 'first' },
    ],
    rename: { consideration: 'Research', loyalty: { en: 'Coming back', fa: 'بازگشت' } },
    owners: { conversion: 'shop team' },
    rules: [{ on: 'view_item', stage: 'onboarding', confidence: 0.7 }],
  })

  test('has its stages where it puts them', () => {
    expect(idsOf(own)).toEqual(['first', 'second', 'awareness', 'consideration', 'conversion', 'onboarding', 'loyalty', 'advocacy'])
    expect([own.id, own.version, own.stages[5]]).toEqual(['acme', 3, { id: 'onboarding', label: { en: 'Onboarding' }, five: 'loyalty' }])
  })

  test('has its labels and owners', () => {
    expect([own.stages[3], own.stages[4], own.stages[6]]).toEqual([{ id: 'consideration', label: { en: 'Research' } }, { id: 'conversion', owner: 'shop team' }, { id: 'loyalty', label: { en: 'Coming back', fa: 'بازگشت' } }])
  })

  test('has its rules after those of the other: of equally sure ones they win', () => {
    expect(hint(own, { name: 'view_item' }, { visits: 1, purchases: 0 })?.id).toBe('onboarding')
  })

  test('leaves the other as it was, and needs no name', () => {
    expect([idsOf(five).length, extendModel(five, {}).id, extendModel(five, {}).version]).toEqual([5, 'five-own', 1])
  })

  test('can be extended again, and comes out of JSON as it went in', () => {
    const again = extendModel(JSON.parse(JSON.stringify(own)), { insert: [{ id: 'last', after: 'advocacy' }] })
    expect([again.id, idsOf(again).at(-1)]).toEqual(['acme-own', 'last'])
  })

  test.each<[Extension, string]>([
    [{ insert: [{ id: 'x', after: 'nowhere' }] }, 'rihla: insert[0].after must be one of awareness, consideration, conversion, loyalty, advocacy, got "nowhere"'],
    [{ insert: [{ id: 'x', before: 'nowhere' }] }, 'rihla: insert[0].before must be one of awareness, consideration, conversion, loyalty, advocacy, got "nowhere"'],
    [{ insert: [{ id: 'loyalty', after: 'awareness' }] }, 'rihla: stages.stages[4].id must be a word of a-z 0-9 _ - that no other stage has'],
    [{ rename: { nowhere: 'x' } }, 'rihla: rename must be one of awareness, consideration, conversion, loyalty, advocacy, got "nowhere"'],
    [{ owners: { nowhere: 'x' } }, 'rihla: owners must be one of awareness, consideration, conversion, loyalty, advocacy, got "nowhere"'],
    [{ insert: Array.from({ length: 8 }, (_, i) => ({ id: `x${i}`, after: 'advocacy' })) }, 'rihla: stages.stages must be an array of 2 to 12 stages'],
    [{ rules: [{ on: 'a', stage: 'nowhere', confidence: 1 }] }, `rihla: stages.rules[${five.rules.length}].stage must be one of awareness, consideration, conversion, loyalty, advocacy`],
  ])('%o is an error that names the place', (extension, message) => {
    expect(() => extendModel(five, extension)).toThrow(new TypeError(message))
  })

  test('keeps the order and the ids of the other\'s stages, whatever is inserted', () => {
    const insert = fc.uniqueArray(fc.constantFrom('n1', 'n2', 'n3', 'n4', 'n5')).chain((ids) => fc.tuple(...ids.map((id) => fc.record({ id: fc.constant(id), at: fc.nat(4), isAfter: fc.boolean() }))))
    fc.assert(
      fc.property(fc.constantFrom(...models), insert, fc.string(), (model, all, label) => {
        const ids = idsOf(model)
        const placed = all.map(({ id, at, isAfter }) => (isAfter ? { id, after: ids[at % ids.length]! } : { id, before: ids[at % ids.length]! }))
        const made = extendModel(model, { insert: placed, rename: { [ids[0]!]: label }, owners: { [ids[1]!]: label } })
        expect(idsOf(made).filter((id) => ids.includes(id))).toEqual(ids)
        expect(idsOf(made).length).toBe(ids.length + all.length)
        expect(made.rules).toEqual(model.rules)
      }),
    )
  })
})

describe('a model that is wrong is an error that names the place and what was expected', () => {
  const right = { id: 'a', version: 1, stages: [{ id: 'x' }, { id: 'y' }], rules: [] as unknown[] }
  const rule = (given: object) => ({ ...right, rules: [{ on: 'a', stage: 'x', confidence: 1 }, { on: 'a', stage: 'x', confidence: 1, ...given }] })
  const asked = (what: string, condition: unknown) => rule({ if: { [what]: condition } })

  test('and one that is right is not', () => {
    expect(checkModel(right)).toBe(right)
    expect(checkModel(asked('path', { re: '^/(account|orders)(/|$)', exists: true, in: ['/'] }))).toBeTruthy()
  })

  test.each<[model: unknown, message: string]>([
    [undefined, 'stages must be a stage model'],
    ['five', 'stages must be a stage model'],
    [{ ...right, id: 'A b' }, 'stages.id must be a word'],
    [{ ...right, version: '1' }, 'stages.version must be a whole number'],
    [{ ...right, stages: [{ id: 'x' }] }, 'stages.stages must be an array of 2 to 12 stages'],
    [{ ...right, stages: [{ id: 'x' }, { id: 'x' }] }, 'stages.stages[1].id must be a word of a-z 0-9 _ - that no other stage has'],
    [{ ...right, stages: [{ id: 'x' }, null] }, 'stages.stages[1].id must be'],
    [{ ...right, rules: {} }, 'stages.rules must be an array'],
    [{ ...right, rules: [7] }, 'stages.rules[0] must be a rule'],
    [rule({ id: 'x y' }), 'stages.rules[1].id must be a word'],
    [rule({ on: undefined }), 'stages.rules[1].on must be the name of a touchpoint'],
    [rule({ on: [] }), 'stages.rules[1].on must be'],
    [rule({ stage: 'z' }), 'stages.rules[1].stage must be one of x, y'],
    [rule({ confidence: 1.1 }), 'stages.rules[1].confidence must be a number from 0 to 1'],
    [rule({ confidence: NaN }), 'stages.rules[1].confidence must be a number from 0 to 1'],
    [rule({ if: [] }), 'stages.rules[1].if must be an object of conditions'],
    [asked('visit', 1), 'stages.rules[1].if.visit must be about landing'],
    [asked('props.', 1), 'stages.rules[1].if.props. must be about landing'],
    [asked('kind', null), 'stages.rules[1].if.kind must be a text'],
    [asked('kind', [{}]), 'stages.rules[1].if.kind must be a text'],
    [asked('kind', { like: 'a' }), 'stages.rules[1].if.kind.like must be one of eq, in, gt'],
    [asked('kind', { constructor: 'a' }), 'stages.rules[1].if.kind.constructor must be one of eq, in, gt'],
    [asked('visits', { gt: '1' }), 'stages.rules[1].if.visits.gt must be a number'],
    [asked('kind', { in: 'a' }), 'stages.rules[1].if.kind.in must be an array'],
    [asked('kind', { exists: 1 }), 'stages.rules[1].if.kind.exists must be true or false'],
    [asked('kind', { eq: {} }), 'stages.rules[1].if.kind.eq must be a text'],
    ...['(', '(a+)+', '(a|a)*', '(a|b){2,}', '(a)\\1', '(?<n>a)\\k<n>', 'a*b*c*d', '.*.+.{1,}', 'x'.repeat(257)].map((re): [unknown, string] => [asked('path', { re }), 'stages.rules[1].if.path.re must be a regular expression']),
  ])('%o: %s', (model, message) => {
    expect(() => checkModel(model)).toThrow(`rihla: ${message}`)
  })

  test('whatever it is, the error is a TypeError of ours', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 5 }), (model) => {
        try {
          checkModel(model)
        } catch (error) {
          expect([(error as Error).name, (error as Error).message.startsWith('rihla: stages')]).toEqual(['TypeError', true])
        }
      }),
    )
  })
})
