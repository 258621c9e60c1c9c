/** Metrics as text: which form is answered, and how often they are gathered. */
import { Registry } from "prom-client";

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

type OpenMetrics = typeof Registry.OPENMETRICS_CONTENT_TYPE;
type Form = OpenMetrics | typeof Registry.PROMETHEUS_CONTENT_TYPE;

/** Metrics are gathered at most this often, in milliseconds: many scrapes cost no more than one. */
const GATHERED_EVERY = 1_000;

export class Metrics {
  readonly #registry: Registry<Form>;
  readonly #gather: () => Promise<void>;
  readonly #texts = new Map<Form, Promise<string>>();
  #expireAt = -Infinity;
  #gathered: Promise<void> | undefined;
  /** One form after the other: a registry has one at a time. */
  #writing: Promise<unknown> = Promise.resolve();

  /** @param gather brings what is not counted as it happens up to date */
  constructor(registry: Registry<Form>, gather: () => Promise<void>) {
    this.#registry = registry;
    this.#gather = gather;
  }

  /** All metrics in the form that an `Accept` header prefers. */
  async scrape(accept: string | undefined): Promise<Exposition> {
    const form = preferredForm(accept);
    if (performance.now() >= this.#expireAt) {
      this.#texts.clear();
      this.#expireAt = performance.now() + GATHERED_EVERY;
      this.#gathered = this.#gather();
    }
    const text = this.#texts.get(form) ?? this.#write(form, this.#gathered);
    this.#texts.set(form, text);
    try {
      return { contentType: form, text: await text };
    } catch (error) {
      this.#expireAt = -Infinity;
      throw error;
    }
  }

  #write(form: Form, gathered: Promise<void> | undefined): Promise<string> {
    const text = this.#writing.then(async () => {
      await gathered;
      this.#registry.setContentType(form);
      return await this.#registry.metrics();
    });
    this.#writing = text.catch(() => {});
    return text;
  }
}

/** OpenMetrics for those who name it with a weight that no other text form exceeds. */
function preferredForm(accept = ""): Form {
  const isPreferred = weightOf(accept, "application/openmetrics-text") > 0 &&
    weightOf(accept, "application/openmetrics-text") >= weightOf(accept, "text/plain");
  return isPreferred ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
}

/** The highest weight of a media type in an `Accept` header (RFC 9110, 12.5.1); 0 where it is not named. */
function weightOf(accept: string, type: string): number {
  const weights = accept.split(",").map((range) => {
    const [name, ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    if (name !== type) return 0;
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  });
  return Math.max(...weights);
}
