/* The few functions of stdlib that we use, which are four hundred modules, under names that say what they are. */
export { default as betaQuantile } from "@stdlib/stats-base-dists-beta-quantile";
export { default as binomialQuantile } from "@stdlib/stats-base-dists-binomial-quantile";
export { default as studentCdf } from "@stdlib/stats-base-dists-t-cdf";
export { default as studentQuantile } from "@stdlib/stats-base-dists-t-quantile";
