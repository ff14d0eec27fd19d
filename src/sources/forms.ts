import { wordsOf } from '../browser/control.js'
import { guarded, listen } from '../browser/listen.js'
import { onRoute } from '../browser/on-route.js'
import { currentPage } from '../browser/page.js'
import type { PageView, Props, Source } from '../types.js'

type Fields = readonly Element[]

/** Words in a form's own attributes, where its fields alone could mean several things. */
const WORDS = {
  other: /reset|recover|forgot|lost|change.?pass|track|unsubscribe|search|coupon|voucher|checkout|payment/i,
  review: /review|comment|rating/i,
  signUp: /regist|sign.?up|create.?(?:account|customer)/i,
  contact: /contact|support|help|enquiry|inquiry|ticket/i,
  newsletter: /newsletter|subscri|mailing|list-manage|klaviyo|mailchimp|sendinblue|brevo/i,
}

/** Types of fields in which nobody writes. */
const QUIET = /^(?:hidden|submit|button|image|checkbox|radio)$/i

/** Where somebody writes: a form without such a field chooses a variant, a quantity, a filter. */
const WRITTEN = 'textarea,input:not([type=hidden],[type=submit],[type=button],[type=image],[type=reset],[type=checkbox],[type=radio],[type=number],[type=range],[type=search])'
/** Where programmers say what a form is. */
const NAMES = 'action id name class role data-form-type'
/** The most fields of a form that are told. */
const MOST = 50
/** What sends a form, where its script does it by itself. */
const SENDS = 'button,input,[role=button]'
/** Names that a framework made up say nothing tomorrow. */
const STABLE = /^(?!.*\d{3})[\w.:[\]-]{1,64}$/
/** How long a single-page shop takes to draw a route, ms. */
const DRAWN = 1000

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

/** What is told of one field, in the order in which they were first entered. */
interface Entry {
  readonly field: string
  /** How long it had the focus. */
  ms: number
  /** How often something was deleted again. */
  corrections: number
  /** How often it was found invalid. */
  errors: number
}

/** One form that somebody is in. */
interface Filling {
  readonly page: PageView
  readonly entries: Entry[]
  last?: string
  /** When the first field was filled in, and whether that is still neither sent nor given up. */
  started?: number | undefined
  isOpen?: boolean
  isDeleting?: boolean
}

/**
 * Records what a shopper does with the forms of a shop. When they submit one that is known: `login`, `sign_up`, `newsletter_subscribed`, `review_submitted` (with its `rating` of 1 to 5) and `support_contacted` (via
 * `form`). Of every form in which one writes: GA4's `form_start` and `form_submit` (`form_id`, `form_name`, `form_destination`), and `form_abandonment` where it is left before it was sent. The last two
 * have `duration` (ms), `last_field` and `fields`: of each, in order, its name, how long it had the focus (`ms`), and `corrections` and `errors`, where there were any.
 *
 * A form is known by its fields: passwords, `autocomplete`, a rating, an e-mail address alone; and by words in its own attributes, which programmers write in English. No value is read, but that of a rating and of
 * Shopify's hidden `form_type`; no length of one either. Fields are called by their names, or else by their labels. Searches, and what is in `data-rihla-ignore`, are left alone.
 */
export function forms(): Source {
  return (record) => {
    const fail = (failure: unknown) => record({ failure })
    const fillings = new Map<HTMLFormElement, Filling>()
    const names = new WeakMap<Field, string>()
    let focus: { readonly entry: Entry; readonly since: number } | undefined
    let drawing: ReturnType<typeof setTimeout> | undefined

    const nameOf = (field: Field) => {
      const name = names.get(field) ?? calledBy(field)
      names.set(field, name)
      return name
    }

    /** What of a form is in the hands of a shopper; nothing of what is left alone. */
    const at = (event: Event) => {
      const field = event.composedPath()[0]
      if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement)) return
      const { form } = field
      if (!form || field.closest('[data-rihla-ignore]')) return
      let filling = fillings.get(form)
      if (!filling) {
        if (!form.querySelector(WRITTEN) || form.querySelector('[type=search]') || /search/i.test(wordsOf(form, NAMES))) return
        fillings.set(form, (filling = { page: currentPage(), entries: [] }))
      }
      const name = nameOf(field)
      const entry = filling.entries.find((each) => each.field === name) ?? { field: name, ms: 0, corrections: 0, errors: 0 }
      if (!filling.entries.includes(entry) && filling.entries.length < MOST) filling.entries.push(entry)
      return { form, filling, entry }
    }

    /** Adds up until now. */
    const count = () => {
      const now = performance.now()
      if (focus) focus.entry.ms += now - focus.since
      focus = focus && { ...focus, since: now }
    }

    const tell = (name: string, form: HTMLFormElement, { page, entries, started, last }: Filling) => {
      count()
      for (const field of form.querySelectorAll<Field>('[aria-invalid=true]')) {
        const entry = entries.find((each) => each.field === nameOf(field))
        if (entry && !entry.errors) entry.errors = 1
      }
      const fields = entries.map(({ field, ms, corrections, errors }) => ({ field, ms: Math.round(ms), ...(corrections && { corrections }), ...(errors && { errors }) }))
      const props = { ...idOf(form), ...(started && { duration: Date.now() - started, last_field: last, fields }) }
      record({ name, source: 'forms', props, ...(page.url !== location.href && { page }) })
    }

    const entered = (event: Event) => {
      const here = at(event)
      if (!here) return
      const { form, filling, entry } = here
      const isDeleting = /^delete/.test((event as InputEvent).inputType ?? '')
      if (isDeleting && !filling.isDeleting) entry.corrections++
      filling.isDeleting = isDeleting
      if (filling.last !== entry.field) record({ field: entry.field })
      filling.last = entry.field
      filling.isOpen = true
      if (filling.started) return
      tell('form_start', form, filling)
      filling.started = Date.now()
    }

    const focused = (event: Event) => {
      count()
      const here = at(event)
      focus = here && { entry: here.entry, since: performance.now() }
    }
    const blurred = () => {
      count()
      focus = undefined
    }

    const refused = (event: Event) => {
      const here = at(event)
      if (!here) return
      here.entry.errors++
      // It was not sent after all.
      here.filling.isOpen = !!here.filling.started
    }

    const pressed = (event: Event) => {
      const sender = event.composedPath().find((node): node is HTMLElement => node instanceof HTMLElement && node.matches(SENDS))
      const form = sender && ((sender as HTMLButtonElement).form ?? sender.closest('form'))
      const filling = form && !sender.matches(`${WRITTEN},[type=checkbox],[type=radio],[type=number]`) && fillings.get(form)
      if (filling) filling.isOpen = false
    }

    const submitted = ({ target }: Event) => {
      if (!(target instanceof HTMLFormElement)) return
      const seen = meaningOf(target)
      if (seen) record({ name: seen[0], source: 'forms', props: seen[1], leaving: true })
      const filling = fillings.get(target)
      if (!filling?.started) return
      tell('form_submit', target, filling)
      fillings.delete(target)
    }

    const giveUp = (isGone: (form: HTMLFormElement) => boolean) => {
      for (const [form, filling] of fillings) {
        if (!isGone(form)) continue
        if (filling.started && filling.isOpen) tell('form_abandonment', form, filling)
        fillings.delete(form)
      }
    }
    const left = () => giveUp(() => true)
    const routed = () => {
      clearTimeout(drawing)
      drawing = setTimeout(guarded(() => giveUp((form) => !form.isConnected), fail), DRAWN)
    }

    const stops = [
      listen(document, 'focusin', focused, fail),
      listen(document, 'focusout', blurred, fail),
      listen(document, 'input', entered, fail),
      listen(document, 'invalid', refused, fail),
      listen(document, 'click', pressed, fail),
      listen(document, 'submit', submitted, fail),
      // On window, where it comes before it comes to the tracker: what is told then leaves with the rest.
      listen(window, 'pagehide', left, fail),
      onRoute(routed, fail),
    ]
    return () => {
      clearTimeout(drawing)
      for (const stop of stops) stop()
    }
  }
}

/** A form as GA4 names it. */
function idOf(form: HTMLFormElement): Props {
  const [id, name, label, action] = ['id', 'name', 'aria-label', 'action'].map((attribute) => form.getAttribute(attribute) ?? '') as [string, string, string, string]
  const form_id = STABLE.test(id) ? id : undefined
  return { form_id, form_name: name || label.slice(0, 64) || undefined, form_destination: action ? new URL(action, document.baseURI).pathname : undefined }
}

/** What a field is called by those who made it, or else by what it says. */
function calledBy(field: Field): string {
  const own = ['name', 'id', 'autocomplete'].map((attribute) => field.getAttribute(attribute) ?? '').find((name) => STABLE.test(name) && name !== 'off')
  return own ?? ((field.labels?.[0]?.textContent ?? field.getAttribute('aria-label') ?? field.getAttribute('placeholder') ?? '').replace(/\s+/g, ' ').trim().slice(0, 64) || field.type)
}

function meaningOf(form: HTMLFormElement): readonly [name: string, props?: Props | undefined] | undefined {
  const fields: Fields = [...form.querySelectorAll('input,select,textarea')]
  const has = (selector: string) => fields.filter((field) => field.matches(selector))
  const words = wordsOf(form, NAMES)
  const type = (has('[type=hidden][name=form_type]')[0] as HTMLInputElement | undefined)?.value ?? ''
  const stars = fields.filter((field) => /rating|stars/i.test(field.getAttribute('name') ?? ''))
  const texts = has('textarea')
  const emails = fields.filter((field) => field.matches('[type=email],[autocomplete~=email]') || /e-?mail/i.test(field.getAttribute('name') ?? ''))

  if (stars.length && (texts.length || WORDS.review.test(words))) return ['review_submitted', ratingOf(stars)]
  if (WORDS.other.test(words) || has('[autocomplete^=cc-],[autocomplete~=street-address],[autocomplete~=address-line1],[type=search]').length) return
  const passwords = has('[type=password]')
  if (type === 'create_customer' || passwords.length > 1 || (passwords.length && (WORDS.signUp.test(words) || has('[autocomplete~=new-password]').length))) return ['sign_up']
  if (type === 'customer_login' || passwords.length) return ['login']
  if (!emails.length) return
  if (texts.length) return WORDS.contact.test(words) || type === 'contact' ? ['support_contacted', { via: 'form' }] : undefined
  const others = fields.filter((field) => !QUIET.test(field.getAttribute('type') ?? '')).length - emails.length
  const isKnown = WORDS.newsletter.test(words) || type === 'customer'
  return emails.length === 1 && others <= (isKnown ? 2 : 0) ? ['newsletter_subscribed'] : undefined
}

/** What was chosen of 1 to 5. */
function ratingOf(stars: Fields): Props | undefined {
  const chosen = stars.find((field) => (field instanceof HTMLInputElement && field.type === 'radio' ? field.checked : true)) as HTMLInputElement | HTMLSelectElement | undefined
  return chosen && /^[1-5]$/.test(chosen.value) ? { rating: +chosen.value } : undefined
}
