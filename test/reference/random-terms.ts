/**
 * Makes the orders of a strategy more than limits and markets: stops, terms, groups, parents and batches, drawn from a seed.
 * Some of them contradict themselves and are refused. Knows nothing of engines. Called by the suite of venues.
 */
import {
  GroupKind,
  type Order,
  type OrderGroup,
  type OrderRequest,
  OrderType,
  SelfTrade,
  Side,
  type Strategy,
  type StrategyContext,
  TimeInForce,
  TriggerBy,
} from '../../core/index.js';
import { seeded } from '../tape/sample-rows.js';
import { MIDDLE_TICKS } from './random-market.js';

/** The same strategy, which does not know what becomes of its orders. */
export function withRandomTerms(strategy: Strategy, seed: number): Strategy {
  const terms = new RandomTerms(seed);
  const changed: Record<string, unknown> = {};
  for (const [name, handler] of Object.entries(strategy) as [string, (...given: unknown[]) => void][]) {
    changed[name] = (...given: unknown[]) => {
      const context = given.pop() as StrategyContext;
      handler.call(strategy, ...given, terms.around(context));
    };
  }
  return changed as Strategy;
}

type Change = { -readonly [Field in keyof OrderRequest]?: OrderRequest[Field] };

class RandomTerms {
  readonly #random: () => number;
  #around: StrategyContext | undefined;
  readonly #leaders: Order[] = [];
  #group: OrderGroup | undefined;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  around(context: StrategyContext): StrategyContext {
    this.#around ??= new Proxy(context, {
      get: (target, name) => {
        if (name === 'submit') return (request: OrderRequest) => this.#submit(target, request);
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return this.#around;
  }

  #submit(context: StrategyContext, request: OrderRequest): Order {
    const drawn = this.#random();
    if (drawn < 0.4) return context.submit(request);
    if (drawn < 0.5 && request.priceTicks !== undefined) return this.#bracket(context, request);
    const change: Change = {};
    for (let more = 1 + this.#whole(2); more > 0; more--) this.#change(context, request, change);
    const asked = { ...request, ...change };
    if (asked.type === OrderType.stop || asked.type === OrderType.marketIfTouched) delete asked.priceTicks;
    let order!: Order;
    if (drawn < 0.6) context.together(() => (order = context.submit(asked)));
    else order = context.submit(asked);
    if (order.terms.leads) this.#leaders.push(order);
    return order;
  }

  #bracket(context: StrategyContext, request: OrderRequest): Order {
    const sign = request.side === Side.buy ? 1 : -1;
    const takeProfitTicks = request.priceTicks! + sign * (1 + this.#whole(3));
    const stopTicks = request.priceTicks! - sign * (1 + this.#whole(3));
    return context.bracket(request, { takeProfitTicks, stopTicks }).entry;
  }

  #change(context: StrategyContext, { qtyLots }: OrderRequest, change: Change): void {
    switch (this.#whole(12)) {
      case 0:
      case 1: {
        const { stop, stopLimit, limitIfTouched, marketIfTouched } = OrderType;
        change.type = [stop, stopLimit, limitIfTouched, marketIfTouched][this.#whole(4)]!;
        change.stopTicks = MIDDLE_TICKS + this.#whole(9) - 4;
        change.triggerBy = this.#random() < 0.5 ? TriggerBy.trade : TriggerBy.quote;
        return;
      }
      case 2:
        change.timeInForce = TimeInForce.GTD;
        change.expiresNs = context.nowNs + 1 + this.#whole(30);
        return;
      case 3:
        change.timeInForce = [TimeInForce.DAY, TimeInForce.atOpen, TimeInForce.atClose][this.#whole(3)]!;
        return;
      case 4:
        change.reduceOnly = true;
        return;
      case 5:
        change.allOrNone = true;
        return;
      case 6:
        change.hidden = true;
        return;
      case 7:
        if (qtyLots > 1) change.displayLots = 1 + this.#whole(qtyLots - 1);
        return;
      case 8:
        change.selfTrade = this.#whole(SelfTrade.decrement + 1) as SelfTrade;
        return;
      case 9:
        change.leads = true;
        return;
      case 10:
        if (this.#leaders.length > 0) change.parent = this.#leaders[this.#whole(this.#leaders.length)]!;
        return;
      default:
        if (this.#group === undefined || this.#random() < 0.3) {
          this.#group = context.group(this.#random() < 0.5 ? GroupKind.oco : GroupKind.ouo);
        }
        change.group = this.#group;
    }
  }

  #whole(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}
