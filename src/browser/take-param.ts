/** The value of a parameter of the page's address, which is then without it: an address that is copied must not hold it. `undefined` where there is none. */
export function takeParam(name: string): string | undefined {
  const url = new URL(location.href)
  const value = url.searchParams.get(name)
  if (value === null) return
  // As text: what `searchParams` writes is not always what was there.
  const search = url.search.slice(1).split('&').filter((part) => part.split('=')[0] !== name).join('&')
  history.replaceState(history.state, '', url.pathname + (search && `?${search}`) + url.hash)
  return value
}
