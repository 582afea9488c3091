#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "input/study_spec.h"
#include "scratch.h"

/* What is wrong in the keys of studies is said with its place and what would be right.
 */

static const char base[] = "pools:\n"
                           "  - {name: own, gpus: 512, price: 2.385 USD/GPU-h}\n"
                           "  - {name: burst, limit: 64}\n"
                           "demand: [{name: batch, scale: 1}]\n"
                           "dispatch: {backfill: easy}\n"
                           "facility:\n";

/* Whether the keys are read; what is wrong with them, without the file. */
static bool reads(const char *path, const char *keys, const char *more,
                  struct error *err)
{
    struct arena arena = {0};
    struct study_spec spec;
    struct node root;
    char *text = arena_printf(&arena, "%s\n%s%s", keys, more, base);
    bool ok = node_parse(path, text, strlen(text), &arena, &root, err) &&
              study_spec_read(&root, path, &arena, &spec, err);
    arena_free(&arena);
    return ok;
}

static const struct wrong {
    const char *keys, *message; /* behind "t.yaml:" */
} cases[] =
    {
        /* clang-format off */
    {"uncertain: 5",
     "1:12: uncertain: a map is wanted, as in {pools.burst.price: {lognormal: {median: 2.95 USD/GPU-h, sigma: 0.2}}}"},
    {"uncertain: [a]",
     "1:12: uncertain: a map is wanted, as in {pools.burst.price: {lognormal: {median: 2.95 USD/GPU-h, sigma: 0.2}}}"},
    {"uncertain: {pools.own.gpus: 5}",
     "1:29: uncertain.pools.own.gpus: a map is wanted, as in {normal: {mean: 1, sd: 0.1}, min: 0.2}"},
    {"uncertain: {pools.own.gpus: {}}",
     "1:29: uncertain.pools.own.gpus: no law; give normal, lognormal, uniform, triangular, pert, discrete or empirical, as in {uniform: {min: 2 USD/GPU-h, max: 3 USD/GPU-h}}"},
    {"uncertain: {pools.own.gpus: {norml: {mean: 1, sd: 1}}}",
     "1:30: uncertain.pools.own.gpus: unknown key 'norml'; did you mean 'normal'?"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 1, sd: 1}, uniform: {min: 1, max: 2}}}",
     "1:65: uncertain.pools.own.gpus: it has two laws, normal and uniform"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 1}}}",
     "1:38: uncertain.pools.own.gpus.normal: missing key 'sd': standard deviation, in the same unit"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 1, sd: 1, sigma: 2}}}",
     "1:55: uncertain.pools.own.gpus.normal: unknown key 'sigma'"},
    {"uncertain: {pools.own.gpus: {normal: [1, 2]}}",
     "1:38: uncertain.pools.own.gpus.normal: a map is wanted, as in {mean: 1, sd: 0.1}"},
    {"uncertain: {pools.own.gpus: {normal: ~}}",
     "1:38: uncertain.pools.own.gpus.normal: a map is wanted, as in {mean: 1, sd: 0.1}"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 1, sd: 0}}}",
     "1:38: uncertain.pools.own.gpus: sd: 0 is not above 0"},
    {"uncertain: {pools.own.gpus: {normal: {mean: nan, sd: 1}}}",
     "1:45: uncertain.pools.own.gpus.normal.mean: 'nan' is not one number with its unit, such as '2.49 USD/GPU-h'"},
    {"uncertain: {pools.own.gpus: {normal: {mean: inf, sd: 1}}}",
     "1:45: uncertain.pools.own.gpus.normal.mean: 'inf' is not one number with its unit, such as '2.49 USD/GPU-h'"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 1e400, sd: 1}}}",
     "1:45: uncertain.pools.own.gpus.normal.mean: '1e400' is too large"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 2e15, sd: 1}}}",
     "1:38: uncertain.pools.own.gpus: mean: it is not within -1e15 and 1e15"},
    {"uncertain: {pools.own.price: {normal: {mean: 2.385 USD/GPU-h, sd: 1}}}",
     "1:67: uncertain.pools.own.price.normal.sd: '1' and '2.385 USD/GPU-h' have not the same unit; write all numbers of a law in one, with it behind each"},
    {"uncertain: {pools.own.price: {normal: {mean: 1, sd: 1 USD/GPU-h}}}",
     "1:53: uncertain.pools.own.price.normal.sd: '1 USD/GPU-h' and '1' have not the same unit; write all numbers of a law in one, or all without"},
    {"uncertain: {pools.own.price: {normal: {mean: 2 USD/GPU-h, sd: 1 USD/GPU-h}, min: 0.5 USD/h}}",
     "1:82: uncertain.pools.own.price.min: '0.5 USD/h' and '2 USD/GPU-h' have not the same unit; write all numbers of a law in one, with it behind each"},
    {"uncertain: {pools.own.price: {lognormal: {median: 2 USD/GPU-h, sigma: 20 %}}}",
     "1:71: uncertain.pools.own.price.lognormal.sigma: '20 %' is not a number; it takes no unit, as in '1.25'"},
    {"uncertain: {pools.own.price: {lognormal: {median: 2 USD/GPU-h, sigma: 20}}}",
     "1:42: uncertain.pools.own.price: sigma: it is above 10; it is the spread of the logarithm: 0.2 is about 20 %"},
    {"uncertain: {pools.own.price: {lognormal: {median: -2 USD/GPU-h, sigma: 0.2}}}",
     "1:42: uncertain.pools.own.price: median: -2 is not above 0"},
    {"uncertain: {pools.own.gpus: {uniform: {min: 8, max: 8}}}",
     "1:39: uncertain.pools.own.gpus: min: 8 is not below max, which is 8"},
    {"uncertain: {pools.own.gpus: {triangular: {min: 8, mode: 4, max: 16}}}",
     "1:42: uncertain.pools.own.gpus: min: 8 is not at most mode, which is 4"},
    {"uncertain: {pools.own.gpus: {pert: {min: 8, mode: 17, max: 16}}}",
     "1:36: uncertain.pools.own.gpus: mode: 17 is not at most max, which is 16"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 8, sd: 1}, step: 0}}",
     "1:62: uncertain.pools.own.gpus.step: '0' is not above 0"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 8, sd: 1}, step: -1}}",
     "1:62: uncertain.pools.own.gpus.step: '-1' is not above 0"},
    {"uncertain: {pools.own.gpus: {uniform: {min: 9, max: 15}, step: 8}}",
     "1:64: uncertain.pools.own.gpus.step: no whole multiple of 8 lies between min and max"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 8, sd: 1}, min: 9, max: 9}}",
     "1:38: uncertain.pools.own.gpus: min: 9 is not below max, which is 9"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 8, sd: 1}, min: 90}}",
     "1:38: uncertain.pools.own.gpus: less than a millionth of the law lies between min and max; move them, or the law"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 8, sd: 1}, column: x}}",
     "1:64: uncertain.pools.own.gpus.column: only an empirical law has this key"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 8, sd: 1}, unit: w}}",
     "1:62: uncertain.pools.own.gpus.unit: only an empirical law has this key"},
    {"uncertain: {pools.own.gpus: {discrete: [8, 16], step: 8}}",
     "1:55: uncertain.pools.own.gpus.step: a discrete law has the values that are listed"},
    {"uncertain: {pools.own.gpus: {discrete: 8}}",
     "1:40: uncertain.pools.own.gpus.discrete: a list is wanted, as in [{value: easy, weight: 3}, {value: none}]"},
    {"uncertain: {pools.own.gpus: {discrete: []}}",
     "1:40: uncertain.pools.own.gpus.discrete: there are 0 values; 1 to 1000 are allowed"},
    {"uncertain: {pools.own.gpus: {discrete: [8, 8]}}",
     "1:44: uncertain.pools.own.gpus.discrete: '8' stands twice"},
    {"uncertain: {pools.own.gpus: {discrete: [8, {weight: 2}]}}",
     "1:44: uncertain.pools.own.gpus.discrete: missing key 'value', as in {value: easy, weight: 3}"},
    {"uncertain: {pools.own.gpus: {discrete: [8, {value: 2, weight: 0}]}}",
     "1:63: uncertain.pools.own.gpus.discrete.weight: 0 is below 1e-9"},
    {"uncertain: {pools.own.gpus: {discrete: [8, {value: 2, wieght: 1}]}}",
     "1:55: uncertain.pools.own.gpus.discrete: unknown key 'wieght'; did you mean 'weight'?"},
    {"uncertain: {pools.own.gpus: {discrete: [8, {value: 2, weight: -1}]}}",
     "1:63: uncertain.pools.own.gpus.discrete.weight: -1 is below 1e-9"},
    {"uncertain: {pools.own.gpus: {discrete: [\"a\\nb\"]}}",
     "1:41: uncertain.pools.own.gpus.discrete: 'a?b' holds a line end, tab or other control character"},
    {"uncertain: {pools.own.gpus: {discrete: [\"\"]}}",
     "1:41: uncertain.pools.own.gpus.discrete: the text is empty"},
    {"uncertain: {pools.rented.gpus: {normal: {mean: 8, sd: 1}}}",
     "1:13: uncertain.pools.rented.gpus: the list of 2 has no element with this index or name: 'rented'; there are own, burst"},
    {"uncertain: {pools.own.gpus.more: {normal: {mean: 8, sd: 1}}}",
     "1:13: uncertain.pools.own.gpus.more: '512' is a value, it has no 'more'"},
    {"uncertain: {pools..gpus: {normal: {mean: 8, sd: 1}}}",
     "1:13: uncertain.pools..gpus: 'pools..gpus' is not a path, such as 'pools.own.gpus'"},
    {"uncertain: {\"pools.own=gpus\": {normal: {mean: 8, sd: 1}}}",
     "1:13: uncertain.pools.own=gpus: 'pools.own=gpus' is not a path, such as 'pools.own.gpus'"},
    {"uncertain: {\"pools.own.gpus\\t\": {normal: {mean: 8, sd: 1}}}",
     "1:13: uncertain: 'pools.own.gpus?' is not a path, such as 'pools.own.gpus'"},
    {"uncertain: {seed: {normal: {mean: 8, sd: 1}}}",
     "1:13: uncertain.seed: a study cannot vary this; each replication has random streams of its own as it is"},
    {"uncertain: {study.batch: {normal: {mean: 8, sd: 1}}}",
     "1:13: uncertain.study.batch: a study cannot vary this"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 8, sd: 1}}, pools.0.gpus: {normal: {mean: 8, sd: 1}}}",
     "1:57: uncertain.pools.0.gpus: uncertain has 'pools.own.gpus' already, which is the same value or lies within; say it in one place"},
    {"uncertain: {pools.own.gpus: {normal: {mean: 8, sd: 1}}, pools.own: {discrete: [{value: {name: own}}]}}",
     "1:57: uncertain.pools.own: uncertain has 'pools.own.gpus' already, which is the same value or lies within; say it in one place"},
    {"uncertain: {pools.own.gpus: {empirical: none.csv}}",
     "1:41: uncertain.pools.own.gpus.empirical: none.csv: there is no such file"},
    {"uncertain: {pools.own.gpus: {empirical: -}}",
     "1:41: uncertain.pools.own.gpus.empirical: the name of a file is wanted"},
    {"uncertain: {pools.own.gpus: {empirical: [a]}}",
     "1:41: uncertain.pools.own.gpus.empirical: one value is wanted, as in prices.csv"},
    {"uncertain: {pools.own.gpus: {empirical: none.csv, unit: 5}}",
     "1:57: uncertain.pools.own.gpus.unit: '5' is no unit, such as USD/GPU-h"},
    {"uncertain: {pools.own.gpus: {empirical: none.csv, unit: \"w w\"}}",
     "1:57: uncertain.pools.own.gpus.unit: 'w w' is no unit, such as USD/GPU-h"},
    {"correlation: [{between: [pools.own.gpus, pools.own.price], rho: 0.5}]",
     "1:26: correlation.0.between: 'pools.own.gpus' is not in `uncertain`"},
    {"sweep: 5",
     "1:8: sweep: a map is wanted, as in {pools.own.gpus: 0..512 step 64}"},
    {"sweep: [a]",
     "1:8: sweep: a map is wanted, as in {pools.own.gpus: 0..512 step 64}"},
    {"sweep: {pools.own.gpus: 5}",
     "1:25: sweep.pools.own.gpus: '5' is not a range of numbers, as in 0..512 step 64, or 1..5 step 0.5 USD/GPU-h"},
    {"sweep: {pools.own.gpus: ~}",
     "1:25: sweep.pools.own.gpus: values are wanted, as in 0..512 step 64, or [0, 64, 256]"},
    {"sweep: {pools.own.gpus: {a: 1}}",
     "1:25: sweep.pools.own.gpus: values are wanted, as in 0..512 step 64, or [0, 64, 256]"},
    {"sweep: {pools.own.gpus: []}",
     "1:25: sweep.pools.own.gpus: there are 0 values; 1 to 10000 are allowed"},
    {"sweep: {pools.own.gpus: [1, 2, 1]}",
     "1:32: sweep.pools.own.gpus: '1' stands twice"},
    {"sweep: {pools.own.gpus: [8, '08']}",
     "1:29: sweep.pools.own.gpus: '08' stands twice"},
    {"sweep: {pools.own.price: [2.5 USD/GPU-h, 2.50 USD/GPU-h]}",
     "1:42: sweep.pools.own.price: '2.50 USD/GPU-h' stands twice"},
    {"sweep: {pools.own.gpus: [\"a\\tb\"]}",
     "1:26: sweep.pools.own.gpus: 'a?b' holds a line end, tab or other control character"},
    {"sweep: {pools.own.gpus: 0..512}",
     "1:25: sweep.pools.own.gpus: '0..512' is not a range of numbers, as in 0..512 step 64, or 1..5 step 0.5 USD/GPU-h"},
    {"sweep: {pools.own.gpus: 0..512 by 64}",
     "1:25: sweep.pools.own.gpus: '0..512 by 64' is not a range of numbers, as in 0..512 step 64, or 1..5 step 0.5 USD/GPU-h"},
    {"sweep: {pools.own.gpus: 0..512 step 0}",
     "1:25: sweep.pools.own.gpus: '0..512 step 0': the step is not above 0"},
    {"sweep: {pools.own.gpus: 0..512 step -64}",
     "1:25: sweep.pools.own.gpus: '0..512 step -64': the step is not above 0"},
    {"sweep: {pools.own.gpus: 512..0 step 64}",
     "1:25: sweep.pools.own.gpus: '512..0 step 64': write the smaller number first"},
    {"sweep: {pools.own.gpus: 0..x step 64}",
     "1:25: sweep.pools.own.gpus: '0..x step 64' is not a range of numbers, as in 0..512 step 64, or 1..5 step 0.5 USD/GPU-h"},
    {"sweep: {pools.own.gpus: 0..512 step 64 USD GPU}",
     "1:25: sweep.pools.own.gpus: '0..512 step 64 USD GPU' is not a range of numbers, as in 0..512 step 64, or 1..5 step 0.5 USD/GPU-h"},
    {"sweep: {pools.own.gpus: 0..10000 step 1}",
     "1:25: sweep.pools.own.gpus: '0..10000 step 1' has more than 10000 values"},
    {"sweep: {pools.own.gpus: -9e18..9e18 step 1}",
     "1:25: sweep.pools.own.gpus: '-9e18..9e18 step 1' has more than 10000 values"},
    {"sweep: {pools.own.gpus: 0..1e30 step 1e29}",
     "1:25: sweep.pools.own.gpus: '0..1e30 step 1e29' is not a range of numbers, as in 0..512 step 64, or 1..5 step 0.5 USD/GPU-h"},
    {"sweep: {pools.own.gpus: 0..1 step 1e-13}",
     "1:25: sweep.pools.own.gpus: '0..1 step 1e-13' is not a range of numbers, as in 0..512 step 64, or 1..5 step 0.5 USD/GPU-h"},
    {"sweep: {pools.own.gpus: 0 USD..5 USD step 1 USD}",
     "1:25: sweep.pools.own.gpus: '0 USD..5 USD step 1 USD' is not a range of numbers, as in 0..512 step 64, or 1..5 step 0.5 USD/GPU-h"},
    {"sweep: {pools.own.gpus: 0..9999 step 1, demand.batch.scale: 0..100 step 1}",
     "1:8: sweep: the axes make more than 1000000 points together; take fewer values"},
    {"sweep: {pools.rented.gpus: [1, 2]}",
     "1:9: sweep.pools.rented.gpus: the list of 2 has no element with this index or name: 'rented'; there are own, burst"},
    {"sweep: {pools.own.gpus: [1, 2], pools.0: [a, b]}",
     "1:33: sweep.pools.0: sweep has 'pools.own.gpus' already, which is the same value or lies within; say it in one place"},
    {"sweep: {zip: {pools.own.gpus: [1, 2]}}",
     "1:14: sweep.zip: a list is wanted, as in [{pools.own.gpus: [0, 512], pools.leased.gpus: [512, 0]}]"},
    {"sweep: {zip: [5]}",
     "1:15: sweep.zip.0: a map is wanted, as in {pools.own.gpus: [0, 512], pools.leased.gpus: [512, 0]}"},
    {"sweep: {zip: [{}]}",
     "1:15: sweep.zip.0: there are 0 paths; 1 to 100 are allowed"},
    {"sweep: {zip: [{pools.own.gpus: [1, 2], pools.burst.limit: [1, 2, 3]}]}",
     "1:59: sweep.zip.0.pools.burst.limit: it has 3 values and pools.own.gpus has 2; they move together"},
    {"sweep: {zip: [{pools.own.gpus: [1, 2]}], pools.own.gpus: [4, 5]}",
     "1:42: sweep.pools.own.gpus: sweep.zip.0 has 'pools.own.gpus' already, which is the same value or lies within; say it in one place"},
    {"sweep: {designs: [a]}",
     "1:18: sweep.designs: a map is wanted, as in {own: {pools.own.gpus: 1024}, lease: {pools.own.gpus: 0}}"},
    {"sweep: {designs: {}}",
     "1:18: sweep.designs: there are 0 designs; 1 to 10000 are allowed"},
    {"sweep: {designs: {own: 5}}",
     "1:24: sweep.designs.own: a map is wanted, as in {pools.own.gpus: 1024, pools.leased.gpus: 0}"},
    {"sweep: {designs: {own: {pools.own.gpus: 4, pools.0.gpus: 5}}}",
     "1:44: sweep.designs.own.pools.0.gpus: it is the same value as 'pools.own.gpus', or lies within"},
    {"sweep: {designs: {own: {pools.own.gpus: 4}}, pools.own.gpus: [1, 2]}",
     "1:46: sweep.pools.own.gpus: sweep.designs.own has 'pools.own.gpus' already, which is the same value or lies within; say it in one place"},
    {"sweep: {designs: {\"\": {pools.own.gpus: 4}}}",
     "1:19: sweep.designs: the text is empty"},
    {"sweep: {designs: {own: {pools.leased.gpus: 4}}}",
     "1:25: sweep.designs.own.pools.leased.gpus: the list of 2 has no element with this index or name: 'leased'; there are own, burst"},
    {"study: 5",
     "1:8: study: a map is wanted, as in {replications: 1000}"},
    {"study: {replicatons: 5}",
     "1:9: study: unknown key 'replicatons'; did you mean 'replications'?"},
    {"study: {replications: 0}",
     "1:23: study.replications: 0 is below 1"},
    {"study: {replications: 10000001}",
     "1:23: study.replications: 10000001 is above 10000000"},
    {"study: {replications: many}",
     "1:23: study.replications: 'many' is not a whole number, such as 8"},
    {"study: {sampling: latin}",
     "1:19: study.sampling: 'latin' is not one of plain, antithetic, lhs, sobol"},
    {"study: {batch: 1, sampling: lhs}",
     "1:16: study.batch: 1 is below 2"},
    {"study: {batch: 48, sampling: sobol}",
     "1:16: study.batch: 48 is not a power of two, which a batch of sobol must be, as 64"},
    {"study: {confidence: 95}",
     "1:21: study.confidence: '95' needs a unit, as in '20 %'"},
    {"study: {confidence: 100 %}",
     "1:21: study.confidence: 100 % is above 99.99 %"},
    {"study: {quantiles: 5 %}",
     "1:20: study.quantiles: a list is wanted, as in [5 %, 50 %, 95 %]"},
    {"study: {quantiles: [5]}",
     "1:21: study.quantiles: '5' needs a unit, as in '20 %'"},
    {"study: {quantiles: [0 %]}",
     "1:21: study.quantiles: '0 %' is not between 0 % and 100 %"},
    {"study: {quantiles: [50 %, 50 %]}",
     "1:27: study.quantiles: '50 %' is not above the one before; write them in order"},
    {"study: {quantiles: [[5 %]]}",
     "1:21: study.quantiles: each must be a share, such as 95 %"},
    {"study: {metrics: total.x}",
     "1:18: study.metrics: a list is wanted, as in [total.wait_p99_s]"},
    {"study: {metrics: [wait]}",
     "1:19: study.metrics: 'wait' is not of the form SCOPE.METRIC, as total.wait_p95_s or workload:training.wait_mean_s"},
    {"study: {metrics: [total.]}",
     "1:19: study.metrics: 'total.' is not of the form SCOPE.METRIC, as total.wait_p95_s or workload:training.wait_mean_s"},
    {"study: {metrics: [[a]]}",
     "1:19: study.metrics: one value is wanted, as in total.wait_p99_s"},
    {"study: {metrics: [total.a, total.a]}",
     "1:28: study.metrics: 'total.a' stands twice"},
    {"study: {targets: {metric: total.a, at_most: 5}}",
     "1:18: study.targets: a list is wanted, as in [{metric: total.wait_p95_s, at_most: 14400}]"},
    {"study: {targets: [5]}",
     "1:19: study.targets.0: a map is wanted, as in {metric: total.wait_p95_s, at_most: 14400}"},
    {"study: {targets: [{metric: total.a}]}",
     "1:19: study.targets.0: give `at_most` or `at_least`"},
    {"study: {targets: [{metric: total.a, at_most: 1, at_least: 0}]}",
     "1:19: study.targets.0: give `at_most` or `at_least`, not both"},
    {"study: {targets: [{metric: total.wait_p95_s, at_most: 4 USD}]}",
     "1:55: study.targets.0.at_most: '4 USD' is an amount of money where a time is wanted, as in '16w'"},
    {"study: {targets: [{metric: fixed.utilization_frac, at_least: 80}]}",
     "1:62: study.targets.0.at_least: '80' of a share is beyond 1; write a percentage as 80 %"},
    {"study: {targets: [{metric: total.a, at_least: 80 %}]}",
     "1:47: study.targets.0.at_least: '80 %' has a unit; of this metric write a plain number"},
    {"study: {targets: [{at_most: 1}]}",
     "1:19: study.targets.0: missing key 'metric': SCOPE.METRIC, as total.wait_p95_s"},
    {"study: {targets: [{metric: total.a, at_most: 4 h}]}",
     "1:46: study.targets.0.at_most: '4 h' has a unit; of this metric write a plain number"},
    {"study: {targets: [{metric: total.a, at_most: 4}, {metric: total.a, at_least: 4}]}",
     "1:50: study.targets.1: 'total.a' has a target already"},
    {"study: {targets: [{metric: a, at_most: 4}]}",
     "1:28: study.targets.0: 'a' is not of the form SCOPE.METRIC, as total.wait_p95_s or workload:training.wait_mean_s"},
    {"study: {stop: [{metric: total.a}]}",
     "1:16: study.stop.0: missing key 'half_width': of the interval of its mean, at which replications end: a share of the mean's size, as 1 %, or an amount, as 10 kUSD or a plain number in the metric's unit"},
    {"study: {stop: [{metric: total.a, half_width: 0 %}]}",
     "1:46: study.stop.0.half_width: '0 %' is not above 0"},
    {"study: {stop: [{metric: total.a, half_width: -1}]}",
     "1:46: study.stop.0.half_width: '-1' is not above 0"},
    {"study: {stop: [{metric: total.a, half_width: 5 USD}]}",
     "1:46: study.stop.0.half_width: neither a share of the mean, as 1 %, nor an amount: '5 USD' has a unit; of this metric write a plain number"},
    {"study: {stop: [{metric: total.a, half_width: x}]}",
     "1:46: study.stop.0.half_width: neither a share of the mean, as 1 %, nor an amount: 'x' is not one number with its unit, such as '2.49 USD/GPU-h'"},
    {"study: {stop: [{metric: total.a, half_width: 1}, {metric: total.a, half_width: 2}]}",
     "1:50: study.stop.1: 'total.a' has a rule already"},
    {"study: {stop: 5}",
     "1:15: study.stop: a list is wanted, as in [{metric: total.economic_usd, half_width: 1 %}]"},
    {"study: {baseline: {design: own}}",
     "1:20: study.baseline.design: no axis of `sweep` has this name; an axis is called as its path, zip1, zip2, ..., or design"},
    {"study: {baseline: own}",
     "1:19: study.baseline: a map is wanted, as in {design: own}"},
    {"breakeven: 5",
     "1:12: breakeven: a map is wanted, as in {x: ..., y: ..., between: ...}"},
    {"breakeven: {x: {pools.own.gpus: 1..5 step 1}}",
     "1:12: breakeven: missing key 'between', as in {x: {pools.burst.price: 1..5 step 0.5 USD/GPU-h}, between: {own: {pools.own.gpus: 512}, rent: {pools.own.gpus: 0}}}"},
    {"breakeven: {between: {a: {pools.own.gpus: 1}, b: {}}}",
     "1:12: breakeven: missing key 'x', as in {x: {pools.burst.price: 1..5 step 0.5 USD/GPU-h}, between: {own: {pools.own.gpus: 512}, rent: {pools.own.gpus: 0}}}"},
    {"breakeven: {z: 1}",
     "1:13: breakeven: unknown key 'z'"},
    {"breakeven: {x: {pools.own.gpus: [5]}, between: {a: {}, b: {}}}",
     "1:33: breakeven.x: at least two values are wanted"},
    {"breakeven: {x: {pools.own.gpus: [5, 4]}, between: {a: {}, b: {}}}",
     "1:33: breakeven.x: '4' is not above the value before it"},
    {"breakeven: {x: {pools.own.gpus: [5, six]}, between: {a: {}, b: {}}}",
     "1:33: breakeven.x: 'six' is not a number in the unit of the first value"},
    {"breakeven: {x: {pools.own.gpus: [5, 6], pools.burst.limit: [1, 2]}, between: {a: {}, b: {}}}",
     "1:16: breakeven.x: one path is wanted, and there are 2"},
    {"breakeven: {x: {pools.own.gpus: [5, 6]}, y: {pools.0.gpus: [1, 2]}, between: {a: {}, b: {}}}",
     "1:46: breakeven.y.pools.0.gpus: breakeven.x has 'pools.own.gpus' already, which is the same value or lies within; say it in one place"},
    {"breakeven: {x: {pools.own.gpus: [5, 6]}, between: {a: {}}}",
     "1:51: breakeven.between: two designs are wanted, and there are 1"},
    {"breakeven: {x: {pools.own.gpus: [5, 6]}, between: {a: {}, b: {pools.own.gpus: 3}}}",
     "1:63: breakeven.between.b.pools.own.gpus: breakeven.x has 'pools.own.gpus' already, which is the same value or lies within; say it in one place"},
    {"breakeven: {x: {pools.own.gpus: [5, 6]}, between: {a: {}, b: {}}, metric: npv}",
     "1:51: breakeven.between: both designs are the scenario as it stands"},
    {"uncertain: {pools.own.gpus: {discrete: [{value: 8}, {value: 16}], min: 9}}",
     "1:72: uncertain.pools.own.gpus.min: a discrete law has the values that are listed"},
    {"breakeven: {x: {pools.own.gpus: [5, 6]}, between: {a: {}, b: ~}}",
     "1:51: breakeven.between: both designs are the scenario as it stands"},
    {"breakeven: {x: [1], between: {a: {}, b: ~}}",
     "1:16: breakeven.x: a map is wanted, as in {pools.burst.price: 1..5 step 0.5 USD/GPU-h}"},
        /* clang-format on */
},
  correlations[] = {
      /* clang-format off */
    {"correlation: 5",
     "1:14: correlation: a list is wanted, as in [{between: [pools.burst.price, pools.own.tariff], rho: 0.6}]"},
    {"correlation: {a: b}",
     "1:14: correlation: a list is wanted, as in [{between: [pools.burst.price, pools.own.tariff], rho: 0.6}]"},
    {"correlation: [5]",
     "1:15: correlation.0: a map is wanted, as in {between: [pools.burst.price, pools.own.tariff], rho: 0.6}"},
    {"correlation: [{between: [pools.own.price, pools.own.gpus]}]",
     "1:15: correlation.0: missing key 'rho': correlation of the normals behind them"},
    {"correlation: [{rho: 0.5}]",
     "1:15: correlation.0: missing key 'between': two paths of `uncertain`"},
    {"correlation: [{between: pools.own.price, rho: 0.5}]",
     "1:25: correlation.0.between: two paths are wanted, as in [pools.burst.price, pools.own.tariff]"},
    {"correlation: [{between: [pools.own.price], rho: 0.5}]",
     "1:25: correlation.0.between: two paths are wanted, as in [pools.burst.price, pools.own.tariff]"},
    {"correlation: [{between: [pools.own.price, pools.own.gpu], rho: 0.5}]",
     "1:43: correlation.0.between: 'pools.own.gpu' is not in `uncertain`"},
    {"correlation: [{between: [pools.own.price, pools.rent.gpus], rho: 0.5}]",
     "1:43: correlation.pools.rent.gpus: the list of 2 has no element with this index or name: 'rent'; there are own, burst"},
    {"correlation: [{between: [pools.own.price, [a]], rho: 0.5}]",
     "1:43: correlation.0.between: each element must be a word"},
    {"correlation: [{between: [pools.own.price, pools.0.price], rho: 0.5}]",
     "1:25: correlation.0.between: twice the same input"},
    {"correlation: [{between: [pools.own.price, pools.own.gpus], rho: 1}]",
     "1:65: correlation.0.rho: 1 is above 0.9999"},
    {"correlation: [{between: [pools.own.price, pools.own.gpus], rho: -1}]",
     "1:65: correlation.0.rho: -1 is below -0.9999"},
    {"correlation: [{between: [pools.own.price, pools.own.gpus], rho: nan}]",
     "1:65: correlation.0.rho: 'nan' is not a number, such as '1.25'"},
    {"correlation: [{between: [pools.own.price, pools.own.gpus], rho: 20 %}]",
     "1:65: correlation.0.rho: '20 %' is not a number; it takes no unit, as in '1.25'"},
    {"correlation: [{between: [pools.own.price, pools.own.gpus], rho: 0}, {between: [pools.own.gpus, pools.own.price], rho: 0.5}]",
     "1:69: correlation.1: this pair has a rho already"},
    {"correlation: [{between: [pools.own.price, pools.own.gpus], rho: 0.9}, {between: [pools.own.gpus, pools.burst.limit], rho: 0.9}, {between: [pools.own.price, pools.burst.limit], rho: -0.1}]",
     "1:71: correlation: rho 0.9 between pools.own.gpus and pools.burst.limit contradicts the others; with them it can be 0.343 at most"},
    {"correlation: [{between: [pools.own.price, pools.own.gpus], rho: 0.9}, {between: [pools.own.gpus, pools.burst.limit], rho: 0.9}]",
     "1:71: correlation: rho 0.9 between pools.own.gpus and pools.burst.limit contradicts the others; with them it can be 0.435 at most"},
    {"correlation: [{between: [pools.own.price, pools.burst.limit], rho: 0.8}, {between: [pools.own.gpus, pools.burst.limit], rho: -0.9}]",
     "1:74: correlation: rho -0.9 between pools.own.gpus and pools.burst.limit contradicts the others; with them it can be -0.599 at least"},
    {"correlation: [{between: [pools.own.price, pools.own.gpus], rho: 0.9999}, {between: [pools.own.price, pools.burst.limit], rho: 0.9}, {between: [pools.own.gpus, pools.burst.limit], rho: -0.9}]",
     "1:74: correlation: rho 0.9 between pools.own.price and pools.burst.limit contradicts the others; make some of them smaller"},
      /* clang-format on */
};

static void expect_message(const struct wrong *wrong, const char *more)
{
    struct error err = {0};
    cr_expect(not(reads("t.yaml", wrong->keys, more, &err)), "%s", wrong->keys);
    cr_expect(strncmp(err.text, "t.yaml:", 7) == 0, "%s", err.text);
    cr_expect(eq(str, err.text + 7, (char *)wrong->message), "%s", wrong->keys);
}

Test(study_wrong, what_is_wrong_is_said_with_its_place)
{
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_message(&cases[i], "");
}

Test(study_wrong, correlations_that_cannot_be_are_said_with_the_pair)
{
    for (size_t i = 0; i < COUNT(correlations); i++)
        expect_message(&correlations[i],
                       "uncertain: {pools.own.price: {normal: {mean: 1, sd: 1}}, "
                       "pools.own.gpus: {normal: {mean: 1, sd: 1}}, "
                       "pools.burst.limit: {normal: {mean: 1, sd: 1}}}\n");
}

/* Texts of any length, made of many equal parts with a number in each. */
static char *repeat(const char *head, const char *part, size_t n, const char *tail)
{
    size_t room = strlen(head) + n * (strlen(part) + 24) + strlen(tail) + 1, used = 0;
    char *text = calloc(room, 1);
    cr_assert(text != NULL);
    used += (size_t)snprintf(text + used, room - used, "%s", head);
    for (size_t i = 0; i < n; i++) {
        const char *at = strchr(part, '#');
        used += (size_t)snprintf(text + used, room - used, "%.*s%zu%s",
                                 (int)(at - part), part, i, at + 1);
    }
    snprintf(text + used, room - used, "%s", tail);
    return text;
}

Test(study_wrong, limits_are_said)
{
    static const struct {
        const char *head, *part;
        size_t n;
        const char *tail, *message; /* NULL: it is read */
    } many[] = {
        {"uncertain: {", "demand.0.x#: {uniform: {min: 1, max: 2}}, ", 64, "}", NULL},
        {"uncertain: {", "demand.0.x#: {uniform: {min: 1, max: 2}}, ", 65, "}",
         "t.yaml:1:12: uncertain: there are 65 inputs; at most 64"},
        {"uncertain: {", "demand.0.x#: {uniform: {min: 1, max: 2}}, ", 40,
         "}\nstudy: {sampling: sobol}", NULL},
        {"uncertain: {", "demand.0.x#: {uniform: {min: 1, max: 2}}, ", 41,
         "}\nstudy: {sampling: sobol}",
         "t.yaml:2:19: study.sampling: sobol has at most 40 inputs, and `uncertain` "
         "has "
         "41; take lhs"},
        {"uncertain: {demand.0.x: {discrete: [", "#, ", 1000, "]}}", NULL},
        {"uncertain: {demand.0.x: {discrete: [", "#, ", 1001, "]}}",
         "t.yaml:1:36: uncertain.demand.0.x.discrete: there are 1001 values; 1 to 1000 "
         "are allowed"},
        {"sweep: {demand.0.x: [", "#, ", 10000, "]}", NULL},
        {"sweep: {demand.0.x: [", "#, ", 10001, "]}",
         "t.yaml:1:21: sweep.demand.0.x: there are 10001 values; 1 to 10000 are "
         "allowed"},
        {"sweep: {", "demand.0.x#: [1], ", 32, "}", NULL},
        {"sweep: {", "demand.0.x#: [1], ", 33, "}",
         "t.yaml:1:607: sweep: more than 32 axes"},
        {"sweep: {zip: [", "{demand.0.x#: [1]}, ", 33, "]}",
         "t.yaml:1:14: sweep: more than 32 axes"},
        {"sweep: {zip: [{", "demand.0.x#: [1], ", 101, "}]}",
         "t.yaml:1:15: sweep.zip.0: there are 101 paths; 1 to 100 are allowed"},
        {"sweep: {zip: [{", "demand.0.x#: [abcdefghijkl], ", 20, "}]}",
         "t.yaml:1:15: zip1: a text of 297 bytes; at most 255 can be written into a "
         "table"},
        {"sweep: {designs: {a: {", "demand.0.x#: 1, ", 101, "}}}",
         "t.yaml:1:22: sweep.designs.a: there are 101 paths; at most 100 are allowed"},
        {"sweep: {designs: {", "a#: {demand.0.scale: 1}, ", 10000, "}}", NULL},
        {"sweep: {designs: {", "a#: {demand.0.scale: 1}, ", 10001, "}}",
         "t.yaml:1:18: sweep.designs: there are 10001 designs; 1 to 10000 are allowed"},
        {"sweep: {designs: {", "a#: {demand.0.y#: 1}, ", 2, "}}", NULL},
        {"study: {quantiles: [", "0.#1 %, ", 9, "1 %, 2 %]}", NULL},
        {"study: {quantiles: [", "#.5 %, ", 21, "]}",
         "t.yaml:1:20: study.quantiles: there are 21; at most 20"},
        {"study: {metrics: [", "total.a#, ", 200, "]}", NULL},
        {"study: {metrics: [", "total.a#, ", 201, "]}",
         "t.yaml:1:18: study.metrics: there are 201; at most 200"},
        {"study: {targets: [", "{metric: total.a#, at_most: 1}, ", 201, "]}",
         "t.yaml:1:18: study.targets: there are 201; at most 200"},
        {"study: {stop: [", "{metric: total.a#, half_width: 1}, ", 201, "]}",
         "t.yaml:1:15: study.stop: there are 201; at most 200"},
    };
    for (size_t i = 0; i < COUNT(many); i++) {
        struct error err = {0};
        char *text = repeat(many[i].head, many[i].part, many[i].n, many[i].tail);
        bool ok = reads("t.yaml", text, "", &err);
        if (many[i].message)
            cr_expect(eq(str, err.text, (char *)many[i].message), "case %zu", i);
        else
            cr_expect(ok, "case %zu: %s", i, err.text);
        free(text);
    }
}

Test(study_wrong, more_paths_than_a_thousand_are_refused)
{
    struct error err = {0};
    size_t room = 1 << 20, used = 0;
    char *text = calloc(room, 1);
    cr_assert(text != NULL);
    used += (size_t)snprintf(text, room, "sweep: {designs: {");
    for (int i = 0; i < 1001; i++)
        used += (size_t)snprintf(text + used, room - used, "a%d: {demand.0.x%d: 1}, ",
                                 i, i);
    snprintf(text + used, room - used, "}}");
    cr_expect(not(reads("t.yaml", text, "", &err)));
    const char *want = "sweep.designs.a1000: more than 1000 different paths";
    cr_expect(strstr(err.text, want) != NULL, "%s", err.text);
    free(text);
}

Test(study_wrong, a_path_or_label_too_long_is_refused)
{
    struct error err = {0};
    char *text = repeat("uncertain: {demand.0.", "abcdefg#", 30,
                        ": {uniform: {min: 1, max: 2}}}");
    cr_expect(not(reads("t.yaml", text, "", &err)));
    cr_expect(strncmp(err.text, "t.yaml:1:13: uncertain: 'demand.0.abcdefg0abc", 45) ==
                  0,
              "%s", err.text);
    cr_expect(strstr(err.text, "' is not a path, such as 'pools.own.gpus'") != NULL);
    free(text);
    text = repeat("sweep: {demand.0.x: [", "abcdefg#", 33, "]}");
    cr_expect(not(reads("t.yaml", text, "", &err)));
    cr_expect(
        eq(str, err.text,
           "t.yaml:1:22: sweep.demand.0.x: a text of 287 bytes; at most 255 can be "
           "written into a table"));
    free(text);
}

static const struct {
    const char *csv, *law, *message; /* NULL: it is read */
} files[] = {
    {"gpus\n8\n16\n", "{empirical: x.csv}", NULL},
    {"a,gpus\n1,8\n2,16\n", "{empirical: x.csv, column: gpus}", NULL},
    {"a,gpus\n1,8\n", "{empirical: x.csv}",
     "x.csv:1: uncertain.pools.own.gpus.empirical: the file has 2 columns; name one by "
     "`column`"},
    {"a,gpus\n1,8\n", "{empirical: x.csv, column: gpu}",
     "x.csv:1: no column 'gpu'; did you mean 'gpus'?"},
    {"a,gpus\n1,8\n", "{empirical: x.csv, column: price}",
     "x.csv:1: no column 'price'"},
    {"gpus\n8 w\n", "{empirical: x.csv}",
     "x.csv:2:1: '8 w' is not a number within -1e15 and 1e15; the unit is given by "
     "`unit` in the scenario"},
    {"gpus\n8\nnan\n", "{empirical: x.csv}",
     "x.csv:3:1: 'nan' is not a number within -1e15 and 1e15; the unit is given by "
     "`unit` in the scenario"},
    {"gpus\n2e15\n", "{empirical: x.csv}",
     "x.csv:2:1: '2e15' is not a number within -1e15 and 1e15; the unit is given by "
     "`unit` in the scenario"},
    {"gpus\n", "{empirical: x.csv}",
     "t.yaml:1:41: uncertain.pools.own.gpus.empirical: 'x.csv' has no values"},
    {"gpus\n1\n2\n", "{empirical: x.csv, min: 3}",
     "t.yaml:1:41: uncertain.pools.own.gpus: no value lies between min and max"},
    {"gpus\n1\n2\n", "{empirical: x.csv, min: 3 w}",
     "t.yaml:1:53: uncertain.pools.own.gpus.min: '3 w' and 'x.csv' have not "
     "the same unit; write all numbers of a law in one, or all without"},
    {"gpus\n1\n2,3\n", "{empirical: x.csv}",
     "x.csv:3: 2 fields, but the header line has 1"},
};

Test(study_wrong, what_is_wrong_in_a_file_of_values_is_said_there)
{
    for (size_t i = 0; i < COUNT(files); i++) {
        struct scratch csv = scratch_file("x.csv", files[i].csv, strlen(files[i].csv));
        char keys[200], path[120];
        struct error err = {0};
        snprintf(keys, sizeof keys, "uncertain: {pools.own.gpus: %s}", files[i].law);
        snprintf(path, sizeof path, "%s/t.yaml", csv.dir);
        bool ok = reads(path, keys, "", &err);
        if (files[i].message)
            cr_expect(
                eq(str, (char *)without_dir(&csv, err.text), (char *)files[i].message));
        else
            cr_expect(ok, "%s", err.text);
        cr_expect(scratch_remove(&csv));
    }
}

/* What was set on the command line is blamed there. */
Test(study_wrong, what_is_set_is_blamed_where_it_was_set)
{
    static const char *const sets[][2] = {
        {"study.replications=0", "--set study.replications: 0 is below 1"},
        {"sweep={pools.own.gpus: 5..1 step 1}",
         "--set sweep: sweep.pools.own.gpus: '5..1 step 1': write the smaller number "
         "first"},
        {"uncertain={pools.own.gpus: {normal: {mean: 1, sd: 0}}}",
         "--set uncertain: uncertain.pools.own.gpus: sd: 0 is not above 0"},
    };
    for (size_t i = 0; i < COUNT(sets); i++) {
        struct arena arena = {0};
        struct study_spec spec;
        struct node root;
        struct error err = {0};
        bool ok = node_parse("t.yaml", base, strlen(base), &arena, &root, &err) &&
                  node_set(&root, sets[i][0], &arena, &err);
        cr_assert(ok, "%s", err.text);
        cr_expect(not(study_spec_read(&root, "t.yaml", &arena, &spec, &err)));
        cr_expect(eq(str, err.text, (char *)sets[i][1]));
        arena_free(&arena);
    }
}
