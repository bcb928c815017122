import { sharedPageStyle } from "../inspect/shared-page-style.js";

/** The style sheet of the page of `profile`. */
export const profilePageStyle = `${sharedPageStyle}
.chart{margin:0;padding:0;list-style:none;font-size:.86rem}
.chart li{display:grid;grid-template-columns:minmax(8rem,17rem) minmax(0,1fr) 9.5rem;gap:0 .8rem;align-items:center;padding:.1rem 0}
.chart .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.track{height:.95rem;background:var(--panel);border-radius:4px;overflow:hidden}
.fill{display:block;height:100%;min-width:1px;background:var(--kind)}
.sums{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(28rem,100%),1fr));gap:0 1.5rem}
.sums section{min-width:0}
th{font-weight:600;white-space:nowrap;border-bottom:1px solid var(--line)}
th.number{text-align:right}
.chart .number .quiet{display:inline-block;min-width:3.7rem}
.sums td:first-child{white-space:nowrap}
#nodes td:first-child{overflow-wrap:anywhere}
@media (max-width:52rem){
.chart li{grid-template-columns:minmax(0,1fr) auto;padding:.25rem 0}
.chart .track{grid-row:2;grid-column:1/-1;height:.6rem}
td,th{padding:.3rem .55rem}
#nodes td:first-child{min-width:12.5rem}
}
@media print{.fill,.bar{print-color-adjust:exact}}
`;
