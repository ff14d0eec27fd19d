/** What a survey says in one language. */
export interface Words {
  readonly nps: string
  readonly csat: string
  readonly ces: string
  readonly emoji: string
  readonly leaving: string
  readonly source: string
  readonly text: string
  /** The ends of a scale: of a likelihood, a satisfaction, an agreement. */
  readonly ends: { readonly nps: Ends; readonly csat: Ends; readonly ces: Ends }
  /** Five faces, the saddest first. */
  readonly faces: readonly string[]
  /** Reasons and places, by id. */
  readonly reasons: { readonly [id: string]: string }
  readonly places: { readonly [id: string]: string }
  readonly more: string
  readonly send: string
  readonly close: string
  readonly thanks: string
}

type Ends = readonly [least: string, most: string]

/** The languages that a survey speaks; `en` where it does not speak the page's. */
export const WORDS: { readonly [language: string]: Words } = {
  en: {
    nps: 'How likely are you to recommend us to a friend?',
    csat: 'How satisfied are you with our shop?',
    ces: 'It was easy to find what I was looking for.',
    emoji: 'How do you feel about our shop?',
    leaving: 'What keeps you from buying?',
    source: 'How did you hear about us?',
    text: 'What could we do better?',
    ends: { nps: ['Not at all', 'Very likely'], csat: ['Not at all', 'Very'], ces: ['I disagree', 'I agree'] },
    faces: ['Very sad', 'Sad', 'Neither', 'Happy', 'Very happy'],
    reasons: { price: 'The price', shipping: 'Shipping costs or time', payment: 'The ways to pay', trouble: 'Something did not work', looking: 'I am just looking', other: 'Something else' },
    places: { organic_search: 'A search engine', ai_assistant: 'An AI assistant', organic_social: 'Social media', display: 'An advertisement', word_of_mouth: 'Friends or family', store: 'A shop or an event', other: 'Somewhere else' },
    more: 'Anything to add?',
    send: 'Send',
    close: 'Close',
    thanks: 'Thank you!',
  },
  ar: {
    nps: 'ما مدى احتمال أن توصي بنا صديقًا؟',
    csat: 'ما مدى رضاك عن متجرنا؟',
    ces: 'كان من السهل أن أجد ما أبحث عنه.',
    emoji: 'ما شعورك تجاه متجرنا؟',
    leaving: 'ما الذي يمنعك من الشراء؟',
    source: 'كيف عرفت عنا؟',
    text: 'ما الذي يمكننا تحسينه؟',
    ends: { nps: ['غير محتمل', 'محتمل جدًا'], csat: ['غير راضٍ', 'راضٍ جدًا'], ces: ['لا أوافق', 'أوافق'] },
    faces: ['حزين جدًا', 'حزين', 'محايد', 'سعيد', 'سعيد جدًا'],
    reasons: { price: 'السعر', shipping: 'تكلفة الشحن أو مدته', payment: 'طرق الدفع', trouble: 'شيء لم يعمل', looking: 'أتصفح فقط', other: 'شيء آخر' },
    places: { organic_search: 'محرك بحث', ai_assistant: 'مساعد ذكاء اصطناعي', organic_social: 'وسائل التواصل', display: 'إعلان', word_of_mouth: 'الأصدقاء أو العائلة', store: 'متجر أو فعالية', other: 'مكان آخر' },
    more: 'هل تود إضافة شيء؟',
    send: 'إرسال',
    close: 'إغلاق',
    thanks: 'شكرًا لك!',
  },
  fa: {
    nps: 'چقدر احتمال دارد ما را به دوستی پیشنهاد کنید؟',
    csat: 'چقدر از فروشگاه ما راضی هستید؟',
    ces: 'پیدا کردن آنچه می‌خواستم آسان بود.',
    emoji: 'چه حسی به فروشگاه ما دارید؟',
    leaving: 'چه چیزی مانع خرید شماست؟',
    source: 'چطور با ما آشنا شدید؟',
    text: 'چه کاری را بهتر انجام دهیم؟',
    ends: { nps: ['اصلاً', 'حتماً'], csat: ['ناراضی', 'کاملاً راضی'], ces: ['مخالفم', 'موافقم'] },
    faces: ['خیلی ناراحت', 'ناراحت', 'بی‌تفاوت', 'خوشحال', 'خیلی خوشحال'],
    reasons: { price: 'قیمت', shipping: 'هزینه یا زمان ارسال', payment: 'روش‌های پرداخت', trouble: 'چیزی کار نکرد', looking: 'فقط نگاه می‌کنم', other: 'چیز دیگر' },
    places: { organic_search: 'موتور جستجو', ai_assistant: 'دستیار هوش مصنوعی', organic_social: 'شبکه‌های اجتماعی', display: 'تبلیغ', word_of_mouth: 'دوستان یا خانواده', store: 'فروشگاه یا رویداد', other: 'جای دیگر' },
    more: 'حرف دیگری دارید؟',
    send: 'ارسال',
    close: 'بستن',
    thanks: 'سپاسگزاریم!',
  },
}
