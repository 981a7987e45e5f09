import { Counter, Gauge, Registry } from 'prom-client';

/** What the gateway counts, in the Prometheus text format. */
export class Metrics {
  readonly #registry = new Registry();

  readonly connections = new Gauge({
    name: 'pushgate_connections',
    help: 'Open downlinks by transport; a poll counts while it is answered.',
    labelNames: ['transport'] as const,
    registers: [this.#registry],
  });

  readonly connected = new Counter({
    name: 'pushgate_connections_total',
    help: 'Downlinks opened since the start, by transport.',
    labelNames: ['transport'] as const,
    registers: [this.#registry],
  });

  readonly deliveries = new Counter({
    name: 'pushgate_deliveries_total',
    help: 'Messages written to downlinks that have ended, by transport.',
    labelNames: ['transport'] as const,
    registers: [this.#registry],
  });

  readonly operations = new Counter({
    name: 'pushgate_operations_total',
    help: 'Uplink operations by type and outcome.',
    labelNames: ['type', 'outcome'] as const,
    registers: [this.#registry],
  });

  readonly refusals = new Counter({
    name: 'pushgate_refusals_total',
    help: 'Requests and upgrades that were refused, by error code.',
    labelNames: ['code'] as const,
    registers: [this.#registry],
  });

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
