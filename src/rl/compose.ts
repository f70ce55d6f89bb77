/** A configuration -> the method of a run: the hooks of all variants that are on, and the paper's method elsewhere. */
import { coreEstimator } from "./advantage.ts";
import type { CoreConfig } from "./config/coreFields.ts";
import type { ConfigOf, FieldTable } from "./config/field.ts";
import type { Draw, Hooks, Voters, Votes } from "./contracts/hooks.ts";
import type { Method } from "./contracts/method.ts";
import type { Variant } from "./contracts/variant.ts";
import { majorityRule } from "./reward.ts";

/** Composes the method of a run from its configuration. Throws where two variants claim the same single hook. */
export function composeMethod(config: CoreConfig, variants: readonly Variant[]): Method {
  const values = config as CoreConfig & ConfigOf<FieldTable>; // checked against the same variants' fields
  const hooks = variants.filter((variant) => variant.isOn(values)).map((variant) => variant.hooks(values));
  const only = <Name extends keyof Hooks>(name: Name): Hooks[Name] | undefined => {
    const claims = hooks.filter((each) => each[name] !== undefined);
    if (claims.length > 1) throw new Error(`${claims.length} variants set the hook "${name}"`);
    return claims[0]?.[name];
  };
  const all = <Name extends keyof Hooks>(name: Name): NonNullable<Hooks[Name]>[] =>
    hooks.flatMap((each) => each[name] ?? []); // functions, none an array
  const estimator = only("estimator") ?? coreEstimator(config.advantage, config);
  return {
    settings: config,
    voters: only("voters") ?? policyVoters(config),
    needsInitialVotes: all("needsInitialVotes").some(Boolean),
    learnsFromTruth: all("learnsFromTruth").some(Boolean),
    abstains: only("abstains") ?? (() => false),
    rewardRule: only("rewardRule") ?? majorityRule,
    reshapeRewards: all("reshapeRewards"),
    rewardedToken: only("rewardedToken") ?? (({ tokens }) => tokens.length - 1),
    estimator,
    reshapeAdvantages: all("reshapeAdvantages"),
    trainsPolicy: only("trainsPolicy") ?? (() => true),
    afterUpdate: all("afterUpdate"),
    earlyStop: only("earlyStop") ?? { remember: () => [], isOver: () => false },
    measure: all("measure"),
    keepsReference: config.klCoefficient > 0 || estimator.companion?.needsReference === true,
    dropsEpochRest: all("dropsEpochRest").some(Boolean),
    scheduleLag: only("scheduleLag") ?? 0,
    metricNames: variants.flatMap(({ metrics }) => Object.keys(metrics)),
  };
}

/** All votes are the policy's, sampled at once. */
function policyVoters({ votesPerQuestion: count }: CoreConfig): Voters {
  return {
    ...{ drawn: count, atOnce: count, others: 0 },
    async sample({ models, requests, sample }: Draw): Promise<Votes[]> {
      const responses = await sample(models.policy, requests, { first: 0, count });
      return responses.map((votes) => ({ responses: votes, voters: count, others: [] }));
    },
  };
}
