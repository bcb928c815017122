import { layerKinds } from "./layer-kind.js";

/** The page's style sheet. Light and dark follow the reader's system. */
export const pageStyle = `
:root{color-scheme:light dark;--back:#fff;--panel:#f6f7f9;--line:#d5d9e0;--text:#1b1f27;--quiet:#5b6472;--link:#0b57c2;--mark:#ffd54a;--edge:#9aa3b2;--node:#fff;
--convolution:#3f6fd8;--dense:#7d4bc4;--recurrent:#a8327e;--normalisation:#5d7f92;--activation:#c2571a;--pooling:#15803d;--arithmetic:#a16207;--shape:#7a7f89;--other:#4b5563;--input:#0e7490}
@media (prefers-color-scheme:dark){:root{--back:#12151b;--panel:#1b2029;--line:#343c4a;--text:#e7eaf0;--quiet:#a0aabb;--link:#8ab8ff;--mark:#b08900;--edge:#66718a;--node:#1b2029;
--convolution:#7fa6ff;--dense:#b894f5;--recurrent:#ee86c6;--normalisation:#94b8cc;--activation:#f29a62;--pooling:#5fcf86;--arithmetic:#e0b04a;--shape:#a9afba;--other:#8f99a8;--input:#4cc3de}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.25rem clamp(.9rem,3vw,2.5rem) 3rem;max-width:100rem;background:var(--back);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.tile{min-width:0;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2rem 0 .6rem}
h3{font-size:.9rem;margin:0;font-weight:600}
p{margin:0}
.quiet{color:var(--quiet);font-weight:400}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.ends{display:grid;grid-template-columns:auto 1fr;gap:.1rem .8rem;margin:0}
.ends dt{color:var(--quiet)}
.ends dd{margin:0;overflow-wrap:anywhere}
.tensor{margin-right:1.2rem;display:inline-block}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(11.5rem,45%),1fr));gap:.75rem;margin-top:1.25rem}
.tile{background:var(--panel);border:1px solid var(--line);border-radius:10px;padding:.75rem .95rem}
.tile h3{color:var(--quiet)}
.tile .value{font-size:1.6rem;line-height:1.3;font-weight:650;font-variant-numeric:tabular-nums}
.tile .quiet{font-size:.82rem}
.share{margin:.6rem 0 1rem}
.bar{display:block;width:100%;height:26px;border-radius:6px;background:var(--panel);margin:.3rem 0 .35rem}
.bar rect{cursor:pointer}
.bar .wide{stroke:var(--back);stroke-width:1;vector-effect:non-scaling-stroke}
.bar rect:hover,.bar rect.selected{opacity:.65}
.largest{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;margin:0;padding:0;list-style:none;font-size:.88rem}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1rem;margin:0;padding:0;list-style:none;font-size:.85rem;color:var(--quiet)}
.legend svg{width:.8em;height:.8em;margin-right:.4em}
button,input{font:inherit;color:inherit}
.link{background:none;border:0;padding:0;color:var(--link);cursor:pointer;text-align:left;overflow-wrap:anywhere}
.link:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
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
${[...layerKinds, "input"].map((kind) => `.kind-${kind}{--kind:var(--${kind})}`).join("\n")}
.bar rect,.legend rect,.stripe{fill:var(--kind)}
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
.scroll{overflow:auto;max-height:80vh;border:1px solid var(--line);border-radius:10px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th{position:sticky;top:0;background:var(--panel);text-align:left;padding:0;z-index:1}
th button{border:0;border-bottom:1px solid var(--line);width:100%;padding:.5rem .75rem;text-align:inherit;font-weight:600;white-space:nowrap}
th[aria-sort=ascending] button::after{content:" ↑"}
th[aria-sort=descending] button::after{content:" ↓"}
td{padding:.3rem .75rem;border-top:1px solid var(--line);vertical-align:top}
tbody tr:first-child td{border-top:0}
tr.selected td{background:color-mix(in srgb,var(--link) 14%,var(--back))}
tr[hidden]{display:none}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
footer{margin-top:2rem;color:var(--quiet);font-size:.82rem}
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
@media print{.tools,.hint{display:none}#viewport,.scroll{height:auto;max-height:none;overflow:visible}}
`;
