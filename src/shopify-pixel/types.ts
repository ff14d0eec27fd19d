/** What is used of the API that Shopify hands a web pixel (`@shopify/web-pixels-extension`); of a custom pixel `{ analytics, browser, init, customerPrivacy: api.customerPrivacy }`. */
export interface PixelApi {
  readonly analytics: { readonly subscribe: (name: string, callback: (event: PixelEvent) => void) => unknown }
  readonly browser: { readonly localStorage: PixelStorage }
  readonly init: { readonly customerPrivacy?: Privacy }
  readonly customerPrivacy?: { readonly subscribe: (name: 'visitorConsentCollected', callback: (event: { readonly customerPrivacy: Privacy }) => void) => unknown }
}

/** The shop's own storage, reached from the sandbox. */
export interface PixelStorage {
  readonly getItem: (key: string) => Promise<string | null>
  readonly setItem: (key: string, value: string) => Promise<unknown>
  readonly removeItem: (key: string) => Promise<unknown>
}

/** What a shopper has agreed to. */
export interface Privacy {
  readonly analyticsProcessingAllowed: boolean
}

/** A standard event, or one that the shop has published. Anything in it may be absent: Shopify adds and leaves out. */
export interface PixelEvent {
  readonly name: string
  readonly clientId?: string
  readonly timestamp?: string
  readonly context?: { readonly document?: { readonly location?: { readonly href?: string }; readonly title?: string; readonly referrer?: string }; readonly navigator?: { readonly language?: string } }
  readonly data?: PixelData
  readonly customData?: unknown
}

export interface PixelData {
  readonly checkout?: Checkout
  readonly cart?: { readonly lines?: readonly CartLine[]; readonly cost?: { readonly totalAmount?: Money } } | null
  readonly cartLine?: CartLine | null
  readonly productVariant?: Variant
  readonly collection?: { readonly id?: string; readonly title?: string; readonly productVariants?: readonly Variant[] }
  readonly searchResult?: { readonly query?: string; readonly productVariants?: readonly Variant[] }
  readonly alert?: { readonly type?: string; readonly target?: string }
  readonly error?: { readonly type?: string; readonly message?: string; readonly extensionName?: string }
}

interface Money {
  readonly amount?: number
  readonly currencyCode?: string
}

export interface Variant {
  readonly id?: string | null
  readonly title?: string | null
  readonly price?: Money
  readonly product?: { readonly title?: string; readonly type?: string | null; readonly vendor?: string }
}

export interface CartLine {
  readonly merchandise?: Variant
  readonly quantity?: number
}

export interface Checkout {
  readonly token?: string | null
  readonly currencyCode?: string | null
  readonly order?: { readonly id?: string | null } | null
  readonly totalPrice?: Money | null
  readonly totalTax?: Money
  readonly shippingLine?: { readonly title?: string | null; readonly price?: Money } | null
  readonly delivery?: { readonly selectedDeliveryOptions?: readonly { readonly title?: string | null }[] } | null
  readonly discountApplications?: readonly { readonly title?: string }[]
  readonly transactions?: readonly { readonly gateway?: string; readonly paymentMethod?: { readonly name?: string } }[]
  readonly lineItems?: readonly { readonly title?: string | null; readonly quantity?: number; readonly variant?: Variant | null }[]
}
