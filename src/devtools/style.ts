/** How the panel looks: at the lower edge, in the colours of the system, over everything. */
export const STYLE = `
:host{all:initial;position:fixed;inset-block-end:.5rem;inset-inline-end:.5rem;z-index:2147483001;color-scheme:light dark;font:.8125rem/1.4 system-ui,sans-serif}
section{box-sizing:border-box;display:flex;flex-direction:column;inline-size:min(34rem,calc(100vw - 1rem));block-size:min(36rem,calc(100vh - 1rem));border:1px solid GrayText;border-radius:.5rem;background:Canvas;color:CanvasText;box-shadow:0 .5rem 2rem #0006;overflow:hidden}
[hidden]{display:none!important}
header{display:flex;align-items:center;gap:.25rem;padding:.375rem .5rem .375rem .75rem;border-block-end:1px solid GrayText}
h2{flex:1;margin:0;font-size:.875rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
button{min-block-size:1.75rem;min-inline-size:1.75rem;padding-inline:.5rem;border:1px solid GrayText;border-radius:.25rem;background:ButtonFace;color:ButtonText;font:inherit}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.125rem .75rem;margin:0;padding:.5rem .75rem}
dt{color:GrayText}
dd{margin:0;overflow-wrap:anywhere}
.problems{margin:0;padding:0 .75rem .5rem;list-style:none;max-block-size:7rem;overflow:auto}
.problems li,.refused,.failing{color:#c62828}
.search{display:flex;gap:.25rem;padding:0 .75rem .5rem}
.search input{flex:1;min-inline-size:0;min-block-size:1.75rem;box-sizing:border-box;font:inherit}
.log{flex:1;overflow:auto;border-block-start:1px solid GrayText}
details{border-block-end:1px solid #8884;padding:.125rem .75rem}
summary{display:grid;grid-template-columns:4.75rem 1fr auto auto;gap:.5rem;cursor:pointer;list-style:none;align-items:baseline}
summary::-webkit-details-marker{display:none}
time,.source{color:GrayText;font-variant-numeric:tabular-nums}
.name{font-weight:600;overflow-wrap:anywhere}
.stage{padding-inline:.375rem;border:1px solid currentColor;border-radius:1rem}
.waiting{color:#b26a00}
.sent{color:#2e7d32}
pre{margin:.25rem 0;font:.75rem/1.4 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.empty{padding:.75rem;margin:0;color:GrayText}
:focus-visible{outline:2px solid Highlight;outline-offset:1px}
@media (prefers-color-scheme:dark){.problems li,.refused,.failing{color:#ff8a80}.waiting{color:#ffb74d}.sent{color:#81c784}}`
