const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

/**
 * A quantity as Kubernetes writes it back: "1024Mi" is "1Gi", "0.5" is "500m". The real provider gets this from the typed
 * objects that inputs pass through (provider.go normalizeInputs, clients/unstructured.go Normalize; the rule itself is
 * CanonicalizeBytes in k8s.io/apimachinery pkg/api/resource/quantity.go). Without it every "1000m" is a change for ever.
 */
export function canonicalQuantity(value: string | number): string {
  const text = String(value);
  const [, sign, whole, fraction = "", suffix = ""] =
    /^([+-]?)(\d*)(?:\.(\d*))?((?:[KMGTPE]i|[numkMGTPE])?)$/.exec(text) ?? [];
  if (whole === undefined || whole + fraction === "" || fraction.length > 9) return text;
  const isBinary = suffix.endsWith("i");
  let nano = BigInt(whole + fraction.padEnd(9, "0"));
  if (isBinary) nano *= 1024n ** BigInt(binary.indexOf(suffix));
  else {
    const thousands = decimal.indexOf(suffix) - 3;
    const factor = 1000n ** BigInt(Math.abs(thousands));
    if (thousands < 0 && nano % factor !== 0n) return text;
    nano = thousands < 0 ? nano / factor : nano * factor;
  }
  if (nano === 0n) return "0";
  const number = isBinary && nano >= 1024n * 10n ** 9n ? inBinary(nano) : inDecimal(nano);
  return number === null ? text : `${sign === "-" ? "-" : ""}${number}`;
}

function inBinary(nano: bigint): string | null {
  if (nano % 10n ** 9n !== 0n) return null;
  return reduced(nano / 10n ** 9n, 1024n, binary);
}

function inDecimal(nano: bigint): string {
  return reduced(nano, 1000n, decimal);
}

function reduced(mantissa: bigint, base: bigint, suffixes: readonly string[]): string {
  let step = 0;
  let left = mantissa;
  while (step < suffixes.length - 1 && left % base === 0n) {
    left /= base;
    step += 1;
  }
  return `${left}${suffixes[step]}`;
}
