/** The plan, or a file that it names, cannot be used. One message: key, value, what is allowed. Exit code 2. */
export class PlanError extends Error {
  constructor(key: string, value: unknown, allowed: string) {
    super(`${key}: ${shown(value)} is not allowed here; give ${allowed}`);
    this.name = "PlanError";
  }
}

function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
