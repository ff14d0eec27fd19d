/** Makes the page hidden or visible and says so, as browsers do. */
export function setVisibility(state: DocumentVisibilityState): void {
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
  document.dispatchEvent(new Event('visibilitychange'))
}

/** Undoes `setVisibility` without a word. */
export function resetVisibility(): void {
  Reflect.deleteProperty(document, 'visibilityState')
}

/** `pageshow` or `pagehide`; happy-dom has no PageTransitionEvent. */
export function transition(type: 'pageshow' | 'pagehide', persisted = false): void {
  window.dispatchEvent(Object.assign(new Event(type), { persisted }))
}
