/** Hosts of payment providers, with what is below them. */
const PROVIDERS =
  'paypal.com stripe.com klarna.com adyen.com mollie.com checkout.com braintreegateway.com worldpay.com sagepay.com 2checkout.com authorize.net squareup.com amazonpay.com pay.amazon.com pay.google.com alipay.com payu.com razorpay.com paytm.in mercadopago.com afterpay.com affirm.com tabby.ai tamara.co payfort.com paytabs.com myfatoorah.com tap.company hyperpay.com moyasar.com telr.com zarinpal.com idpay.ir zibal.ir shaparak.ir sadad.com knet.com.kw iyzico.com przelewy24.pl payone.com computop.com unzer.com saferpay.com datatrans.com girogate.de'.split(' ')

/** A test of hosts: those that are named, with what is below them. */
export const isAmong = (hosts: readonly string[]) => (host: string): boolean => hosts.some((name) => host === name || host.endsWith(`.${name}`))

/** A test of hosts: the well-known payment providers and those that the shop names. */
export const isPaymentHost = (more: readonly string[] = []) => isAmong([...PROVIDERS, ...more])
