import { toHex } from './ids.js'

/** The SHA-256 of a text in UTF-8, as 64 hexadecimal digits. Rejects on plain http, where browsers have no `crypto.subtle`. */
export const sha256 = async (text: string): Promise<string> => toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
