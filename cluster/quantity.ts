const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity as a plain number: "500m" is 0.5, "32Gi" is 34359738368. Throws on anything else. */
export function quantity(text: string | number): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(String(text));
  if (match === null) throw new Error(`"${text}" is no Kubernetes quantity`);
  const [, digits, exponent, unit] = match;
  return Number(`${digits}${exponent ?? ""}`) * (factors[unit ?? ""] as number);
}

/** For people: bytes in GiB, the rest as it is. */
export function showQuantity(resource: string, amount: number): string {
  if (resource === "cpu") return `${Number(amount.toFixed(2))} CPU`;
  if (resource === "memory" || resource === "ephemeral-storage" || resource.startsWith("hugepages-")) {
    return amount < 2 ** 30 ? `${Math.round(amount / 2 ** 20)} Mi` : `${Number((amount / 2 ** 30).toFixed(1))} Gi`;
  }
  return `${amount}`;
}
