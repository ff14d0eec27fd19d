import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clicks, type ClickOptions } from '../../src/sources/clicks.js'
import type { Mishap, Moment, Seen } from '../../src/types.js'

const stops: (() => void)[] = []
beforeEach(() => history.replaceState({}, '', '/'))
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  document.body.innerHTML = ''
})

const watch = (options?: ClickOptions) => {
  const seen: Moment[] = []
  const record = (moment: Seen) => {
    if ('failure' in moment) throw moment.failure
    seen.push(moment as Moment)
  }
  stops.push(clicks(options)(record))
  return seen
}

/** The moment of one click on what has `data-here` or on the first element of the markup. */
const clickOn = (html: string, init: MouseEventInit & { type?: string } = {}, options?: ClickOptions) => {
  document.body.innerHTML = html
  const seen = watch(options)
  const target = document.body.querySelector('[data-here]') ?? document.body.firstElementChild!
  target.addEventListener('click', (event) => event.preventDefault())
  target.dispatchEvent(new MouseEvent(init.type ?? 'click', { bubbles: true, composed: true, cancelable: true, ...init }))
  stops.splice(0).forEach((stop) => stop())
  return seen[0]
}
const propsOf = (html: string, options?: ClickOptions) => clickOn(html, {}, options)?.props
const textsOf = (...htmls: string[]) => htmls.map((html) => propsOf(html)?.text)
const selectorsOf = (...htmls: string[]) => htmls.map((html) => propsOf(html)?.selector)

describe('what counts', () => {
  test('links, buttons and ARIA roles count, also when something within them is hit', () => {
    const controls = ['<a href="/a" id="x">A</a>', '<button id="x">A</button>', '<summary id="x">A</summary>', '<div role="tab" id="x">A</div>', '<input type="submit" id="x">', '<i data-rihla="x" id="x">A</i>']
    expect(selectorsOf(...controls)).toEqual(['a#x', 'button#x', 'summary#x', 'div#x', 'input#x', 'i#x'])
    expect(propsOf('<button id="buy"><svg><path data-here></path></svg>Buy</button>')?.selector).toBe('button#buy')
  })

  test('what is no control does not count', () => {
    expect(['<div>A</div>', '<a>A</a>', '<input type="text">', '<label>A</label>'].map((html) => clickOn(html))).toEqual(Array(4).fill(undefined))
  })

  test('selector adds controls', () => {
    expect(propsOf('<div class="swatch" id="red">A</div>', { selector: '.swatch' })?.selector).toBe('div#red')
  })

  test('a selector that is no CSS is told at the start', () => {
    expect(() => clicks({ selector: '..' })(() => {})).toThrow()
  })

  test('a middle click counts, a right click does not', () => {
    const html = '<a href="/a" id="x">A</a>'
    expect([clickOn(html, { type: 'auxclick', button: 1 })?.name, clickOn(html, { type: 'auxclick', button: 2 })]).toEqual(['click', undefined])
  })

  test('a control in an open shadow root counts', () => {
    document.body.innerHTML = '<shop-card></shop-card>'
    const root = document.body.firstElementChild!.attachShadow({ mode: 'open' })
    root.innerHTML = '<button id="buy">Buy</button>'
    const seen = watch()
    root.querySelector('button')!.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true }))
    expect(seen.map(({ props }) => props?.selector)).toEqual(['button#buy'])
  })

  test('a click that the shop stops from propagating counts', () => {
    document.body.innerHTML = '<button id="x">A</button>'
    document.body.firstElementChild!.addEventListener('click', (event) => event.stopImmediatePropagation())
    const seen = watch()
    ;(document.body.firstElementChild as HTMLElement).click()
    expect(seen).toHaveLength(1)
  })
})

describe('the moment', () => {
  test('is a click of this source, with what was clicked', () => {
    expect(clickOn('<button id="buy">Buy now</button>')).toEqual({ name: 'click', source: 'clicks', props: { selector: 'button#buy', text: 'Buy now', scripted: true }, leaving: false })
  })

  test('clicks by script carry scripted, those of people do not', () => {
    document.body.innerHTML = '<button>A</button>'
    const seen = watch()
    const event = new MouseEvent('click', { bubbles: true, composed: true })
    Object.defineProperty(event, 'isTrusted', { value: true })
    document.body.firstElementChild!.dispatchEvent(event)
    expect(seen[0]?.props).toEqual({ selector: 'button', text: 'A' })
  })
})

describe('selector', () => {
  test('names the control by its id, test id, name or role', () => {
    expect(selectorsOf('<button id="buy">A</button>', '<button data-testid="buy">A</button>', '<button name="buy">A</button>', '<div role="button">A</div>', '<button id="a" name="b">A</button>')).toEqual([
      'button#buy',
      'button[data-testid=buy]',
      'button[name=buy]',
      'div[role=button]',
      'button#a',
    ])
  })

  test('else names the nearest element that has one', () => {
    expect(selectorsOf('<nav id="top"><ul><li><a href="/" data-here>A</a></li></ul></nav>', '<p><button data-here>A</button></p>')).toEqual(['nav#top a', 'button'])
  })

  test('passes over ids that a framework made up', () => {
    expect(selectorsOf('<button id="radix-1234">A</button>', '<button id=":r1:">A</button>', `<button id="${'a'.repeat(41)}">A</button>`, '<button id="step-12">A</button>')).toEqual(['button', 'button', 'button', 'button#step-12'])
  })
})

describe('text', () => {
  test('is what the control says, in one line, no more than it takes to clean what is kept', () => {
    expect(textsOf('<button>  Add \n <b>to</b><i>cart</i> </button>', `<button>${'ab '.repeat(200)}</button>`, '<button></button>', '<button>أضف إلى السلة</button>')).toEqual(['Add to cart', 'ab '.repeat(107), undefined, 'أضف إلى السلة'])
  })

  test('is the label where there is one', () => {
    expect(textsOf('<button aria-label="Close">×</button>', `<button aria-label="${'x'.repeat(999)}">×</button>`, '<button aria-label="">×</button>')).toEqual(['Close', 'x'.repeat(321), '×'])
  })

  test('is in one line before it is cut, however far apart its words are', () => {
    expect(textsOf(`<button>${' \n'.repeat(300)}mina.rad@shop.example${' \n'.repeat(300)}</button>`)).toEqual(['mina.rad@shop.example'])
  })

  test('never comes from fields, editable or ignored regions', () => {
    const within = ['<input value="secret">', '<textarea>secret</textarea>', '<select><option>secret</option></select>', '<b contenteditable>secret</b>', '<b contenteditable="true">secret</b>', '<b data-rihla-ignore>secret</b>', '<style>secret</style>', '<script type="x">secret</script>', '<svg><text>secret</text></svg>']
    expect(textsOf(...within.map((html) => `<button>${html} ok</button>`))).toEqual(within.map(() => 'ok'))
    expect(textsOf('<input type="submit" value="secret">', '<b contenteditable="false"><button data-here>ok</button></b>')).toEqual([undefined, 'ok'])
  })

  test('and no label or link of a control within an ignored or editable region is recorded', () => {
    const regions = ['data-rihla-ignore', 'contenteditable', 'contenteditable="true"']
    const props = regions.map((region) => propsOf(`<div ${region}><p><a href="/secret" aria-label="secret" data-here>secret</a></p></div>`))
    expect(props).toEqual(regions.map(() => ({ selector: 'a', scripted: true })))
    expect(propsOf('<a data-rihla-ignore href="/secret" aria-label="secret">secret</a>')).toEqual({ selector: 'a', scripted: true })
  })

  test('and no label of a control in the shadow root of an ignored element is recorded', () => {
    document.body.innerHTML = '<shop-card data-rihla-ignore></shop-card>'
    const root = document.body.firstElementChild!.attachShadow({ mode: 'open' })
    root.innerHTML = '<button aria-label="secret">secret</button>'
    const seen = watch()
    root.querySelector('button')!.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true }))
    expect(seen[0]?.props).toEqual({ selector: 'button', scripted: true })
  })
})

describe('links', () => {
  const linkOf = (attributes: string) => {
    const { selector, text, scripted, ...link } = propsOf(`<a ${attributes}>A</a>`)!
    return link
  }

  test('carry where they lead, and whether that is outside', () => {
    expect([linkOf('href="/a?q=1"'), linkOf('href="https://other.example/"')]).toEqual([{ link_url: 'http://localhost:3000/a?q=1' }, { link_url: 'https://other.example/', outbound: true }])
  })

  test('to files carry the extension', () => {
    expect([linkOf('href="/guide.PDF?v=2"'), linkOf('href="/export" download')]).toEqual([
      { link_url: 'http://localhost:3000/guide.PDF?v=2', file_extension: 'pdf' },
      { link_url: 'http://localhost:3000/export', file_extension: 'download' },
    ])
  })

  test('to people carry the scheme alone', () => {
    expect([linkOf('href="mailto:sara@example.com"'), linkOf('href="tel:+491234"'), linkOf('href="javascript:void(0)"')]).toEqual([{ scheme: 'mailto' }, { scheme: 'tel' }, { scheme: 'javascript' }])
  })
})

describe('leaving', () => {
  const leaves = (html: string, init?: MouseEventInit & { type?: string }) => clickOn(html, init)?.leaving

  test('is said of links and of buttons in forms', () => {
    expect([leaves('<a href="/a">A</a>'), leaves('<form><button data-here>A</button></form>'), leaves('<form><input type="submit" data-here></form>')]).toEqual([true, true, true])
  })

  test('is not said of fragments, of buttons outside forms, and of what opens elsewhere', () => {
    const link = '<a href="/a">A</a>'
    expect([leaves('<a href="#top">A</a>'), leaves('<button>A</button>'), leaves('<a href="/a" target="_blank">A</a>')]).toEqual([false, false, false])
    expect([leaves(link, { ctrlKey: true }), leaves(link, { metaKey: true }), leaves(link, { shiftKey: true }), leaves(link, { type: 'auxclick', button: 1 })]).toEqual([false, false, false, false])
  })
})

test('a click never delays or prevents the page\'s own work', () => {
  document.body.innerHTML = '<a href="/a">A</a>'
  watch()
  const event = new MouseEvent('click', { bubbles: true, composed: true, cancelable: true })
  let wasPrevented: boolean | undefined
  document.body.addEventListener('click', (each) => {
    wasPrevented = each.defaultPrevented
    each.preventDefault()
  }, { once: true })
  document.body.firstElementChild!.dispatchEvent(event)
  expect(wasPrevented).toBe(false)
})

test('what goes wrong inside is recorded as a mishap, not thrown', () => {
  document.body.innerHTML = '<button>A</button>'
  const seen: (Moment | Mishap)[] = []
  stops.push(clicks()((moment) => seen.push(moment as Moment | Mishap)))
  const button = document.body.firstElementChild as HTMLElement
  Object.defineProperty(button, 'matches', { value: () => { throw new Error('no') } })
  expect(() => button.click()).not.toThrow()
  expect(seen).toEqual([{ failure: new Error('no') }])
})
