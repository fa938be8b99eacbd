import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

const LONGEST_LOOKUP_MS = 2000;
/** As many as one headless Service may have pods here; more would be a list that nobody meant. */
const MOST_ADDRESSES = 256;

/**
 * All addresses of a host: behind a headless Service each is a pod. Of one family only, since a pod of a dual-stack
 * cluster has one of each and would be counted twice. Empty: the name is not known, or nobody said so in time.
 */
export async function resolve(host: string, family: 4 | 6): Promise<string[]> {
  const literal = host.replace(/^\[|\]$/g, "");
  if (isIP(literal) !== 0) return [literal];
  const found = lookup(literal, { all: true }).catch(() => []);
  const late = new Promise<[]>((done) => setTimeout(done, LONGEST_LOOKUP_MS, []).unref());
  const all = (await Promise.race([found, late])).map(({ address }) => address);
  const own = all.filter((address) => isIP(address) === family);
  return [...new Set(own.length > 0 ? own : all)].slice(0, MOST_ADDRESSES);
}
