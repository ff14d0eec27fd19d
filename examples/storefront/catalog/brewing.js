// @ts-check
import { variant } from './sizes.js'

/** @type {import('../catalog.js').Product[]} */
export const brewing = [
  {
    sku: 'FJ-401',
    slug: 'brass-dallah',
    name: { en: 'Najd dallah', ar: 'دلّة نجد', fa: 'دلّهٔ نجد' },
    blurb: { en: 'The pot that says welcome, hammered by hand', ar: 'الدلّة التي ترحّب بضيوفك، مطروقة باليد', fa: 'قوری‌ای که خوشامد می‌گوید، چکش‌خورده با دست' },
    story: {
      en: 'One sheet of brass, tinned inside, with a beak that pours without a drop lost. It darkens with the years and that is the point.',
      ar: 'صفيحة واحدة من النحاس، مطليّة بالقصدير من الداخل، ولها منقار لا يضيّع قطرة. تغمق مع السنين، وهذا جمالها.',
      fa: 'از یک ورق برنج، درونش قلع‌اندود، با نوکی که قطره‌ای هدر نمی‌دهد. با سال‌ها تیره می‌شود و زیبایی‌اش همین است.',
    },
    origin: { en: 'Al-Ahsa, Saudi Arabia', ar: 'الأحساء، السعودية', fa: 'احساء، عربستان' },
    made: { en: 'Brass, tinned inside', ar: 'نحاس أصفر مطلي بالقصدير', fa: 'برنج قلع‌اندود' },
    option: 'size',
    variants: [variant('600ml', 64), variant('1l', 82)],
    shape: 'dallah',
    palette: { back: '#e4d8e0', niche: '#c9b3c3', table: '#9c7f95', main: '#d3a03a', shade: '#a87821', light: '#f6e2ac', accent: '#6e4a14' },
    featured: true,
  },
  {
    sku: 'FJ-402',
    slug: 'cone-dripper',
    name: { en: 'Cone dripper', ar: 'قمع التقطير', fa: 'قیف دم‌آوری' },
    blurb: { en: 'Ceramic cone and glass carafe for two quiet cups', ar: 'قمع خزفي ودورق زجاجي لفنجانين هادئين', fa: 'قیف سرامیکی و تنگ شیشه‌ای برای دو فنجان آرام' },
    story: {
      en: 'Deep ribs let the coffee breathe, thick walls keep it warm. Fits the usual paper filters.',
      ar: 'أضلاع عميقة تترك القهوة تتنفّس، وجدران سميكة تحفظ حرارتها. تناسبه المرشّحات الورقية المعتادة.',
      fa: 'شیارهای ژرف می‌گذارند قهوه نفس بکشد و دیوارهٔ کلفت گرم نگهش می‌دارد. با کاغذ صافی معمول جور است.',
    },
    origin: { en: 'Izmir, Türkiye', ar: 'إزمير، تركيا', fa: 'ازمیر، ترکیه' },
    made: { en: 'Ceramic, borosilicate glass', ar: 'خزف وزجاج بوروسيليكات', fa: 'سرامیک و شیشهٔ بوروسیلیکات' },
    option: 'size',
    variants: [variant('2cups', 26), variant('4cups', 33)],
    shape: 'dripper',
    palette: { back: '#f1e0d6', niche: '#e2bfad', table: '#c08f78', main: '#fbf3e8', shade: '#e0cdb8', light: '#ffffff', accent: '#6b3a22' },
  },
  {
    sku: 'FJ-403',
    slug: 'gooseneck-kettle',
    name: { en: 'Gooseneck kettle', ar: 'غلاية عنق الإوزّة', fa: 'کتری گردن‌غاز' },
    blurb: { en: 'A slow, thin stream, exactly where you want it', ar: 'خيط ماء رفيع بطيء، حيث تريده تمامًا', fa: 'باریکهٔ آبی آهسته، درست همان‌جا که می‌خواهید' },
    story: {
      en: 'Balanced in the hand and quiet on the stove. Works on gas, on induction and on campfires.',
      ar: 'متوازنة في اليد وهادئة على النار. تعمل على الغاز والحثّ ونار المخيّم.',
      fa: 'در دست متوازن و روی اجاق آرام. روی گاز، القایی و آتش چادر کار می‌کند.',
    },
    origin: { en: 'Isfahan, Iran', ar: 'أصفهان، إيران', fa: 'اصفهان، ایران' },
    made: { en: 'Steel, walnut handle', ar: 'فولاذ ومقبض من خشب الجوز', fa: 'فولاد با دستهٔ گردو' },
    option: 'colour',
    variants: [variant('copper', 72), variant('brass', 72)],
    shape: 'kettle',
    palette: { back: '#d8e1ea', niche: '#b3c5d6', table: '#829ab0', main: '#c46f45', shade: '#9b5230', light: '#eeb694', accent: '#4a2c1a' },
  },
]
