/** Three significant digits, thousands separated, no exponent: 0.0123, 1.23, 12.3, 123, 1,234. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  const size = Math.abs(value);
  if (size >= 99.95) return withCommas(Math.round(value).toString());
  if (size === 0) return "0";
  // Rounded first: 9.999 is 10.0, not 10.00.
  const digits = 2 - Math.floor(Math.log10(Number(size.toPrecision(3))));
  return minus(value.toFixed(Math.min(8, digits)));
}

export const countText = (value: number): string => withCommas(Math.round(value).toString());

export const percentText = (share: number): string => {
  const percent = share * 100;
  if (percent !== 0 && percent < 0.1) return "<0.1 %";
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
};

/** A load as it stands on an axis: 4, 0.5, 12.5. */
export const loadText = (load: number): string => withCommas(String(Number(load.toPrecision(6))));

const withCommas = (digits: string): string => {
  const [whole = "", fraction] = digits.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return minus(fraction === undefined ? grouped : `${grouped}.${fraction}`);
};
const minus = (text: string): string => text.replace(/^-/, "−");
