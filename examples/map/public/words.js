// @ts-check
// What the page says, in each of its languages.

/** @typedef {'en' | 'ar' | 'fa'} Language */
/** @typedef {import('rihla/journey-map').Money} Money */
/** @typedef {import('rihla/journey-map').Opportunity} Opportunity */

/** @type {{ [language in Language]: { [key: string]: string } }} */
const texts = {
  en: {
    title: 'Journey map', touchpoints: 'Touchpoints', skip: 'Skip to the map', pages: 'Pages', exports: 'Export', print: 'Print', language: 'Language', theme: 'Light or dark', filters: 'Filters', loading: 'Loading…',
    flow: 'The journey', flowHint: 'From channels on the left through the stages: how many moved on. Below, how shoppers felt, and how many were hurt.', asTable: 'As a table', stages: 'Stage by stage', opportunities: 'What to do next',
    abandonment: 'Abandoned carts', pains: 'What hurt', channels: 'Channels', funnel: 'How far they came', paths: 'Ways through the stages', pagePaths: 'Ways through the pages', retention: 'Buyers who come back', shoppers: 'Shoppers', losses: 'How complete this is', close: 'Close',
    period: 'Period', today: 'Today', d7: '7 days', d30: '30 days', d90: '90 days', month: 'This month', quarter: 'This quarter', all: 'All time', site: 'Shop', model: 'Stage model', channel: 'Channel', device: 'Device', segment: 'Segment', persona: 'Persona', any: 'all',
    live: 'live', away: 'no connection, trying again…', waiting: 'connecting…', retry: 'Try again', visits: 'Visits', bounces: 'Bounces', buyers: 'Buyers', orders: 'Orders', revenue: 'Revenue', atStake: 'Left in carts', repeat: 'Bought again', toOrder: 'Touchpoints to the first order',
    entered: 'entered', on: 'moved on', back: 'went back', ended: 'ended here', time: 'time here', owner: 'Owner', did: 'What they did', hurt: 'What hurt', felt: 'How they felt', happy: 'happy', neutral: 'neutral', unhappy: 'unhappy', nothing: 'nothing', step: 'Where', carts: 'Carts', recovered: 'Recovered', what: 'What', left: 'Left after it', rate: 'Bought', from: 'From', to: 'To', times: 'Times',
    people: 'shoppers', feeling: 'Feeling', hurtShare: 'Hurt', firstOrder: 'First order', who: 'Who', lastSeen: 'Last seen', stage: 'Stage', other: 'other', user: 'customer', visitor: 'visitor', visit: 'visit', unknownStage: 'no stage',
    emptyTitle: 'No shopper has come yet', emptyText: 'Touchpoints appear here as they arrive. To look around first, fill the map with made-up shoppers: they are sent through the real endpoint, as the site “sample-shop”.', fill: 'Fill with 500 sample shoppers', filling: 'Sending…', orRun: 'Or on the command line:', noneTitle: 'No shopper fits these filters', reset: 'Show all', more: 'The last 1,000 touchpoints are shown.',
    complete: 'All {touchpoints} touchpoints of {documents} pages have arrived.', incomplete: '{missing} of {touchpoints} touchpoints have not arrived (yet), from {incomplete} of {documents} pages.', lost: 'Lost for good: {lost}.', partAway: 'Part {parts} of {of} of the store does not answer: its shoppers are not counted until it does.',
  },
  ar: {
    title: 'خريطة الرحلة', touchpoints: 'نقاط التواصل', skip: 'انتقل إلى الخريطة', pages: 'الصفحات', exports: 'تصدير', print: 'طباعة', language: 'اللغة', theme: 'فاتح أو داكن', filters: 'عوامل التصفية', loading: 'جارٍ التحميل…',
    flow: 'الرحلة', flowHint: 'من القنوات على اليمين عبر المراحل: كم متسوّقًا تابع الطريق. وفي الأسفل شعورهم، وكم منهم تضايق.', asTable: 'كجدول', stages: 'مرحلة بمرحلة', opportunities: 'ما ينبغي فعله الآن',
    abandonment: 'السلال المتروكة', pains: 'ما أزعجهم', channels: 'القنوات', funnel: 'إلى أين وصلوا', paths: 'الطرق عبر المراحل', pagePaths: 'الطرق عبر الصفحات', retention: 'المشترون العائدون', shoppers: 'المتسوّقون', losses: 'مدى اكتمال البيانات', close: 'إغلاق',
    period: 'الفترة', today: 'اليوم', d7: '٧ أيام', d30: '٣٠ يومًا', d90: '٩٠ يومًا', month: 'هذا الشهر', quarter: 'هذا الربع', all: 'كل الوقت', site: 'المتجر', model: 'نموذج المراحل', channel: 'القناة', device: 'الجهاز', segment: 'الشريحة', persona: 'الشخصية', any: 'الكل',
    live: 'مباشر', away: 'انقطع الاتصال، تُعاد المحاولة…', waiting: 'جارٍ الاتصال…', retry: 'أعد المحاولة', visits: 'الزيارات', bounces: 'الارتداد', buyers: 'المشترون', orders: 'الطلبات', revenue: 'الإيراد', atStake: 'متروك في السلال', repeat: 'اشتروا مجددًا', toOrder: 'نقاط التواصل حتى أول طلب',
    entered: 'دخلوا', on: 'تابعوا', back: 'رجعوا', ended: 'توقّفوا هنا', time: 'المدة', owner: 'المسؤول', did: 'ما فعلوه', hurt: 'ما أزعجهم', felt: 'شعورهم', happy: 'راضون', neutral: 'محايدون', unhappy: 'غير راضين', nothing: 'لا شيء', step: 'أين', carts: 'السلال', recovered: 'المستعادة', what: 'ماذا', left: 'غادروا بعده', rate: 'اشتروا', from: 'من', to: 'إلى', times: 'المرات',
    people: 'متسوّقون', feeling: 'الشعور', hurtShare: 'المتضايقون', firstOrder: 'أول طلب', who: 'من', lastSeen: 'آخر ظهور', stage: 'المرحلة', other: 'أخرى', user: 'عميل', visitor: 'زائر', visit: 'زيارة', unknownStage: 'بلا مرحلة',
    emptyTitle: 'لم يأتِ أي متسوّق بعد', emptyText: 'تظهر نقاط التواصل هنا فور وصولها. وللتجربة أولًا املأ الخريطة بمتسوّقين مُختلَقين يُرسَلون عبر نقطة الاستقبال الحقيقية باسم المتجر “sample-shop”.', fill: 'املأها بـ ٥٠٠ متسوّق تجريبي', filling: 'جارٍ الإرسال…', orRun: 'أو من سطر الأوامر:', noneTitle: 'لا متسوّق يطابق هذه العوامل', reset: 'اعرض الكل', more: 'تُعرض آخر ١٠٠٠ نقطة تواصل.',
    complete: 'وصلت كل نقاط التواصل ({touchpoints}) من {documents} صفحة.', incomplete: 'لم تصل (بعد) {missing} من {touchpoints} نقطة تواصل، من {incomplete} من {documents} صفحة.', lost: 'ضاع نهائيًا: {lost}.', partAway: 'الجزء {parts} من أصل {of} في المخزن لا يستجيب: لا يُحسب متسوّقوه حتى يعود.',
  },
  fa: {
    title: 'نقشهٔ سفر مشتری', touchpoints: 'نقاط تماس', skip: 'پرش به نقشه', pages: 'صفحه‌ها', exports: 'خروجی', print: 'چاپ', language: 'زبان', theme: 'روشن یا تیره', filters: 'صافی‌ها', loading: 'در حال بارگذاری…',
    flow: 'سفر', flowHint: 'از کانال‌ها در سمت راست تا پایان مرحله‌ها: چند خریدار پیش رفته‌اند. پایین‌تر، احساسشان و شمار کسانی که آزرده شدند.', asTable: 'به شکل جدول', stages: 'مرحله به مرحله', opportunities: 'گام بعدی',
    abandonment: 'سبدهای رهاشده', pains: 'آنچه آزرد', channels: 'کانال‌ها', funnel: 'تا کجا آمدند', paths: 'راه‌ها در مرحله‌ها', pagePaths: 'راه‌ها در صفحه‌ها', retention: 'خریدارانی که برمی‌گردند', shoppers: 'خریداران', losses: 'کامل بودن داده‌ها', close: 'بستن',
    period: 'دوره', today: 'امروز', d7: '۷ روز', d30: '۳۰ روز', d90: '۹۰ روز', month: 'این ماه', quarter: 'این فصل', all: 'همهٔ زمان', site: 'فروشگاه', model: 'الگوی مرحله‌ها', channel: 'کانال', device: 'دستگاه', segment: 'بخش', persona: 'پرسونا', any: 'همه',
    live: 'زنده', away: 'ارتباط قطع شد، دوباره تلاش می‌شود…', waiting: 'در حال اتصال…', retry: 'دوباره', visits: 'بازدیدها', bounces: 'پرش', buyers: 'خریدکنندگان', orders: 'سفارش‌ها', revenue: 'درآمد', atStake: 'مانده در سبدها', repeat: 'خرید دوباره', toOrder: 'نقاط تماس تا نخستین سفارش',
    entered: 'وارد شدند', on: 'پیش رفتند', back: 'برگشتند', ended: 'همین‌جا تمام شد', time: 'زمان', owner: 'مسئول', did: 'چه کردند', hurt: 'چه آزردشان', felt: 'چه حسی داشتند', happy: 'راضی', neutral: 'خنثی', unhappy: 'ناراضی', nothing: 'هیچ', step: 'کجا', carts: 'سبدها', recovered: 'بازگشته', what: 'چه', left: 'پس از آن رفتند', rate: 'خرید', from: 'از', to: 'به', times: 'بار',
    people: 'خریدار', feeling: 'احساس', hurtShare: 'آزرده', firstOrder: 'نخستین سفارش', who: 'که', lastSeen: 'آخرین بار', stage: 'مرحله', other: 'دیگر', user: 'مشتری', visitor: 'بازدیدکننده', visit: 'بازدید', unknownStage: 'بی‌مرحله',
    emptyTitle: 'هنوز خریداری نیامده است', emptyText: 'نقاط تماس همین‌که برسند اینجا دیده می‌شوند. برای آشنایی، نقشه را با خریداران ساختگی پر کنید: از همان نشانی واقعی و به نام فروشگاه «sample-shop» فرستاده می‌شوند.', fill: 'با ۵۰۰ خریدار نمونه پر کن', filling: 'در حال فرستادن…', orRun: 'یا در خط فرمان:', noneTitle: 'خریداری با این صافی‌ها نیست', reset: 'نمایش همه', more: 'هزار نقطهٔ تماس آخر نشان داده شده است.',
    complete: 'همهٔ {touchpoints} نقطهٔ تماس از {documents} صفحه رسیده است.', incomplete: '{missing} از {touchpoints} نقطهٔ تماس (هنوز) نرسیده است، از {incomplete} صفحه از {documents}.', lost: 'از دست رفته: {lost}.', partAway: 'بخش {parts} از {of} بخش انبار پاسخ نمی‌دهد: خریدارانش تا بازگشتش شمرده نمی‌شوند.',
  },
}

/** Names of touchpoints, channels and the like; in English they speak for themselves. @type {{ [language: string]: { [name: string]: string } }} */
const names = {
  en: {},
  ar: {
    page_view: 'مشاهدة صفحة', view_item: 'مشاهدة منتج', view_item_list: 'تصفّح قائمة', search: 'بحث', add_to_cart: 'إضافة إلى السلة', remove_from_cart: 'حذف من السلة', view_cart: 'مشاهدة السلة', begin_checkout: 'بدء الدفع', add_shipping_info: 'بيانات الشحن', add_payment_info: 'بيانات الدفع', purchase: 'شراء', refund: 'استرداد', cart_abandonment: 'ترك السلة', checkout_error: 'خطأ عند الدفع', coupon_refused: 'رفض القسيمة', rage_click: 'نقر غاضب', dead_click: 'نقر بلا أثر', js_error: 'خطأ برمجي', slow_page: 'صفحة بطيئة', feedback: 'رأي', share: 'مشاركة', review_submitted: 'تقييم', login: 'تسجيل دخول', order_status_viewed: 'متابعة طلب', click: 'نقرة', visit: 'زيارة', add_to_wishlist: 'إضافة إلى المفضلة', identify: 'تعريف', support_contacted: 'تواصل مع الدعم', referral_sent: 'دعوة صديق', variant_loop: 'حيرة بين الخيارات', card_declined: 'رفض البطاقة', payment: 'الدفع', shipping: 'الشحن', cart: 'السلة', product: 'المنتج',
    marketing: 'التسويق', merchandising: 'تنسيق المنتجات', ecommerce: 'التجارة الإلكترونية', crm: 'علاقات العملاء', community: 'المجتمع', 'performance marketing': 'التسويق بالأداء', 'customer service': 'خدمة العملاء', sales: 'المبيعات', 'customer success': 'نجاح العملاء',
    direct: 'مباشر', organic_search: 'بحث مجاني', paid_search: 'بحث مدفوع', organic_social: 'شبكات اجتماعية', paid_social: 'إعلانات اجتماعية', email: 'بريد إلكتروني', referral: 'إحالة', ai_assistant: 'مساعد ذكي', paid_shopping: 'إعلانات تسوّق', sms: 'رسالة نصية', offline: 'خارج الإنترنت', mobile: 'جوال', tablet: 'لوحي', desktop: 'حاسوب', unknown: 'غير معروف',
  },
  fa: {
    page_view: 'دیدن صفحه', view_item: 'دیدن کالا', view_item_list: 'دیدن فهرست', search: 'جست‌وجو', add_to_cart: 'افزودن به سبد', remove_from_cart: 'برداشتن از سبد', view_cart: 'دیدن سبد', begin_checkout: 'آغاز تسویه', add_shipping_info: 'نشانی ارسال', add_payment_info: 'شیوهٔ پرداخت', purchase: 'خرید', refund: 'بازپرداخت', cart_abandonment: 'رها کردن سبد', checkout_error: 'خطای تسویه', coupon_refused: 'کوپن پذیرفته نشد', rage_click: 'کلیک خشمگین', dead_click: 'کلیک بی‌اثر', js_error: 'خطای برنامه', slow_page: 'صفحهٔ کند', feedback: 'بازخورد', share: 'هم‌رسانی', review_submitted: 'نظر', login: 'ورود', order_status_viewed: 'پیگیری سفارش', click: 'کلیک', visit: 'بازدید', add_to_wishlist: 'افزودن به علاقه‌مندی', identify: 'شناسایی', support_contacted: 'تماس با پشتیبانی', referral_sent: 'دعوت دوست', variant_loop: 'دودلی میان گزینه‌ها', card_declined: 'کارت رد شد', payment: 'پرداخت', shipping: 'ارسال', cart: 'سبد', product: 'کالا',
    marketing: 'بازاریابی', merchandising: 'چینش کالا', ecommerce: 'تجارت الکترونیک', crm: 'ارتباط با مشتری', community: 'جامعهٔ مشتریان', 'performance marketing': 'بازاریابی عملکردی', 'customer service': 'خدمات مشتریان', sales: 'فروش', 'customer success': 'کامیابی مشتری',
    direct: 'مستقیم', organic_search: 'جست‌وجوی رایگان', paid_search: 'جست‌وجوی پولی', organic_social: 'شبکه‌های اجتماعی', paid_social: 'تبلیغ اجتماعی', email: 'ایمیل', referral: 'ارجاع', ai_assistant: 'دستیار هوشمند', paid_shopping: 'تبلیغ فروشگاهی', sms: 'پیامک', offline: 'حضوری', mobile: 'موبایل', tablet: 'تبلت', desktop: 'رایانه', unknown: 'ناشناخته',
  },
}

/** What a shopper is after in a stage of the shipped models. @type {{ [goal: string]: { [language: string]: string } }} */
const goals = {
  'Find out that there is something for a need': { ar: 'معرفة أن هناك ما يلبّي حاجة', fa: 'بداند چیزی برای نیازش هست' },
  'Compare, and find what fits': { ar: 'المقارنة وإيجاد المناسب', fa: 'مقایسه کند و آنچه مناسب است بیابد' },
  'Decide, and buy without trouble': { ar: 'اتخاذ القرار والشراء بلا عناء', fa: 'تصمیم بگیرد و بی‌دردسر بخرد' },
  'Be served well, and buy again': { ar: 'الحصول على خدمة جيدة والشراء مجددًا', fa: 'خدمت خوب ببیند و دوباره بخرد' },
  'Tell others': { ar: 'إخبار الآخرين', fa: 'به دیگران بگوید' },
  'Put together what to buy': { ar: 'جمع ما سيشتريه', fa: 'آنچه می‌خرد را گرد آورد' },
  'Order and pay': { ar: 'الطلب والدفع', fa: 'سفارش دهد و بپردازد' },
  'Get the order, and help with it': { ar: 'استلام الطلب والمساعدة بشأنه', fa: 'سفارش را بگیرد و کمک ببیند' },
  'Notice that there is something for a need': { ar: 'ملاحظة أن هناك ما يلبّي حاجة', fa: 'توجهش به چیزی برای نیازش جلب شود' },
  'Learn more, and compare': { ar: 'معرفة المزيد والمقارنة', fa: 'بیشتر بداند و مقایسه کند' },
  'Want this one': { ar: 'الرغبة في هذا بعينه', fa: 'همین را بخواهد' },
  'Decide, buy, and come back': { ar: 'اتخاذ القرار والشراء والعودة', fa: 'تصمیم بگیرد، بخرد و برگردد' },
  'Get started': { ar: 'البدء', fa: 'شروع کند' },
  'Get what it was bought for': { ar: 'تحقيق ما اشتُري من أجله', fa: 'به آنچه برایش خریده است برسد' },
}

const locales = { en: 'en', ar: 'ar-EG', fa: 'fa-IR' }

/** @typedef {ReturnType<typeof wordsOf>} Words */

/** @type {(text: unknown) => string} */
const plain = (text) => String(text).replace(/_/g, ' ')

/** Everything that depends on the language. @param {Language} language */
export const wordsOf = (language) => {
  const locale = locales[language]
  const numbers = new Intl.NumberFormat(locale)
  const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  const shares = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const dates = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
  const units = /** @type {const} */ ([['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000]])
  const number = (/** @type {number} */ value) => numbers.format(value)
  const share = (/** @type {number} */ part, /** @type {number} */ whole) => (whole ? shares.format(part / whole) : '–')
  const name = (/** @type {unknown} */ id) => names[language]?.[String(id)] ?? plain(id)
  const amount = (/** @type {Money} */ money) =>
    Object.entries(money).map(([currency, value]) => new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 }).format(value)).join(' + ') || '–'
  const duration = (/** @type {number} */ ms) => {
    const [unit, size] = units.find(([, size]) => ms >= size) ?? ['second', 1000]
    return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: ms < 10 * size ? 1 : 0 }).format(ms / size)
  }
  /** @type {(key: string, values?: { [name: string]: string }) => string} */
  const text = (key, values = {}) => (texts[language][key] ?? key).replace(/\{(\w+)\}/g, (_, value) => values[value] ?? '')
  const place = (/** @type {{ step?: unknown, field?: unknown, error?: unknown }} */ { step, field, error }) => [step, field, error].filter(Boolean).map(name).join(' · ') || name('product')

  /** @type {(stage: string, { kind, figures, sentence }: Opportunity) => string} */
  const opportunity = (stage, { kind, figures, sentence }) => {
    if (language === 'en') return sentence
    const n = (/** @type {string} */ key) => number(Number(figures[key]))
    const part = (/** @type {string} */ key, /** @type {string} */ whole) => share(Number(figures[key]), Number(figures[whole]))
    const value = amount(/** @type {Money} */ (figures.value ?? {}))
    const pain = `${name(figures.name)}${figures.about ? ` (${name(figures.about)})` : ''}`
    const isArabic = language === 'ar'
    switch (kind) {
      case 'abandonment': return isArabic ? `سلال متروكة: ${n('carts')} عند ${place(figures)}، قيمتها ${value}.` : `${n('carts')} سبد در «${place(figures)}» رها شد، به ارزش ${value}.`
      case 'friction': return isArabic ? `${n('shoppers')} متسوّق واجهوا: ${pain}، وغادر ${n('left')} منهم بعده مباشرة.` : `${n('shoppers')} خریدار با «${pain}» روبه‌رو شدند و ${n('left')} نفر بی‌درنگ رفتند.`
      case 'exit': return isArabic ? `${part('exits', 'entries')} من الرحلات التي تبلغ ${stage} تنتهي هناك (${n('exits')} من ${n('entries')}).` : `${part('exits', 'entries')} سفرهایی که به «${stage}» می‌رسند همان‌جا تمام می‌شوند (${n('exits')} از ${n('entries')}).`
      case 'feeling': return isArabic ? `${n('negative')} من ${n('answers')} إجابة في ${stage} غير راضية.` : `${n('negative')} از ${n('answers')} پاسخ در «${stage}» ناراضی است.`
      case 'bounce': return isArabic ? `${part('bounces', 'visits')} من الزيارات عبر ${name(figures.channel)} ترى صفحة واحدة وتغادر.` : `${part('bounces', 'visits')} بازدیدها از «${name(figures.channel)}» یک صفحه می‌بینند و می‌روند.`
      default: return isArabic ? `${n('once')} من ${n('buyers')} مشترٍ لم يشتروا إلا مرة واحدة.` : `${n('once')} از ${n('buyers')} خریدکننده تنها یک بار خریده‌اند.`
    }
  }

  return {
    language,
    direction: language === 'en' ? 'ltr' : 'rtl',
    text,
    name,
    number,
    short: (/** @type {number} */ value) => short.format(value),
    share,
    amount,
    duration,
    place,
    opportunity,
    date: (/** @type {number} */ at) => (Math.abs(at) <= 8.64e15 ? dates.format(at) : '?'),
    /** Months are counted as the collector has them, whatever the reader's calendar is. */
    month: (/** @type {string} */ month) => new Intl.DateTimeFormat(`${locale}-u-ca-gregory`, { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(Date.parse(`${month}-01T00:00:00Z`)),
    goal: (/** @type {string} */ goal) => goals[goal]?.[language] ?? goal,
    label: (/** @type {{ id: string, label?: { [language: string]: string | undefined } | undefined }} */ stage) => stage.label?.[language] ?? stage.label?.en ?? stage.id,
  }
}
