import type { StageModel } from '../types.js'

/** The default journey: awareness, consideration, conversion, loyalty, advocacy. How sure a rule is, from that touchpoint alone, is its `confidence`. */
export const five: StageModel = {
  id: 'five',
  version: 1,
  stages: [
    { id: 'awareness', label: { en: 'Awareness', ar: 'الوعي', fa: 'آگاهی' }, owner: 'marketing' },
    { id: 'consideration', label: { en: 'Consideration', ar: 'التفكير', fa: 'بررسی' }, owner: 'merchandising' },
    { id: 'conversion', label: { en: 'Conversion', ar: 'التحويل', fa: 'تبدیل' }, owner: 'ecommerce' },
    { id: 'loyalty', label: { en: 'Loyalty', ar: 'الولاء', fa: 'وفاداری' }, owner: 'crm' },
    { id: 'advocacy', label: { en: 'Advocacy', ar: 'المناصرة', fa: 'طرفداری' }, owner: 'community' },
  ],
  rules: [
    { on: 'page_view', stage: 'consideration', confidence: 0.3 },
    { on: 'page_view', if: { landing: true }, stage: 'awareness', confidence: 0.7 },
    { on: 'view_promotion', stage: 'awareness', confidence: 0.6 },
    { on: ['view_item_list', 'select_promotion', 'sign_up'], stage: 'consideration', confidence: 0.5 },
    { on: ['search', 'select_item', 'remove_from_cart', 'generate_lead', 'newsletter_subscribed'], stage: 'consideration', confidence: 0.6 },
    { on: 'view_item', stage: 'consideration', confidence: 0.7 },
    { on: 'add_to_wishlist', stage: 'consideration', confidence: 0.8 },
    { on: 'add_to_cart', stage: 'consideration', confidence: 0.85 },
    { on: 'view_cart', stage: 'conversion', confidence: 0.5 },
    { on: ['checkout_error', 'coupon_refused', 'checkout_loop'], stage: 'conversion', confidence: 0.6 },
    { on: 'cart_abandonment', stage: 'conversion', confidence: 0.7 },
    { on: ['begin_checkout', 'checkout_step'], stage: 'conversion', confidence: 0.8 },
    { on: 'add_shipping_info', stage: 'conversion', confidence: 0.85 },
    { on: ['add_payment_info', 'payment_redirect', 'payment_return'], stage: 'conversion', confidence: 0.9 },
    { on: 'purchase', stage: 'conversion', confidence: 1 },
    { on: ['refund', 'order_cancelled'], stage: 'loyalty', confidence: 0.3 },
    { on: ['login', 'support_contacted'], stage: 'loyalty', confidence: 0.4 },
    { on: 'account_viewed', stage: 'loyalty', confidence: 0.6 },
    { on: 'order_status_viewed', stage: 'loyalty', confidence: 0.7 },
    { on: 'subscription_renewed', stage: 'loyalty', confidence: 0.8 },
    { on: 'share', stage: 'advocacy', confidence: 0.7 },
    { on: 'review_submitted', stage: 'advocacy', confidence: 0.8 },
    { on: 'referral_sent', stage: 'advocacy', confidence: 0.9 },
  ],
}
