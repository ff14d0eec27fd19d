/** How a survey looks: in the corner, in the colours of the system, with the shop's accent in `--rihla-accent`. As a style sheet of its own, which a content security policy has nothing to say about. */
export const STYLE = `
:host{all:initial;position:fixed;inset-block-end:1rem;inset-inline-end:1rem;z-index:2147483000;inline-size:min(24rem,calc(100vw - 2rem));color-scheme:light dark;font:1rem/1.4 system-ui,sans-serif}
section{box-sizing:border-box;max-block-size:calc(100vh - 2rem);overflow:auto;padding:1rem;border:1px solid GrayText;border-radius:.75rem;background:var(--rihla-background,Canvas);color:var(--rihla-text,CanvasText);box-shadow:0 .5rem 2rem #0004}
fieldset{border:0;margin:0;padding:0;min-inline-size:0}
legend{padding:0;padding-inline-end:2.5rem;margin-block-end:.75rem;font-weight:600}
.close{position:absolute;inset-block-start:.5rem;inset-inline-end:.5rem;inline-size:2.75rem;block-size:2.75rem;border:0;background:none;font-size:1.5rem}
.scale{display:grid;grid-auto-flow:column;grid-auto-columns:1fr;gap:.125rem}
.scale label{position:relative;display:grid;place-items:center;min-block-size:2.75rem;border-radius:.375rem;border:1px solid GrayText}
.scale input{position:absolute;inset:0;margin:0;opacity:0;cursor:pointer}
.faces label{border:0;font-size:1.75rem}
.scale label:has(:checked){background:var(--rihla-accent,Highlight);color:HighlightText}
.list label{display:flex;gap:.5rem;align-items:center;min-block-size:2.75rem}
.ends{display:flex;justify-content:space-between;margin:.25rem 0 0;font-size:.875rem}
textarea{box-sizing:border-box;inline-size:100%;font:inherit}
.more{display:block;margin-block-start:.75rem}
[role=status]:not(.done){position:absolute;inline-size:1px;block-size:1px;margin:0;overflow:hidden;clip-path:inset(50%)}
.send{margin-block-start:.75rem;min-block-size:2.75rem;padding-inline:1.25rem;border:0;border-radius:.375rem;background:var(--rihla-accent,Highlight);color:HighlightText;font:inherit}
:focus-visible,.scale label:has(:focus-visible){outline:3px solid var(--rihla-accent,Highlight);outline-offset:2px}
@media (prefers-reduced-motion:no-preference){section{animation:come .3s}@keyframes come{from{opacity:0;transform:translateY(1rem)}}}`
