/** An element with what it has as properties, or else as attributes. Markup as text would need permission where trusted types are required. */
export function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, properties: { readonly [name: string]: string | number | boolean }, ...children: readonly (Node | string)[]): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) Object.assign(element, { [name]: value })
    else element.setAttribute(name, `${value}`)
  }
  element.append(...children)
  return element
}

/** A shadow root with a style sheet of its own, which a content security policy has nothing to say about. What is clicked in it is none of the shop's. */
export function attachStyled(host: HTMLElement, style: string, mode: ShadowRootMode): ShadowRoot {
  const root = host.attachShadow({ mode })
  const sheet = 'adoptedStyleSheets' in root ? new CSSStyleSheet() : undefined
  sheet?.replaceSync(style)
  if (sheet) root.adoptedStyleSheets = [sheet]
  host.setAttribute('data-rihla-ignore', '')
  return root
}
