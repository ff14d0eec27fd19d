import { type Fail, listen } from './listen.js'

/**
 * Loads a script that lies beside another one, with the same rights: its nonce, and its integrity checked where the other's was.
 * Rejects when it cannot be had.
 */
export function loadScript(file: string, beside: HTMLScriptElement, integrity: string | undefined, fail: Fail): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = new URL(file, beside.src).href
    // The attribute is hidden once the page is there; the property is not.
    script.nonce = beside.nonce
    script.crossOrigin = beside.crossOrigin
    if (beside.integrity && integrity) script.integrity = integrity
    listen(script, 'load', () => resolve(), fail)
    listen(script, 'error', () => reject(new Error(`rihla: ${script.src} could not be loaded`)), fail)
    document.head.append(script)
  })
}
