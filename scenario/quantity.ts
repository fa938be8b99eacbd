const units = { Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const;

/** Bytes of a quantity as stack files have it ("32Gi"); NaN for any other text. */
export function bytesOf(quantity: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(Mi|Gi|Ti)$/.exec(quantity) ?? [];
  return unit === undefined ? Number.NaN : Number(number) * units[unit as keyof typeof units];
}
