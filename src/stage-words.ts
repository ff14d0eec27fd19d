import type { Stage, StageModel } from './types.js'

type Words = readonly [en: string, ar: string, fa: string, owner: string, goal: string]

/** What the stages of the shipped models are called, who usually owns them, and what a shopper is after there. */
const WORDS: { readonly [stage: string]: Words } = {
  awareness: ['Awareness', 'الوعي', 'آگاهی', 'marketing', 'Find out that there is something for a need'],
  consideration: ['Consideration', 'التفكير', 'بررسی', 'merchandising', 'Compare, and find what fits'],
  conversion: ['Conversion', 'التحويل', 'تبدیل', 'ecommerce', 'Decide, and buy without trouble'],
  loyalty: ['Loyalty', 'الولاء', 'وفاداری', 'crm', 'Be served well, and buy again'],
  advocacy: ['Advocacy', 'المناصرة', 'طرفداری', 'community', 'Tell others'],
  acquisition: ['Acquisition', 'الاكتساب', 'جذب', 'performance marketing', 'Put together what to buy'],
  action: ['Action', 'الإجراء', 'اقدام', 'ecommerce', 'Order and pay'],
  service: ['Service', 'الخدمة', 'خدمات پس از فروش', 'customer service', 'Get the order, and help with it'],
  attention: ['Attention', 'الانتباه', 'توجه', 'marketing', 'Notice that there is something for a need'],
  interest: ['Interest', 'الاهتمام', 'علاقه', 'merchandising', 'Learn more, and compare'],
  desire: ['Desire', 'الرغبة', 'تمایل', 'merchandising', 'Want this one'],
  top: ['Top of the funnel', 'أعلى القمع', 'بالای قیف', 'marketing', 'Find out that there is something for a need'],
  middle: ['Middle of the funnel', 'وسط القمع', 'میانهٔ قیف', 'marketing', 'Compare, and find what fits'],
  bottom: ['Bottom of the funnel', 'أسفل القمع', 'پایین قیف', 'sales', 'Decide, buy, and come back'],
  onboarding: ['Onboarding', 'التهيئة', 'راه‌اندازی', 'customer success', 'Get started'],
  value_realisation: ['Value realisation', 'تحقيق القيمة', 'تحقق ارزش', 'product', 'Get what it was bought for'],
}

/** A stage model with a label in English, Arabic and Persian, an owner and a goal for each stage: the model's own where it has them, the usual ones where not, else its id. */
export function withWords(model: StageModel): StageModel {
  return { ...model, stages: model.stages.map(described) }
}

function described({ label, owner, goal, ...stage }: Stage): Stage {
  const [en, ar, fa, usualOwner, usualGoal] = Object.entries(WORDS).find(([id]) => id === stage.id)?.[1] ?? []
  const usual = label ?? { en: en ?? stage.id, ...(ar && { ar }), ...(fa && { fa }) }
  const [whose, what] = [owner ?? usualOwner, goal ?? usualGoal]
  return { ...stage, label: usual, ...(whose && { owner: whose }), ...(what && { goal: what }) }
}
