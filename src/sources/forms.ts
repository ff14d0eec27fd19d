import { listen } from '../browser/listen.js'
import type { Props, Source } from '../types.js'

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

/**
 * Records what a shopper does with the forms of a shop, when they submit them: `login`, `sign_up`, `newsletter_subscribed`, `review_submitted` (with its `rating` of 1 to 5) and `support_contacted` (via `form`).
 *
 * A form is known by its fields: passwords, `autocomplete`, a rating, an e-mail address alone; and by words in its own attributes, which programmers write in English. No value is read, but that of a rating and of
 * Shopify's hidden `form_type`. Forms of a checkout, of a forgotten password and of a search are left alone.
 */
export function forms(): Source {
  return (record) => {
    const submitted = ({ target }: Event) => {
      const seen = target instanceof HTMLFormElement ? meaningOf(target) : undefined
      if (seen) record({ name: seen[0], source: 'forms', props: seen[1], leaving: true })
    }
    return listen(document, 'submit', submitted, (failure) => record({ failure }))
  }
}

function meaningOf(form: HTMLFormElement): readonly [name: string, props?: Props | undefined] | undefined {
  const fields: Fields = [...form.querySelectorAll('input,select,textarea')]
  const has = (selector: string) => fields.filter((field) => field.matches(selector))
  // Not as properties: a field may be called `action` or `id`.
  const words = ['action', 'id', 'name', 'class', 'data-form-type'].map((name) => form.getAttribute(name) ?? '').join(' ')
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
