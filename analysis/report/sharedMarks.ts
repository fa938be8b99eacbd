/**
 * The same drawing with marks that repeat written once: forty loads of eight systems are thousands of circles, and a page
 * may not have megabytes of them. `id` must be the figure's own: ids are global in a page.
 */
export function shareMarks(svg: string, id: string): string {
  const found = /<path transform="(translate\([^)"]*\))"((?: [a-z-]+="[^"]*")+)\/>/g;
  const counts = new Map<string, number>();
  for (const [, , look] of svg.matchAll(found)) counts.set(look!, (counts.get(look!) ?? 0) + 1);
  const names = new Map([...counts].filter(([, count]) => count > 2).map(([look], i) => [look, `${id}-m${i}`]));
  if (names.size === 0) return svg;
  const shared = svg.replace(found, (whole, place: string, look: string) => {
    const name = names.get(look);
    return name === undefined ? whole : `<use href="#${name}" transform="${place}"/>`;
  });
  const marks = [...names].map(([look, name]) => `<path id="${name}"${look}/>`).join("");
  return shared.replace("</svg>", `<defs>${marks}</defs></svg>`);
}
