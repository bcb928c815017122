import { layerKinds } from "./layer-kind.js";

/** What the pages' style sheets have in common. Light and dark follow the reader's system. */
export const sharedPageStyle = `
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
.bar .wide{stroke:var(--back);stroke-width:1;vector-effect:non-scaling-stroke}
.largest{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;margin:0;padding:0;list-style:none;font-size:.88rem}
.largest li{overflow-wrap:anywhere;min-width:0}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1rem;margin:0;padding:0;list-style:none;font-size:.85rem;color:var(--quiet)}
.legend svg{width:.8em;height:.8em;margin-right:.4em}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
${[...layerKinds, "input"].map((kind) => `.kind-${kind}{--kind:var(--${kind})}`).join("\n")}
.bar rect,.legend rect{fill:var(--kind)}
.scroll{overflow:auto;max-height:80vh;border:1px solid var(--line);border-radius:10px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th{position:sticky;top:0;background:var(--panel);text-align:left;padding:.5rem .75rem;z-index:1}
td{padding:.3rem .75rem;border-top:1px solid var(--line);vertical-align:top}
tbody tr:first-child td{border-top:0}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
footer{margin-top:2rem;color:var(--quiet);font-size:.82rem}
@media print{.scroll{max-height:none;overflow:visible}}
`;
