const NAMES = /^(?:(?:rage|dead|error)_click|(?:checkout|variant)_loop|form_abandonment|js_error|slow_page|coupon_refused|checkout_error)$/

/** Whether a touchpoint of this name says that something hurt the shopper: it carries where that was, the checkout step and the stage of the journey. */
export const isFriction = (name: string): boolean => NAMES.test(name)
