// @ts-check
import { variant } from './sizes.js'

/** @type {import('../catalog.js').Product[]} */
export const coffee = [
  {
    sku: 'FJ-101',
    slug: 'haraz-natural',
    name: { en: 'Haraz natural', ar: 'حَراز مجفّفة', fa: 'قهوهٔ حراز' },
    blurb: { en: 'Dried cherry and cocoa from the terraces of Yemen', ar: 'كرز مجفف وكاكاو من مدرّجات اليمن', fa: 'گیلاس خشک و کاکائو از پلکان‌های یمن' },
    story: {
      en: 'Picked at 2,200 metres by forty families and dried on rooftops for three weeks. We roast it gently, so that the fruit stays in front.',
      ar: 'تقطفها أربعون عائلة على ارتفاع ٢٢٠٠ متر، وتُجفَّف على الأسطح ثلاثة أسابيع. نحمّصها برفق لتبقى نكهة الثمر في المقدّمة.',
      fa: 'چهل خانواده در بلندای ۲۲۰۰ متر می‌چینند و سه هفته روی بام خشک می‌شود. ملایم برشته می‌کنیم تا طعم میوه پیش‌رو بماند.',
    },
    origin: { en: 'Haraz, Yemen', ar: 'حراز، اليمن', fa: 'حراز، یمن' },
    notes: { en: 'Dried cherry, cocoa, cardamom', ar: 'كرز مجفف، كاكاو، هيل', fa: 'گیلاس خشک، کاکائو، هل' },
    option: 'size',
    variants: [variant('250g', 19), variant('500g', 36), variant('1kg', 68, { soldOut: true })],
    shape: 'bag',
    palette: { back: '#efd9c3', niche: '#e3bd98', table: '#c98f63', main: '#8c3b2a', shade: '#6b2a1e', light: '#f8eddf', accent: '#c2703d' },
    featured: true,
  },
  {
    sku: 'FJ-102',
    slug: 'yirgacheffe-washed',
    name: { en: 'Yirgacheffe washed', ar: 'يرغاتشيف مغسولة', fa: 'قهوهٔ یرگاچف' },
    blurb: { en: 'Jasmine, bergamot, a long clean finish', ar: 'ياسمين وبرغموت وخاتمة صافية طويلة', fa: 'یاس و ترنج، با پایانی بلند و زلال' },
    story: {
      en: 'The cup that made us open a shop. Light roast for filter and pour over; at its best between day five and day thirty.',
      ar: 'الفنجان الذي جعلنا نفتح متجرًا. تحميص فاتح للتقطير، وأفضل أيامه من الخامس إلى الثلاثين.',
      fa: 'فنجانی که ما را به گشودن فروشگاه واداشت. برشتهٔ روشن برای دم‌آوری قطره‌ای؛ از روز پنجم تا سی‌ام در اوج است.',
    },
    origin: { en: 'Yirgacheffe, Ethiopia', ar: 'يرغاتشيف، إثيوبيا', fa: 'یرگاچف، اتیوپی' },
    notes: { en: 'Jasmine, bergamot, peach', ar: 'ياسمين، برغموت، خوخ', fa: 'یاس، ترنج، هلو' },
    option: 'size',
    variants: [variant('250g', 14.5), variant('500g', 27), variant('1kg', 51)],
    shape: 'bag',
    palette: { back: '#d9e4dc', niche: '#b8cfc0', table: '#8fae9b', main: '#2f5d50', shade: '#224539', light: '#f5f1e4', accent: '#d39b3a' },
  },
  {
    sku: 'FJ-103',
    slug: 'qahwa-blend',
    name: { en: 'Qahwa blend', ar: 'خلطة القهوة العربية', fa: 'آمیزهٔ قهوهٔ عربی' },
    blurb: { en: 'Blonde roast with green cardamom and saffron', ar: 'تحميص أشقر مع الهيل الأخضر والزعفران', fa: 'برشتهٔ طلایی با هل سبز و زعفران' },
    story: {
      en: 'Ground for the dallah. Simmer ten minutes, pour in small cups, and refill before anyone asks.',
      ar: 'مطحونة للدلّة. اتركها على نار هادئة عشر دقائق، وصُبّها في فناجين صغيرة، واملأها قبل أن يُطلب منك.',
      fa: 'آسیاب‌شده برای دلّه. ده دقیقه آرام بجوشد، در فنجان کوچک بریزید و پیش از آنکه بخواهند دوباره پر کنید.',
    },
    origin: { en: 'Jazan and Harar', ar: 'جازان وهرر', fa: 'جازان و هرر' },
    notes: { en: 'Cardamom, saffron, toasted barley', ar: 'هيل، زعفران، شعير محمّص', fa: 'هل، زعفران، جوی برشته' },
    option: 'size',
    variants: [variant('250g', 12.5), variant('500g', 23)],
    shape: 'bag',
    palette: { back: '#f3e3b8', niche: '#e8cb84', table: '#c79c4b', main: '#d9a441', shade: '#b58329', light: '#fbf5e3', accent: '#7a4a1e' },
    featured: true,
  },
]
