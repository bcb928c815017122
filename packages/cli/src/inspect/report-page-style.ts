import { sharedPageStyle } from "./shared-page-style.js";

/** The style sheet of the page of `inspect`. */
export const pageStyle = `${sharedPageStyle}
.bar rect{cursor:pointer}
.bar rect:hover,.bar rect.selected{opacity:.65}
button,input{font:inherit;color:inherit}
.link{background:none;border:0;padding:0;color:var(--link);cursor:pointer;text-align:left;overflow-wrap:anywhere}
.link:hover{text-decoration:underline}
.tools{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:center;margin-bottom:.5rem}
.search{flex:1 1 14rem;max-width:26rem}
#search{width:100%;padding:.45rem .7rem;border:1px solid var(--line);border-radius:8px;background:var(--panel);font-size:16px}
#found{color:var(--quiet);font-size:.88rem;min-width:4em}
.zoom{display:inline-flex;margin-left:auto}
.zoom button,th button{background:var(--panel);border:1px solid var(--line);cursor:pointer}
.zoom button{min-width:2.6rem;min-height:2.4rem;padding:0 .6rem}
.zoom button+button{border-left:0}
.zoom button:first-child{border-radius:8px 0 0 8px}
.zoom button:last-child{border-radius:0 8px 8px 0}
.stage{display:grid;grid-template-columns:minmax(0,1fr);gap:.75rem;position:relative}
.stage.open{grid-template-columns:minmax(0,1fr) 21rem}
#viewport{height:min(74vh,56rem);overflow:auto;border:1px solid var(--line);border-radius:10px;background:var(--back);cursor:grab;touch-action:pan-x pan-y;overscroll-behavior:auto}
#viewport.dragging{cursor:grabbing;user-select:none}
#drawing{display:block;margin:0 auto}
.edge{fill:none;stroke:var(--edge);stroke-width:1.4;marker-end:url(#tip)}
#tip path{fill:var(--edge);fill:context-stroke}
.node{cursor:pointer;outline:none}
.node rect:first-child{fill:var(--node);stroke:var(--line);stroke-width:1.2}
.node:hover rect:first-child{stroke:var(--quiet)}
.node.result rect:first-child{stroke:var(--text);stroke-width:1.8}
.node.selected rect:first-child{stroke:var(--link);stroke-width:2.6}
.node:focus-visible rect:first-child{stroke:var(--link);stroke-width:2.6;stroke-dasharray:5 3}
.node.hit rect:first-child{fill:color-mix(in srgb,var(--mark) 35%,var(--node))}
.node.miss,.edge.miss{opacity:.28}
.edge.near{stroke:var(--link);stroke-width:2.2}
.node text{fill:var(--text);font-size:12.5px;pointer-events:none}
.node .title{font-weight:600}
.node .name,.node .shape{fill:var(--quiet);font-size:11.5px}
.node .shape{paint-order:stroke;stroke:var(--back);stroke-width:4px;stroke-linejoin:round}
.node .shape.end{text-anchor:middle}
.stripe{fill:var(--kind)}
.far .node rect:first-child,.far .node:hover rect:first-child{fill:var(--kind);stroke:var(--kind)}
.far .node.selected rect:first-child{stroke:var(--text);stroke-width:14}
.far .node text{display:none}
.far .edge{stroke-width:4;marker-end:none}
.node.kind-input rect:first-child{stroke:var(--input);stroke-width:1.8}
#details{border:1px solid var(--line);border-radius:10px;background:var(--panel);padding:.8rem 1rem;overflow:auto;max-height:min(74vh,56rem);overflow-wrap:anywhere}
#details h3{font-size:1.05rem;padding-right:2rem}
#details h4{margin:.9rem 0 .15rem;font-size:.8rem;color:var(--quiet);font-weight:600}
#details ul{margin:0;padding:0;list-style:none}
#details dl{display:grid;grid-template-columns:minmax(0,auto) minmax(0,1fr);gap:.1rem .8rem;margin:0;font-size:.88rem}
#details dt{color:var(--quiet)}
#details dd{margin:0}
#details .close{position:absolute;right:.6rem;top:.5rem;width:2.4rem;height:2.4rem;background:var(--panel);border:0;border-radius:8px;font-size:1.2rem;cursor:pointer}
.hint{color:var(--quiet);font-size:.82rem;margin-top:.5rem}
kbd{border:1px solid var(--line);border-radius:4px;padding:0 .3em;font:inherit}
th{padding:0}
th button{border:0;border-bottom:1px solid var(--line);width:100%;padding:.5rem .75rem;text-align:inherit;font-weight:600;white-space:nowrap}
th[aria-sort=ascending] button::after{content:" ↑"}
th[aria-sort=descending] button::after{content:" ↓"}
tr.selected td{background:color-mix(in srgb,var(--link) 14%,var(--back))}
tr[hidden]{display:none}
@media (max-width:52rem){
.stage.open{grid-template-columns:minmax(0,1fr)}
#viewport{height:62vh}
#details{position:fixed;left:0;right:0;bottom:0;z-index:5;max-height:46vh;border-radius:14px 14px 0 0;box-shadow:0 -6px 24px #0005}
.hint{display:none}
.zoom{margin-left:0}
td{padding:.3rem .6rem}
td:first-child{min-width:11rem}
td:nth-child(2){min-width:9rem}
}
@media print{.tools,.hint{display:none}#viewport{height:auto;overflow:visible}}
`;
