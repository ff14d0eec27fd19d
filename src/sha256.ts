/** The SHA-256 of a text in UTF-8, as 64 hexadecimal digits. Rejects on plain http, where browsers have no `crypto.subtle`. */
export async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(hash)].map((byte) => (byte + 256).toString(16).slice(1)).join('')
}
