// @ts-check
// Shop data is hostile: all of it enters as text, never as markup.

/**
 * An element. Attributes that are `undefined` or `false` are left out, `true` is an empty one; `on…` is a listener.
 * @type {<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes?: { [name: string]: unknown }, ...children: (Node | string)[]) => HTMLElementTagNameMap[Tag]}
 */
export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), /** @type {EventListener} */ (value))
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value))
  }
  made.append(...children)
  return made
}

/** @type {(id: string) => HTMLElement} */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
