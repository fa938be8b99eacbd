import { readFileSync } from "node:fs";
import { type Weight, webFontFiles } from "../figures/fontMetrics.ts";
import { ink, seriesStyle } from "../figures/palette.ts";

const fontFace = (weight: Weight): string => {
  const data = readFileSync(webFontFiles[weight]).toString("base64");
  return `@font-face{font-family:Inter;font-weight:${weight === "bold" ? 600 : 400};src:url(data:font/woff2;base64,${data}) format("woff2")}`;
};

/** Figures carry colours as attributes, for PNG and standalone SVG; on dark paper CSS repaints exactly those values. */
const darkFigures = (): string =>
  [
    [ink.text, "var(--text)"],
    [ink.muted, "var(--muted)"],
    [ink.axis, "#6b7580"],
    [ink.grid, "#2b323a"],
    [ink.zone, "#232a31"],
    [ink.watermark, "#272e36"],
    [ink.paper, "var(--card)"],
    [ink.simulated, "var(--simulated)"],
    [ink.stampPaper, "var(--simulated-paper)"],
    [seriesStyle(0).color, "#3b9ae1"],
    [seriesStyle(1).color, "#e8753a"],
    [seriesStyle(2).color, "#22b98c"],
    [seriesStyle(7).color, "#98a2ad"],
  ]
    .map(([light, dark]) => `.plot svg [fill="${light}"]{fill:${dark}}.plot svg [stroke="${light}"]{stroke:${dark}}`)
    .join("\n");

const darkColours = `
--paper:#0f1317;--card:#171c22;--text:#e6e9ec;--muted:#a3adb8;--line:#2d353e;--head:#1e252c;--link:#6cb6ff;
--good:#4cc38a;--bad:#ff8f7d;--unsure:#d9b45b;--simulated:#ffb38a;--simulated-paper:#3a2114;color-scheme:dark;`;

/** The whole style sheet, fonts inside: nothing is fetched. */
export const style = (): string => `
${fontFace("normal")}
${fontFace("bold")}
:root{--paper:#f6f7f9;--card:#fff;--text:${ink.text};--muted:${ink.muted};--line:#d9dee3;--head:#f0f2f4;--link:#0550ae;
--good:#116329;--bad:#a40e26;--unsure:#7a4d00;--simulated:${ink.simulated};--simulated-paper:${ink.stampPaper};color-scheme:light}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--text);font:16px/1.5 Inter,system-ui,-apple-system,Segoe UI,sans-serif}
main{max-width:1240px;margin:0 auto;padding:24px 20px 64px}
h1{font-size:30px;line-height:1.2;margin:0 0 6px;font-weight:600;overflow-wrap:anywhere}
h2{font-size:21px;margin:44px 0 12px;font-weight:600;scroll-margin-top:12px}
h3{font-size:16px;margin:22px 0 6px;font-weight:600}
a{color:var(--link)}
p{margin:0 0 12px;max-width:85ch}
code{font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px;overflow-x:auto;margin:0 0 12px}
.muted{color:var(--muted)}
.badges{display:flex;flex-wrap:wrap;gap:8px;margin:0 0 12px}
.badge{font-size:13px;font-weight:600;border:1.5px solid currentColor;border-radius:5px;padding:2px 9px}
.good{color:var(--good)}.bad{color:var(--bad)}.unsure{color:var(--unsure)}
.badge.simulated,.banner{color:var(--simulated);background:var(--simulated-paper)}
.banner{border:1.5px solid currentColor;border-radius:8px;padding:10px 16px;margin:16px 0;font-size:15px}
.banner p{max-width:none;margin:0}
nav{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:14px;margin:16px 0 0}
.identity{display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:10px 28px;margin:18px 0 0;font-size:14px}
.identity dt{color:var(--muted);font-size:13px}
.identity dd{margin:0;overflow-wrap:anywhere}
.verdict{font-size:20px;line-height:1.45;font-weight:600;background:var(--card);border:1px solid var(--line);border-left:5px solid #0072b2;border-radius:8px;padding:16px 20px;margin:24px 0 0}
.verdict p{max-width:none;margin:0 0 6px;overflow-wrap:anywhere}.verdict p:last-child{margin:0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(158px,1fr));gap:12px;margin:0;padding:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 16px}
.card{display:flex;flex-direction:column}.card dt{font-size:13px;line-height:1.35;color:var(--muted);flex:1;margin-bottom:4px}
.card dd{margin:0}
.card .number{font-size:23px;font-weight:600;line-height:1.3;font-variant-numeric:tabular-nums}
.card .unit{font-size:14px;font-weight:400;white-space:nowrap}.card .where{font-size:13px;color:var(--muted)}
.card .words{font-size:16px;font-weight:600;line-height:1.35}.cards.wide{grid-template-columns:repeat(auto-fit,minmax(230px,1fr));margin:0 0 12px}
.small{font-size:14px}.reasons{margin:0 0 12px;padding:0 0 0 18px;font-size:14px}
figure{margin:0 0 8px;background:var(--card);border:1px solid var(--line);border-radius:8px}
.plot{overflow-x:auto;padding:4px}
.plot svg text{font-family:Inter,Helvetica Neue,Arial,sans-serif}
.plot svg{display:block;width:100%;height:auto;min-width:860px}
details{margin:0 0 16px;font-size:14px}
summary{cursor:pointer;color:var(--link);padding:4px 0}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:8px;margin:0 0 10px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{padding:7px 9px;text-align:right;white-space:nowrap;border-top:1px solid var(--line);font-weight:400}
thead th{background:var(--head);font-weight:600;border-top:0;vertical-align:bottom;white-space:normal;line-height:1.3}
tbody th{position:sticky;left:0;background:var(--card);font-weight:600}
.left{text-align:left}
td.left{white-space:normal;min-width:110px;overflow-wrap:anywhere}
tbody tr:hover td,tbody tr:hover th{background:var(--head)}
thead button{all:unset;cursor:pointer}
thead button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
th[aria-sort=ascending] button::after{content:" ▲"}th[aria-sort=descending] button::after{content:" ▼"}
.copy{font:13px Inter,system-ui,sans-serif;color:var(--link);background:none;border:0;padding:2px 0;margin:0 0 8px;cursor:pointer;display:block}.copy:focus-visible{outline:2px solid var(--link)}
.missing{color:var(--muted);text-decoration:none;cursor:help;border-bottom:1px dotted}
.zero{color:var(--muted)}
.notes{font-size:13px;color:var(--muted);margin:0 0 12px;padding:0;list-style:none}
.notes li{margin:0 0 3px;max-width:110ch}
.definitions{display:grid;grid-template-columns:max-content 1fr;gap:6px 20px;font-size:14px;margin:0}
.definitions dt{font-weight:600}.definitions dd{margin:0;max-width:90ch}
footer{margin-top:44px;font-size:13px;color:var(--muted)}
@media (max-width:600px){tbody th{position:static}main{padding:16px 12px 40px}h1{font-size:24px}.verdict{font-size:17px;padding:12px 14px}.definitions{grid-template-columns:1fr;gap:0}.definitions dd{margin-bottom:10px}}
@media (prefers-color-scheme:dark){@media screen{:root{${darkColours}}
${darkFigures()}
}}
@media print{body{background:#fff;font-size:11pt}main{max-width:none;padding:0}nav,details,.copy{display:none}figure,.card,tr,.verdict{break-inside:avoid}h2,h3{break-after:avoid}.scroll,.plot{overflow:visible}.plot svg{min-width:0}table{font-size:8.5pt}th,td{padding:3px 5px}@page{size:A4 landscape;margin:12mm}}
`;
