import { isAlone } from "../aloneSystems.ts";
import type { Analysis } from "../analysis.ts";

/** More curves than these in one panel nobody can follow. */
const MOST_CURVES = 6;

/** For figures of curves: with targets that were loaded beside others as systems of their own, while there is room for them. */
export function withTogether(analysis: Analysis): Analysis {
  return analysis.systems.length <= MOST_CURVES ? analysis : onlyAlone(analysis);
}

/** For figures that set systems against each other. They come first, so that each keeps its colour. */
export function onlyAlone(analysis: Analysis): Analysis {
  const systems = analysis.systems.filter(isAlone);
  return systems.length === 0 || systems.length === analysis.systems.length ? analysis : { ...analysis, systems };
}
